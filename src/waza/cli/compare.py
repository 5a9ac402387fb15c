"""`waza compare`: which techniques help on a user's own table or images."""

import argparse
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.cli.arguments import whole
from waza.cli.keep import keep_compiled, writable
from waza.cli.on import add_on, executor_of
from waza.core.files import write_whole

# The names of `waza.comparison.techniques`, whose import takes longer than a help text may.
TECHNIQUES = (
    *("momentum", "nesterov", "adagrad", "rmsprop", "adam", "batch_norm", "dropout", "l2", "l1", "weight_decay"),
    *("tanh", "sigmoid", "xavier", "augment", "early_stopping"),
)
USUAL = ("batch_norm", "dropout", "l2", "adam", "early_stopping")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    data = "a table (.csv, .tsv, .parquet, or .npz with x and y), a folder of images by class, or a data set of images"
    parser.add_argument("data", metavar="DATA", help=data)
    parser.add_argument("--target", metavar="COLUMN", help="the column of a table to predict (default: y)")
    parser.add_argument(
        "--try",
        dest="tried",
        metavar="A,B,...",
        help=f"techniques to compare: {', '.join(TECHNIQUES)} (default: {', '.join(USUAL)}; for images also augment)",
    )
    parser.add_argument(
        "--model",
        default="mlp",
        metavar="MODEL",
        help="network, of images any that `waza fit` trains on images (default: mlp)",
    )
    parser.add_argument(
        "--task",
        choices=("classification", "regression"),
        help="classification or regression (default: depends on the target's values)",
    )
    parser.add_argument(
        "--steps", type=whole(1), metavar="N", help="training steps per trial (default: 1000; with convolutions 200)"
    )
    parser.add_argument(
        "--max-seeds",
        type=whole(10),
        default=30,
        metavar="N",
        help="largest number of trials per variant (default: 30; 20 where each has a split of its own)",
    )
    parser.add_argument(
        "--groups", metavar="COLUMN", help="keep rows with one value of this column, such as a patient, in one split"
    )
    parser.add_argument(
        "--order", metavar="COLUMN", help="a column of dates or numbers: test on the latest rows, train on the earliest"
    )
    parser.add_argument("--json", metavar="OUT", help="write the figures to this file")
    parser.add_argument("--fresh", action="store_true", help="start over, even if a run was interrupted")
    add_on(parser)


def command(options: argparse.Namespace) -> None:
    """Compare the techniques, and print the answer, the report and the best model's folder."""
    from waza.cli.progress import Progress, resumable
    from waza.comparison import ask, run_comparison
    from waza.data.given import is_table_file
    from waza.kinds.table.target import USUAL as USUAL_TARGET
    from waza.kinds.table.target import file_target

    if options.json:
        writable(Path(options.json), [options.data])
    writable(Path(options.runs) / "run")
    tried = None if options.tried is None else options.tried.split(",")
    target = file_target(options.data, options.target) if is_table_file(options.data) else options.target
    place = {"groups": options.groups, "order": options.order}
    asked = ask(options.data, target or USUAL_TARGET, tried, options.model, options.task, options.steps, **place)
    keep_compiled()
    with (
        resumable(),
        executor_of(options) as executor,
        Progress(asked.study.name, options.lang, options.begun) as watch,
    ):
        found = run_comparison(asked, options.runs, watch, options.fresh, options.max_seeds, options.lang, executor)
    if options.json:
        text = json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n"
        write_whole(Path(options.json), text.encode())
    _print(found, options)


def _print(found: Any, options: argparse.Namespace) -> None:
    """The answer with its table, the trials, and what to do next."""
    from waza import report
    from waza.cli.show import print_places
    from waza.comparison import Splits, comparison_texts, needed_seeds
    from waza.core.console import Terminal

    say = comparison_texts(options.lang)
    console = Terminal()
    report.print_report(found.results, found.findings, found.words, options.lang, console)
    print_places(found.page.parent, console, options.lang)
    needed, _, _ = needed_seeds(found.findings, found.outcomes)
    if needed is not None and not isinstance(found.question.study.data, Splits):
        again = shlex.join(["waza", *_without(options.given, "--max-seeds"), "--max-seeds", str(needed)])
        line = say["table"]["go_on"].format(command=again)
        console.print(line, soft_wrap=True)


def _without(given: Sequence[str], flag: str) -> list[str]:
    """The arguments without this option and its value.

    >>> _without(["compare", "a.csv", "--max-seeds", "20", "--fresh"], "--max-seeds")
    ['compare', 'a.csv', '--fresh']
    >>> _without(["compare", "--max-seeds=20", "a.csv"], "--max-seeds")
    ['compare', 'a.csv']
    """
    kept, skip = [], False
    for word in given:
        if skip:
            skip = False
        elif word == flag:
            skip = True
        elif not word.startswith(f"{flag}="):
            kept.append(word)
    return kept
