"""How paths leave a saddle."""

import json
from typing import Any

import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, on
from waza.curriculum.figures.paths import maps
from waza.report.rows import Row, barred
from waza.report.words import Words

AWAY = 0.5  # from the saddle, along the way out
AFTER = 2  # steps that a map shows after that


def ways_out(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """Maps of the paths of one trial until they have left the saddle, and the steps that each variant needs for that.

    The maps show the variants that start from the box that most of them start from.
    """
    some, say = on(results, "Saddle"), own_labels(language)["saddles"]
    names = [str(name) for name in some["variant"].values]
    if not names:
        return []
    rows = []
    for name in names:
        steps = _steps(some, name)
        rows.append(Row(words[language].variant(name), steps, middle=float(np.median(steps))))
    boxes = {name: json.dumps([fields_of(some, name)[end] for end in ("low", "high")]) for name in names}
    usual = max(boxes.values(), key=list(boxes.values()).count)
    first = some.isel(seed=0)
    found = {
        name: first["w"].sel(variant=name).transpose("step", "layer").values[: int(_steps(some, name)[0]) + AFTER]
        for name in names
        if boxes[name] == usual
    }
    texts = [f"{row.middle:.0f}" for row in rows]
    return [maps(some, found, words, language, say["title"], say["until"]), barred(rows, say["steps"], texts)]


def _steps(results: xr.Dataset, variant: str) -> np.ndarray:
    """The step at which each trial has left the saddle; the last step where it has not."""
    turn = np.radians(fields_of(results, variant)["landscape"]["fields"].get("turn", 0.0))
    w = results["w"].sel(variant=variant)
    out = np.cos(turn) * w.sel(layer="w1", drop=True) - np.sin(turn) * w.sel(layer="w0", drop=True)
    left = (abs(out) > AWAY).transpose("seed", "step").values
    return results["step"].values[np.where(left.any(axis=1), left.argmax(axis=1), left.shape[1] - 1)].astype(float)
