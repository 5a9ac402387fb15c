"""`waza list`: list the studies, and what is kept."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.cli.kept import Kept, kept_models, kept_runs, size_text
from waza.core.language import texts
from waza.core.wrapping import wrapped


def command(options: argparse.Namespace) -> None:
    """Print one line per study: its name, exercise, claims, title and kept runs; below, what else is kept."""
    from rich.table import Table

    from waza.core.console import Terminal

    say = texts(Path(__file__).with_suffix(""), options.lang)
    kept = kept_runs(Path(options.runs))
    table = Table(*say["heads"], box=None, pad_edge=False)
    table.columns[-1].no_wrap = True
    for exercise in curriculum.exercises():
        own = [one for one in kept if one.name == exercise.name and one.complete]
        runs = f"{len(own)}, {size_text(sum(one.size for one in own))}" if own else "0"
        title = texts(exercise.texts, options.lang)["title"]
        table.add_row(exercise.name, exercise.id, " ".join(exercise.claims), title, runs)
    console = Terminal()
    console.print(table)
    lines = ["", *wrapped(say["codes"], console.width)]
    console.print("\n".join(lines), style="dim", soft_wrap=True)
    kept += kept_models(Path())
    others = [one for one in kept if one.kind in ("own study", "comparison", "model")]
    if others:
        console.print()
        _print_others(others, console, say)
    for one in kept:
        if one.state == "damaged":
            console.print(say["damaged"].format(folder=one.path), style="yellow", soft_wrap=True)


def _print_others(others: Sequence[Kept], console: Any, say: dict[str, Any]) -> None:
    """A row for each of a user's own studies, comparisons and models."""
    from rich.table import Table

    below = Table(*say["kept_heads"], box=None, pad_edge=False)
    for name in dict.fromkeys(one.name for one in others):
        own = [one for one in others if one.name == name]
        size, date = size_text(sum(one.size for one in own)), max(one.date for one in own)
        below.add_row(name, say["kinds"][own[0].kind], str(len(own)), size, f"{date:%Y-%m-%d %H:%M}")
    console.print(below)
