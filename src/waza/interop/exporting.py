"""Exporting: parts written to a folder that appears whole or not at all, after a check that they compute the same."""

import contextlib
import importlib.metadata
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.files import check_path, unwritable, write_whole
from waza.interop.part import Exportable, Part
from waza.interop.target import Run
from waza.interop.targets import target_of

FACTS = "export.json"
ROWS = (1, 3, 8)  # batches of the check
TOLERANCE = 1e-5


class Written(NamedTuple):
    """A part that has been written and checked.

    Attributes:
        part: what was written.
        path: of its file.
        difference: the largest one between its outputs and waza's, relative to the largest output, at least 1.
    """

    part: Part
    path: Path
    difference: float


def export(model: Exportable, to: str, folder: Path, force: bool = False) -> tuple[Written, ...]:
    """Write the parts of a model to a new folder, with `export.json`, and compare them with waza.

    The folder has a file for each part, such as `model.onnx`. `export.json` has the inputs and outputs of each part
    with the largest difference, and the model's facts.

    Args:
        model: what it consists of.
        to: the target's name, such as "onnx".
        folder: that is created.
        force: whether to replace the folder of an earlier export.

    Raises:
        Error: the target's packages are not installed, the folder exists, a layer has no counterpart, or a part
            computes something else; then nothing is left behind.
    """
    target = target_of(to)
    target.check_installed()
    check_free(folder, force)
    with _appearing(folder) as temporary:
        found = []
        for part in model.parts:
            path = temporary / f"{part.name}{target.ending}"
            target.write(part, path, model.facts)
            found.append(Written(part, folder / path.name, largest_difference(part, target.read(part, path), ROWS)))
        for one in found:
            if not one.difference <= TOLERANCE:
                raise Error(
                    f"the exported {one.part.name} differs from waza's by {one.difference:.2g}, more than "
                    f"{TOLERANCE:g}, so nothing is written: report this model, or export it to another format"
                )
        write_whole(temporary / FACTS, _described(to, found, model.facts))
    return tuple(found)


def check_free(folder: Path, force: bool) -> None:
    """Refuse a folder that exists, unless it is that of an earlier export and is to be replaced.

    Raises:
        Error: it exists.
    """
    if not check_path(folder).exists() and not folder.is_symlink():
        return
    if not folder.is_dir() or folder.is_symlink() or (any(folder.iterdir()) and not (folder / FACTS).is_file()):
        raise Error(f"{folder} exists, and is no export of waza: give the name of a new folder")
    if not force:
        raise Error(f"{folder} exists: give another folder, or --force to replace it")


def largest_difference(part: Part, run: Run, batches: Sequence[int] = ROWS) -> float:
    """The largest difference between the outputs of a written part and of waza, for batches of several sizes.

    It is relative to the largest value of an output, at least 1. Whole numbers and true values must be equal, or the
    difference is infinite, as it is for outputs of another shape or that are not finite.

    Args:
        part: as waza computes it.
        run: as it was written.
        batches: their numbers of rows.
    """
    rng, largest = np.random.default_rng(0), 0.0
    for rows in batches:
        inputs = part.sample(rng, rows)
        expected = part.compute(inputs)
        found = run({one.name: x for one, x in zip(part.inputs, inputs, strict=True)})
        largest = max(largest, *(_difference(expected[name], np.asarray(found[name])) for name in expected))
    return largest


def _difference(expected: np.ndarray, found: np.ndarray) -> float:
    if expected.shape != found.shape or expected.dtype != found.dtype:
        return float("inf")
    if expected.dtype.kind != "f":
        return 0.0 if np.array_equal(expected, found) else float("inf")
    with np.errstate(invalid="ignore"):
        difference = float(np.max(np.abs(expected - found), initial=0) / max(1, np.max(np.abs(expected), initial=0)))
    return difference if np.isfinite(difference) else float("inf")


def _described(to: str, found: list[Written], facts: Mapping[str, Any]) -> bytes:
    """`export.json`."""
    parts = [
        {
            "name": one.part.name,
            "file": one.path.name,
            "inputs": [tensor._asdict() for tensor in one.part.inputs],
            "outputs": [tensor._asdict() for tensor in one.part.outputs],
            "largest_difference": one.difference,
            "rows": ROWS,
        }
        for one in found
    ]
    about = {"waza": importlib.metadata.version("waza"), "to": to, "tolerance": TOLERANCE, "parts": parts, **facts}
    return (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()


@contextlib.contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A hidden folder that gets this name at the end, in place of what has it; on any failure it is removed."""
    token = secrets.token_hex(8)
    temporary, old = (folder.absolute().with_name(f".{token}.{ending}") for ending in ("tmp", "old"))
    try:
        temporary.mkdir(parents=True)
        try:
            yield temporary
            if folder.exists():
                folder.replace(old)
            temporary.replace(folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            if old.exists() and not folder.exists():
                old.replace(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise unwritable(folder, error) from error
