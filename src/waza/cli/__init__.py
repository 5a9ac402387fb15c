"""The command `waza`: its arguments, and one file for each subcommand."""

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from waza.cli.arguments import Intermixed, Parser, whole
from waza.cli.ending import status_of
from waza.cli.on import add_on
from waza.core.errors import Error, nearest
from waza.core.files import check_path
from waza.core.language import LANGUAGES, system_language
from waza.core.terminal import put

OWN_OPTIONS = {
    "compare": "tune several techniques on your data and test which ones help",
    "campaign": "learn from a campaign's log whom to mail, and what it brings",
    "fit": "train one model on your own table, images, text or translations, or a policy in an environment",
    "use": "predict on new data with a saved model, generate text, translate, or play episodes",
    "export": "write a saved model in the format of another library, with a check that it computes the same",
}
COMMANDS = ("list", "run", "show", "claims", *OWN_OPTIONS, "data", "runs", "quiz")
# What these are called elsewhere.
ELSEWHERE = {
    "demo": "run vanishing-gradient",
    "train": "fit",
    "predict": "use",
    "generate": "use",
    "download": "data get",
    "sample": "data sample",
    "rm": "runs rm",
    "remove": "runs rm",
    "ls": "list",
    "report": "show",
    "help": "--help",
}


def parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands. Those in `OWN_OPTIONS` add their options when they are the chosen one."""
    top = Parser(prog="waza", description="Deep-learning techniques, put to the test.")
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Intermixed)

    def language(one: argparse.ArgumentParser) -> None:
        one.add_argument(
            "--lang", choices=LANGUAGES, default=system_language(), help="output language (default: the system's)"
        )

    def command(name: str, text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("--runs", default="runs", metavar="DIR", help="folder of the runs (default: runs)")
        language(one)
        return one

    command("list", "list the studies of the curriculum and the saved runs")

    run = command("run", "run a study: one of the curriculum by name, or a Python file that defines `study`")
    run.add_argument("study", metavar="NAME|FILE.py")
    run.add_argument("--seeds", type=whole(1), metavar="N", help="trials per variant (default: the study's)")
    run.add_argument("--steps", type=whole(1), metavar="N", help="training steps per trial (default: the study's)")
    run.add_argument("--data", metavar="NAME", help="another data set, such as mnist (see: waza data list)")
    run.add_argument("--until-decided", action="store_true", help="add seeds until each claim is decided")
    run.add_argument("--max-seeds", type=whole(10), metavar="N", help="limit of --until-decided (default: 100)")
    run.add_argument("--json", metavar="OUT", help="write the figures to this file")
    run.add_argument("--fresh", action="store_true", help="start over, even if a run was interrupted")
    add_on(run)

    show = command("show", "show a saved run")
    show.add_argument("run", metavar="RUN", help="a study's name (its newest run), a run's id or its folder")
    show.add_argument("--report", action="store_true", help="write the run's report again")
    show.add_argument("--png", metavar="FILE", help="write the main figure to this file")
    show.add_argument("--json", nargs="?", const="-", metavar="OUT", help="write the figures to a file, or print them")

    claims = command("claims", "list the claims of the notes with their answers, from saved runs or as published")
    claims.add_argument("--run", nargs="*", metavar="ID", help="run what is missing or stale (default: of all claims)")
    claims.add_argument("--json", metavar="OUT", help="write the table to this file")
    claims.add_argument("--evidence", metavar="DIR", help="write the evidence pages to this folder")
    claims.add_argument("--publish", metavar="DIR", help="write the answers that the package ships to this folder")
    add_on(claims)

    for name, text in OWN_OPTIONS.items():
        one = command(name, text)
        if name == chosen:
            importlib.import_module(f"waza.cli.{name}").add_options(one)

    text = "list data sets, download one, or write a small sample"
    data = commands.add_parser("data", help=text, description=text)
    actions = data.add_subparsers(dest="action", metavar="list|get|sample", required=True)
    for name, text in {
        "list": "list the data sets",
        "get": "download a data set, checked and resumable",
        "sample": "write a small sample of the kind of data that compare and fit take, or list the samples",
    }.items():
        action = actions.add_parser(name, help=text, description=text)
        language(action)
        if name == "get":
            action.add_argument("name", metavar="NAME")
        if name == "sample":
            action.add_argument("name", metavar="NAME", nargs="?", help="the sample to write (default: list them)")
            action.add_argument("--out", default=".", metavar="DIR", help="folder to write it to (default: this one)")

    text = "list the runs and models that are kept, with size and date, or remove some"
    runs = commands.add_parser("runs", help=text, description=text)
    actions = runs.add_subparsers(dest="action", metavar="list|rm", required=True)
    for name, text in {
        "list": "list what is kept, with its size and date",
        "rm": "remove the files that waza wrote for a run, a study or a model",
    }.items():
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--runs", default="runs", metavar="DIR", help="folder of the runs (default: runs)")
        language(action)
        if name == "rm":
            kept = "a study's name (all its runs), a run's id, or a folder"
            action.add_argument("names", metavar="NAME", nargs="+", help=kept)
            action.add_argument("--yes", action="store_true", help="remove without asking")

    text = "ask the check questions and grade the answers"
    quiz = commands.add_parser("quiz", help=text, description=text)
    quiz.add_argument("--part", metavar="PART", help="one part of the curriculum, such as day2a (default: all)")
    language(quiz)
    quiz.add_argument("--fresh", action="store_true", help="use other numbers than the notes")
    quiz.add_argument("--seed", type=whole(0), metavar="N", help="random seed of --fresh")
    quiz.add_argument("--show", action="store_true", help="show the questions with their answers")
    return top


def _check_command(chosen: str | None) -> None:
    """Refuse a first word that is no command.

    Raises:
        Error: it is none; the message names the nearest command, also for names that other programs have.
    """
    if chosen is None or chosen in COMMANDS:
        return
    if chosen in ELSEWHERE:
        raise Error(f"no command is called {chosen!r}: did you mean `waza {ELSEWHERE[chosen]}`?")
    raise Error(f"no command is called {chosen!r}: {nearest(chosen, COMMANDS)} (see: waza --help)")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command, by default with the arguments of this process.

    A user's mistake ends with one line and exit status 2, a signal with 128 and its number, such as 130 for Ctrl-C, and
    standard output that cannot be written with 1.
    """
    begun = time.monotonic() - (time.process_time() if arguments is None else 0)  # with the start of Python
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    status = status_of(lambda: _run(given, begun), leaving=arguments is None)
    if status is not None:
        sys.exit(status)


def _run(given: list[str], begun: float) -> None:
    """Read the arguments, and run the command that they name."""
    chosen = next((word for word in given if not word.startswith("-")), None)
    _check_command(chosen)
    options = parser(chosen).parse_args(given)
    options.given, options.begun = given, begun
    if options.version:
        put(importlib.import_module("importlib.metadata").version("waza"))
    elif options.command is None:
        parser().print_help()
    else:
        check_path(Path(getattr(options, "runs", "")))
        importlib.import_module(f"waza.cli.{options.command}").command(options)
