"""`waza runs`: list what is kept with its size and date, or remove it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.cli.kept import Kept, asked_for, kept_models, kept_runs, size_text
from waza.core.controls import one_line
from waza.core.errors import Error
from waza.core.language import texts
from waza.core.terminal import ask_line, put


def command(options: argparse.Namespace) -> None:
    """List what is kept, or remove what was named."""
    say = texts(Path(__file__).with_suffix(""), options.lang)
    if options.action == "list":
        _list([*kept_runs(Path(options.runs)), *kept_models(Path())], options.runs, say)
        return
    found = list(dict.fromkeys(one for name in options.names for one in asked_for(name, Path(options.runs))))
    for one in found:
        put(f"{one_line(one.path)}  {say['kinds'][one.kind]}  {size_text(one.size)}")
    if not options.yes and not _confirmed(found, say):
        put(say["nothing_removed"])
        return
    size = sum(one.size for one in found)
    for one in found:
        left = one.remove()
        if left:
            put(say["left"].format(folder=one.path, files=", ".join(path.name for path in left)))
    put(say["removed"].format(size=size_text(size)))


def _confirmed(found: Sequence[Kept], say: dict[str, Any]) -> bool:
    """Whether the user says yes.

    Raises:
        Error: nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise Error("standard input is no terminal, so that nobody can be asked: give --yes to remove these")
    answer = ask_line(say["sure"].format(count=len(found), size=size_text(sum(one.size for one in found)))) or ""
    return answer.strip().lower() in ("y", "yes", "はい")


def _list(found: Sequence[Kept], runs: str, say: dict[str, Any]) -> None:
    from rich.table import Table

    from waza.core.console import Terminal

    console = Terminal()
    if not found:
        console.print(say["nothing"].format(runs=runs))
        return
    table = Table(*say["heads"], box=None, pad_edge=False)
    table.columns[1].min_width = max(len(one.path.name) for one in found)  # an id is typed as a whole
    table.columns[3].justify = "right"
    for one in found:
        shown = "" if one.kind == "model" else one.path.name
        state = "" if one.complete else say[one.state]
        cells = (one.name, shown, say["kinds"][one.kind], size_text(one.size), f"{one.date:%Y-%m-%d %H:%M}", state)
        table.add_row(*cells)
    console.print(table)
    console.print("\n" + say["total"].format(size=size_text(sum(one.size for one in found))))
