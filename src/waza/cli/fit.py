"""`waza fit`: train one model on a user's data."""

import argparse
import dataclasses
import json
import os
import shlex
from pathlib import Path
from typing import Any

from waza.cli.arguments import whole
from waza.cli.declared import add_declared, given
from waza.cli.keep import keep_compiled, read_by, writable
from waza.cli.launcher import launched
from waza.cli.processes import joined, started, supervise
from waza.core import streams
from waza.core.files import write_whole
from waza.kinds.kind import SPLITS
from waza.kinds.registry import fit_options, trainable_kinds

MOST_ACROSS = 5  # measures that are columns of a table


def add_options(parser: argparse.ArgumentParser) -> None:
    """The command's own options, and those that the kinds of model declare."""
    kinds = trainable_kinds()
    parser.add_argument(
        "model", metavar="MODEL", help="; ".join(f"for {kind.data}: {', '.join(kind.models)}" for kind in kinds)
    )
    data = "; ".join(f"for {kind.data}: {kind.data_help}" for kind in kinds)
    parser.add_argument("data", metavar="DATA", nargs="?", help=data)
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder for the model")
    parser.add_argument("--tensorboard", action="store_true", help="also write TensorBoard event files")
    parser.add_argument(
        "--fresh", action="store_true", help="remove the training that the folder holds, and start over"
    )
    parser.add_argument("--json", metavar="OUT", help="write the figures to this file")
    parser.add_argument(
        "--processes", type=whole(1), metavar="N", help="share each batch among N processes (see: docs/scale.md)"
    )
    add_declared(parser, [(kind.data, kind.options) for kind in kinds])


def command(options: argparse.Namespace) -> None:
    """Train the model, in this process or in several, and print its measures, its folder and how to use it."""
    if options.processes is None:
        _fit(options)
    elif started():
        with joined(options.processes) as number:
            _fit(options, writing=number == 0)
    elif launched(os.environ, options.processes) is None and options.processes == 1:
        _fit(options)
    else:
        supervise(options.given, options.processes)


def _fit(options: argparse.Namespace, writing: bool = True) -> None:
    """Train the model; of several processes, the first one writes and prints."""
    if writing:
        writable(Path(options.out) / "model.json")
    values = given(options, [(kind.data, kind.options) for kind in trainable_kinds()])
    asked = fit_options(options.model, options.data, values)
    if writing and options.json:
        writable(Path(options.json), read_by(asked))
    keep_compiled()
    from waza.cli.progress import Progress, resumable
    from waza.kinds.fitting import divergence, fit_in_folder

    with resumable(), Progress(options.model, options.lang) as watch:
        fitted = fit_in_folder(asked, Path(options.out), watch, options.fresh, options.tensorboard, options.lang)
    streams.put_back_output()
    if writing and options.json:
        settings = dataclasses.asdict(fitted.options)
        facts = {**fitted.result, "settings": settings, "model": str(fitted.folder.path)}
        write_whole(Path(options.json), (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode())
    if writing:
        _print(fitted, options.lang)
    failed = divergence(fitted.kind, fitted.options, fitted.result, fitted.folder.path)
    if failed is not None:
        raise failed


def _print(fitted: Any, language: str) -> None:
    """What to know first, a row for each split, the training's figures, notes on the data, and what to do next."""
    from rich.table import Table

    from waza.core.console import Terminal
    from waza.kinds.fit_folder import REPORT
    from waza.report import print_lines
    from waza.report.training_page import training_words
    from waza.report.words import number

    kind, result, folder = fitted.kind, fitted.result, fitted.folder.path
    say = training_words(kind.folder, language)
    console = Terminal()
    for finding in fitted.findings:
        print_lines(finding.say(language), console, "bold", indent="")
        console.print()
    console.print(_measures(kind.shown(result["measures"]), result["measures"], say))
    figures = Table(box=None, pad_edge=False, show_header=False)
    figures.add_row(say["best_step"], f"{result['best_step']} / {result['steps']}")
    figures.add_row(say["parameters"], f"{result['parameters']:,}")
    figures.add_row(say["seconds"], number(result["seconds"]))
    figures.add_row(say["pace"], number(result[f"{kind.unit}_a_second"]))
    console.print()
    console.print(figures)
    notes = [say["chosen"], *(note.say(language) for note in fitted.material.notes)]
    notes += [say["endings"][result["ending"]]] if result["ending"] == "no improvement" else []
    notes += _devices(fitted, say)
    console.print()
    for note in notes:
        print_lines(note, console, "dim", first="• ")
    place = shlex.quote(str(folder))
    lines = [*kind.remarks(result, language)]
    if lines:
        console.print("\n" + "\n".join(lines), soft_wrap=True)
    lines = [say["model_at"].format(folder=folder), say["report_at"].format(page=folder / REPORT)]
    lines += [say["use"].format(folder=place)] + ([say["done"].format(folder=folder)] if fitted.before else [])
    console.print("\n".join(lines), soft_wrap=True)


def _measures(names: list[str], measures: dict[str, Any], say: dict[str, Any]) -> Any:
    """A table of the measures: a row for each split, or where there are many measures, a row for each of these."""
    from rich.table import Column, Table

    from waza.report.training_page import measured

    splits = [split for split in SPLITS if any(f"{split}_{name}" in measures for name in names)]
    cells = [[measured(measures.get(f"{split}_{name}")) for name in names] for split in splits]
    sides, heads = [say["splits"][split] for split in splits], [say["measures"][name] for name in names]
    if len(names) > MOST_ACROSS:
        sides, heads, cells = heads, sides, [list(row) for row in zip(*cells, strict=True)]
    columns = (Column(head, justify="right") for head in heads)
    table = Table(say["split"], *columns, box=None, pad_edge=False)
    for side, row in zip(sides, cells, strict=True):
        table.add_row(side, *row)
    return table


def _devices(fitted: Any, say: dict[str, Any]) -> list[str]:
    """A note if some accelerators are not used."""
    import jax

    there = jax.device_count()
    if jax.default_backend() == "cpu" or fitted.devices == there:
        return []
    return [
        say["fewer_devices"].format(rows=getattr(fitted.options, "batch_size", None), used=fitted.devices, there=there)
    ]
