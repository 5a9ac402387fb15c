"""`waza fit`: one model, trained to be used."""

import argparse
import dataclasses
import json
import shlex
from pathlib import Path
from typing import Any

from waza.cli.keep import keep_compiled, writable
from waza.core.errors import Error
from waza.core.files import write_whole

SPLITS = ("train", "validation", "test")


def command(options: argparse.Namespace) -> None:
    """Train the model, print how good it is, where it is and how to use it."""
    if options.json:
        writable(Path(options.json))
    writable(Path(options.out) / "model.json")
    keep_compiled()
    from waza.cli.progress import Progress
    from waza.kinds.fitting import divergence, fit_in_folder
    from waza.kinds.registry import OWN_SETTINGS
    from waza.kinds.settings import Settings
    from waza.kinds.trainable import settings_of
    from waza.study import Interrupted

    names = [field.name for field in dataclasses.fields(Settings) if field.name != "size"]
    given = Settings(size=_size(options.size), **{name: getattr(options, name) for name in names})
    try:
        with Progress(options.model) as watch:
            fitted = fit_in_folder(given, Path(options.out), watch, options.fresh, options.tensorboard, options.lang)
    except Interrupted as stopped:
        raise Interrupted(f"{stopped}; what was done is kept: the same command goes on from there") from None
    if options.json:
        settings = settings_of(fitted.settings, fitted.kind, OWN_SETTINGS)
        facts = {**fitted.result, "settings": settings, "model": str(fitted.folder.path)}
        write_whole(Path(options.json), (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode())
    _print(fitted, options.lang)
    failed = divergence(fitted)
    if failed is not None:
        raise failed


def _size(text: str | None) -> tuple[int, int] | None:
    """The size that "64" or "48x64" names.

    >>> _size("64"), _size("48x64")
    ((64, 64), (48, 64))
    """
    if text is None:
        return None
    sides = text.lower().replace("×", "x").split("x")
    if len(sides) > 2 or not all(side.isascii() and side.isdigit() and int(side) for side in sides):
        raise Error(f"--size {text!r} given; expected a side or HEIGHTxWIDTH in pixels, such as 64 or 48x64")
    return int(sides[0]), int(sides[-1])


def _print(fitted: Any, language: str) -> None:
    """A row a split, then the training's figures, notes on the data, and what to do next."""
    from rich.console import Console
    from rich.table import Table

    from waza.kinds.fit_folder import REPORT
    from waza.report.training_page import measured, training_words
    from waza.report.words import number

    kind, result, folder = fitted.kind, fitted.result, fitted.folder.path
    say = training_words(kind.folder, language)
    console = Console(highlight=False, markup=False)
    table = Table(say["split"], box=None, pad_edge=False)
    for measure in kind.measures:
        table.add_column(say["measures"][measure], justify="right")
    for split in SPLITS:
        values = [result["measures"][f"{split}_{measure}"] for measure in kind.measures]
        table.add_row(say["splits"][split], *map(measured, values))
    console.print(table)
    figures = Table(box=None, pad_edge=False, show_header=False)
    figures.add_row(say["best_step"], f"{result['best_step']} / {result['steps']}")
    figures.add_row(say["parameters"], f"{result['parameters']:,}")
    figures.add_row(say["seconds"], number(result["seconds"]))
    figures.add_row(say["pace"], number(result[f"{kind.unit}_a_second"]))
    console.print()
    console.print(figures)
    notes = [note.say(language) for note in fitted.material.notes]
    notes += [say["endings"][result["ending"]]] if result["ending"] == "no improvement" else []
    notes += _devices(fitted, say)
    console.print()
    for note in notes:
        console.print(f"• {note}", style="dim")
    place = shlex.quote(str(folder))
    lines = [say["model_at"].format(folder=folder), say["report_at"].format(page=folder / REPORT)]
    lines += [say["use"].format(folder=place)] + ([say["done"].format(folder=folder)] if fitted.before else [])
    console.print("\n".join(lines), soft_wrap=True)


def _devices(fitted: Any, say: dict[str, Any]) -> list[str]:
    """A note where some graphics cards have nothing to do."""
    import jax

    there = jax.device_count()
    if jax.default_backend() == "cpu" or fitted.devices == there:
        return []
    return [say["fewer_devices"].format(rows=fitted.settings.batch_size, used=fitted.devices, there=there)]
