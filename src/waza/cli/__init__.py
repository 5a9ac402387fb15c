"""The command `waza`: its arguments, and one file for each thing it does."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from waza.core.errors import Error
from waza.core.language import LANGUAGES, system_language
from waza.engine.watch import Interrupted

INTERRUPTED = 130


def whole(least: int) -> Callable[[str], int]:
    """A reader of whole numbers of at least `least`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r} given; expected a whole number of at least {least}")
        return number

    return read


class Parser(argparse.ArgumentParser):
    """A parser whose errors take one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to look, and exit with status 2."""
        print(f"waza: {message} (see: {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = Parser(prog="waza", description="Deep-learning techniques, put to the test.")
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("--runs", default="runs", metavar="DIR", help="folder of the runs (default: runs)")
        one.add_argument("--lang", choices=LANGUAGES, default=system_language(), help="language of what is printed")
        return one

    command("list", "list the studies of the curriculum, and the runs that are kept")

    run = command("run", "run a study: one of the curriculum by name, or a Python file that defines `study`")
    run.add_argument("study", metavar="NAME|FILE.py")
    run.add_argument("--seeds", type=whole(1), metavar="N", help="trials of each variant")
    run.add_argument("--steps", type=whole(1), metavar="N", help="updates of each trial")
    run.add_argument("--data", metavar="NAME", help="another data set, such as mnist (see: waza data list)")
    run.add_argument("--until-decided", action="store_true", help="add seeds until each claim is decided")
    run.add_argument("--max-seeds", type=whole(10), metavar="N", help="at most so many seeds until decided (100)")
    run.add_argument("--json", metavar="OUT", help="write the figures to this file")
    run.add_argument("--fresh", action="store_true", help="start anew, even where a run was cut off")

    show = command("show", "show a run that is kept")
    show.add_argument("run", metavar="RUN", help="a study's name (its newest run), a run's id or its folder")
    show.add_argument("--png", metavar="FILE", help="write the main figure to this file")
    show.add_argument("--json", nargs="?", const="-", metavar="OUT", help="the figures, to a file or to the screen")

    claims = command("claims", "list what the notes claim, with the verdicts of the runs that are kept")
    claims.add_argument("--run", nargs="*", metavar="ID", help="run what is missing or stale (of these claims)")
    claims.add_argument("--json", metavar="OUT", help="write the table to this file")
    claims.add_argument("--evidence", metavar="DIR", help="write the pages of evidence to this folder")

    compare = command("compare", "compare techniques on your own data, each tuned, until the question is decided")
    compare.add_argument(
        "table",
        metavar="DATA",
        help="a table: .csv, .tsv, .parquet, .npz with x and y; or images by class",
    )
    compare.add_argument("--target", metavar="COLUMN", default="y", help="the column to be predicted (default: y)")
    compare.add_argument("--try", dest="tried", metavar="A,B,...", help="techniques (default: the usual ones)")
    compare.add_argument("--model", default="mlp", metavar="MODEL", help="mlp; for images any that `waza fit` takes")
    compare.add_argument("--task", choices=("classification", "regression"), help="default: by the target's values")
    compare.add_argument("--steps", type=whole(1), metavar="N", help="updates of each trial (1000; convolutions 200)")
    compare.add_argument("--max-seeds", type=whole(10), default=30, metavar="N", help="at most so many seeds (30)")
    compare.add_argument("--json", metavar="OUT", help="write the figures to this file")
    compare.add_argument("--fresh", action="store_true", help="start anew, even where a run was cut off")

    _fit_options(command("fit", "train one model on your own images or text, to be used"))

    _use_options(command("use", "answer new rows, images or texts with a kept model, or let it write"))

    data = commands.add_parser("data", help="list data sets, or get one", description="Data sets.")
    actions = data.add_subparsers(dest="action", metavar="list|get", required=True)
    for name, text in {
        "list": "list the data sets",
        "get": "download a data set, checked and resumable",
    }.items():
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--lang", choices=LANGUAGES, default=system_language())
        if name == "get":
            action.add_argument("name", metavar="NAME")

    text = "ask the check questions, and judge the answers"
    quiz = commands.add_parser("quiz", help=text, description=text)
    quiz.add_argument("--part", metavar="PART", help="one part of the curriculum, such as day2a (default: all)")
    quiz.add_argument("--lang", choices=LANGUAGES, default=system_language(), help="language of what is printed")
    quiz.add_argument("--fresh", action="store_true", help="other numbers than the notes'")
    quiz.add_argument("--seed", type=whole(0), metavar="N", help="fresh numbers, the same for the same N")
    quiz.add_argument("--show", action="store_true", help="show questions and answers, and ask nothing")
    return top


def _fit_options(fit: argparse.ArgumentParser) -> None:
    """The options of `waza fit`; those that are left out follow from the model and the data."""
    fit.add_argument(
        "model",
        metavar="MODEL",
        help="mlp, simple-convnet, double-convnet, deep-convnet, alexnet, small-alexnet; or language-model",
    )
    fit.add_argument(
        "data",
        metavar="DATA",
        help="a folder of images by class, or a data set (see: waza data list); for language-model a text's file, "
        "tinyshakespeare or wikitext2",
    )
    fit.add_argument("--out", required=True, metavar="DIR", help="the folder for the model")
    fit.add_argument("--epochs", type=whole(1), metavar="N", help="passes over the training data (20, or more if few)")
    fit.add_argument("--steps", type=whole(1), metavar="N", help="updates, instead of --epochs")
    fit.add_argument(
        "--batch-size",
        type=whole(1),
        metavar="N",
        help="images a step (128, or fewer if few); of a text, lanes that are read side by side (20)",
    )
    fit.add_argument("--optimizer", metavar="NAME", help="sgd, momentum, nesterov, adagrad, rmsprop or adam")
    fit.add_argument("--learning-rate", type=float, metavar="X", help="the highest rate (by the optimizer)")
    fit.add_argument(
        "--schedule", default="cosine", metavar="NAME", help="constant, cosine (default), step, exponential"
    )
    fit.add_argument("--warm-up", type=whole(0), metavar="N", help="steps in which the rate goes up (a twentieth)")
    fit.add_argument("--weight-decay", type=float, default=0.0, metavar="X", help="decoupled weight decay (0)")
    fit.add_argument(
        "--dropout",
        type=float,
        metavar="X",
        help="rate after hidden dense layers (the model's own); of a language model on all links but the recurrent "
        "ones (0.2)",
    )
    fit.add_argument("--patience", type=whole(0), default=10, metavar="N", help="evaluations without a new best (10)")
    fit.add_argument("--precision", default="auto", metavar="NAME", help="auto, float32 or bfloat16")
    fit.add_argument("--seed", type=whole(0), default=0, metavar="N", help="of all that is drawn (0)")
    fit.add_argument("--tensorboard", action="store_true", help="also write TensorBoard's event files")
    fit.add_argument("--fresh", action="store_true", help="start anew, whatever training the folder holds")
    fit.add_argument("--json", metavar="OUT", help="write the figures to this file")
    images = fit.add_argument_group("for images")
    images.add_argument("--size", metavar="N|HxW", help="pixels that the images are brought to (by the model)")
    images.add_argument("--norm", action="store_true", help="batch normalisation of every hidden layer")
    images.add_argument("--no-augment", dest="augment", action="store_false", help="no random crops and mirror images")
    texts = fit.add_argument_group("for language-model")
    texts.add_argument("--tokens", metavar="KIND", help="characters (default), words (of wikitext2) or pieces of words")
    texts.add_argument("--vocabulary", type=whole(1), metavar="N", help="the most words (all), or the pieces (2,000)")
    texts.add_argument("--cell", metavar="NAME", help="lstm (default), gru or rnn")
    texts.add_argument("--width", type=whole(1), metavar="N", help="units of each recurrent layer (200)")
    texts.add_argument("--depth", type=whole(1), metavar="N", help="recurrent layers (2)")
    texts.add_argument(
        "--window", type=whole(1), metavar="N", help="tokens of a lane a step (64 characters, 35 words or pieces)"
    )
    texts.add_argument("--clip", type=float, metavar="X", help="the largest norm of a gradient; 0 for no limit (1)")


def _use_options(use: argparse.ArgumentParser) -> None:
    """The options of `waza use`."""
    use.add_argument("model", metavar="MODEL_DIR", help="the folder that `waza fit` or `waza compare` named")
    use.add_argument(
        "--input",
        nargs="+",
        metavar="FILE",
        help="a table with the same columns; images, or folders; texts, to be told how probable they are",
    )
    use.add_argument("--output", metavar="FILE", help="write the answers to this file, as CSV")
    use.add_argument("--prompt", metavar="TEXT", help="let a language model write on from this text")
    use.add_argument(
        "--temperature", type=float, metavar="X", help="how wildly it writes; 0 for the most probable (0.8)"
    )
    use.add_argument("--length", type=whole(1), metavar="N", help="tokens that it writes (500)")
    use.add_argument("--seed", type=whole(0), metavar="N", help="the same seed writes the same text (0)")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a user's mistake ends in one line and exit status 2, an interruption in 130."""
    options = parser().parse_args(arguments)
    if options.version:
        importlib_metadata = importlib.import_module("importlib.metadata")
        print(importlib_metadata.version("waza"))
        return
    if options.command is None:
        parser().print_help()
        return
    try:
        importlib.import_module(f"waza.cli.{options.command}").command(options)
    except Error as error:
        print(f"waza: {error}", file=sys.stderr)
        sys.exit(2)
    except Interrupted as stopped:
        print(f"waza: {stopped}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        print("waza: stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - whoever read our output has gone
        sys.exit(1)
