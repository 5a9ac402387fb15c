"""Results of a study from the outcomes of its units."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import xarray as xr

from waza.engine.work import Outcome, Trials, Unit
from waza.study.study import Study


def assemble(study: Study, trials: Trials, outcomes: Mapping[Unit, Outcome]) -> xr.Dataset:
    """All outcomes as one Dataset; what a variant does not measure is NaN."""
    names, plan = list(study.variants), trials.plan
    where = {i: (g, position) for g, group in enumerate(trials.groups) for position, i in enumerate(group)}
    by_place = {(unit.block, unit.group): outcome for unit, outcome in outcomes.items()}
    blocks = sorted({unit.block for unit in outcomes})
    seeds = min(study.seeds, len(blocks) * study.block)

    def column(i: int, path: str) -> np.ndarray | None:
        g, position = where[i]
        found = [by_place[b, g].measures.get(path) for b in blocks]
        if all(values is None for values in found):
            return None
        columns = [of_block if values is None else values[:, :, position] for values in found]
        return np.concatenate(columns, axis=1)[:, :seeds]

    paths = list(dict.fromkeys(path for outcome in outcomes.values() for path in outcome.measures))
    layers = _in_order([path.partition("/")[2] for path in paths if "/" in path])
    steps = [plan.step_of(i) for i in range(plan.evaluations)]
    nothing, of_block = (np.full((len(steps), n), np.nan, np.float32) for n in (seeds, study.block))
    variables: dict[str, Any] = {}
    for measure in dict.fromkeys(path.partition("/")[0] for path in paths):
        if measure in paths:
            columns = [column(i, measure) for i in range(len(names))]
            values = np.stack([nothing if value is None else value for value in columns])
            variables[measure] = (("variant", "seed", "step"), values.transpose(0, 2, 1))
        else:
            by_layer = [[column(i, f"{measure}/{layer}") for layer in layers] for i in range(len(names))]
            values = np.stack([np.stack([nothing if v is None else v for v in row]) for row in by_layer])
            variables[measure] = (("variant", "seed", "step", "layer"), values.transpose(0, 3, 2, 1))
    stopped = [
        np.concatenate([by_place[b, where[i][0]].diverged_at[:, where[i][1]] for b in blocks])[:seeds]
        for i in range(len(names))
    ]
    variables["diverged_at"] = (("variant", "seed"), np.stack(stopped).astype(np.int32))
    coordinates: dict[str, Any] = {
        "variant": names,
        "seed": np.arange(study.first_seed, study.first_seed + seeds, dtype=np.int32),
        "step": np.array(steps, np.int32),
    }
    if layers:
        coordinates["layer"] = layers
    return xr.Dataset(variables, coordinates)


def rows_of(data: Any) -> dict[str, int]:
    """The number of rows by split, of data that have splits; of several tasks' inputs by name, of all together."""
    found = {}
    for name in ("train", "test"):
        x = getattr(getattr(data, name, None), "x", None)
        parts = [jax.tree.leaves(part) for part in (x.values() if isinstance(x, Mapping) else [x])]
        if any(parts):
            found[name] = sum(part[0].shape[0] for part in parts if part)
    return found


def _in_order(layers: list[str]) -> list[str]:
    """Layer names once each: hidden.2 before hidden.10, the output last."""

    def key(name: str) -> tuple:
        head, _, index = name.rpartition(".")
        return (head == "", head, int(index)) if index.isdigit() else (True, name, 0)

    return sorted(set(layers), key=key)
