"""How far a long training has come, and its checkpoint."""

import dataclasses
from pathlib import Path
from typing import Any

import jax
import numpy as np

from waza.core.arrays import read_arrays, write_arrays
from waza.core.errors import Error
from waza.engine.feeding import Feed

REMEDY = "start anew with --fresh"


@dataclasses.dataclass
class Progress:
    """How far a training has come: all that a process needs to go on from here.

    `state` is what the learner's `init` and `update` return, `tally` what was counted since the last evaluation,
    `best` the variables of the best evaluation yet, and `history` the measures of each evaluation, with its step.
    """

    state: Any
    tally: Any
    best: Any
    best_step: int = -1
    step: int = 0
    history: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    seconds: float = 0.0


def save(checkpoint: Path, now: Progress) -> None:
    """Keep the progress."""
    arrays: dict[str, np.ndarray] = {}
    for part in ("state", "tally", "best"):
        leaves = jax.tree.leaves(getattr(now, part))
        arrays |= {f"{part}:{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)}
    facts = {name: getattr(now, name) for name in ("best_step", "step", "history", "seconds")}
    write_arrays(checkpoint, arrays, facts)


def restored(checkpoint: Path, feed: Feed) -> Progress | None:
    """The progress that was kept, if any."""
    kept = read_arrays(checkpoint, REMEDY)
    if kept is None:
        return None
    arrays, facts = kept
    state, tally = feed.shapes
    parts = {}
    for part, shapes in {"state": state, "tally": tally, "best": state.variables}.items():
        leaves = [arrays[name] for name in (f"{part}:{i}" for i in range(len(arrays))) if name in arrays]
        wanted = [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(shapes)]
        if [(leaf.shape, leaf.dtype) for leaf in leaves] != wanted:
            raise Error(f"{checkpoint} does not fit this model: {REMEDY}")
        parts[part] = jax.tree.unflatten(jax.tree.structure(shapes), leaves)
    return Progress(feed.place(parts["state"]), feed.place(parts["tally"]), parts["best"], **facts)
