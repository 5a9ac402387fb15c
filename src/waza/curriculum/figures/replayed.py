"""Paths with every step, also where a run has only some of them."""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from waza.core.names import lookup
from waza.curriculum.day2a_training import descents
from waza.curriculum.figures.landscapes import fields_of
from waza.models.landscapes import Landscape
from waza.optim import Optimizer


class Descending(NamedTuple):
    """What a variant does: an optimiser on a landscape, with noise or without."""

    landscape: Landscape
    optimizer: Optimizer
    noise: float


def path_of(results: xr.Dataset, variant: str, seed: int, steps: int) -> np.ndarray | None:
    """The points (step, weight) of the first steps of a trial, and of the start.

    Without noise a path follows from its start, and is computed from there. With noise it is taken from the results, if
    these have every step; else there is none: None.
    """
    w = results["w"].sel(variant=variant, seed=seed).transpose("step", "layer").values
    landscape, optimizer, noise = descending(results, variant)
    if not noise:
        return descents.path_of(landscape, optimizer, w[:1], steps)[:, 0]
    return w[: steps + 1] if int(results["step"][1]) == 1 else None


def descending(results: xr.Dataset, variant: str) -> Descending:
    """What a variant does, made from its description in the results."""
    fields = fields_of(results, variant)
    return Descending(_made(fields["landscape"]), _made(fields["optimizer"]), fields["noise"])


def _made(described: Any) -> Any:
    """A recipe from its description; lists become tuples."""
    if isinstance(described, dict):
        made = lookup(described["class"])
        return made(**{name: _made(value) for name, value in described["fields"].items()})
    return tuple(map(_made, described)) if isinstance(described, list) else described
