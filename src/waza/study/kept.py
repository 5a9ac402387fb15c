"""Kept trials: the variables of a study's trained models, in memory or beside the results in the run store."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import numpy as np
import xarray as xr
from jaxtyping import PyTree

from waza.core.arrays import read_arrays, write_arrays
from waza.core.errors import Error, nearest
from waza.core.paths import from_named_leaves
from waza.engine.work import Outcome, Trials, Unit
from waza.learners import Learner
from waza.study.study import Study
from waza.study.tuning import tuned_name

KEPT = "kept"
REMEDY = "run the study again"
Trial = tuple[str, int]  # a variant's name and a seed


def kept_trials(study: Study, trials: Trials, outcomes: Mapping[Unit, Outcome]) -> dict[Trial, dict[str, np.ndarray]]:
    """The arrays by path of each trial that was asked for."""
    names = list(study.variants)
    last = study.first_seed + study.seeds
    found: dict[Trial, dict[str, np.ndarray]] = {}
    for unit, outcome in outcomes.items():
        for (seed, variant), arrays in outcome.kept.items():
            number = study.first_seed + unit.block * study.block + seed
            if number < last:
                found[names[trials.groups[unit.group][variant]], number] = arrays
    return found


def write_kept(folder: Path, names: list[str], kept: Mapping[Trial, Mapping[str, np.ndarray]]) -> None:
    """Write a file for each trial into a run's folder."""
    for (variant, seed), arrays in kept.items():
        write_arrays(_file(folder, names.index(variant), seed), arrays, {"variant": variant, "seed": seed})


def variables_of(study: Study, results: xr.Dataset, variant: str, seed: int) -> PyTree[np.ndarray]:
    """What a study's learner keeps of one trial (`Learner.kept`), of results that were run with `keep`.

    Args:
        study: as it was run.
        results: of `waza.run(study, keep="best")` or `keep="last"`.
        variant: its name; after tuning "NAME, tuned".
        seed: of the trial.

    Raises:
        Error: there is no such trial, or nothing was kept.
    """
    names = [str(name) for name in results["variant"].values]
    if variant not in names:
        raise Error(f"the results have no variant {variant!r}: {nearest(variant, names)}")
    if seed not in results["seed"].values:
        raise Error(f"the results have no seed {seed}; they have {results['seed'].values.tolist()}")
    arrays = results.attrs.get(KEPT, {}).get((variant, seed))
    if arrays is None:
        arrays = _read(results, variant, seed)
    if arrays is None:
        raise Error(
            f"nothing was kept of {variant!r}, seed {seed}: run the study with keep='last', or with keep='best', "
            "which keeps each trial that has an evaluation with a finite value"
        )
    learner = next(one for name, one in study.variants.items() if variant in (name, tuned_name(name)))
    return from_named_leaves(arrays, kept_shapes(learner, study.data))  # tuning changes numbers, and no shapes


def kept_shapes(learner: Learner, data: Any) -> PyTree[Any]:
    """The shapes of what a learner keeps of a training on these data."""
    arrays, rest = eqx.partition(data, eqx.is_array)
    state = jax.eval_shape(lambda arrays: learner.init(jax.random.key(0), eqx.combine(arrays, rest)), arrays)
    return jax.eval_shape(learner.kept, state)


def _read(results: xr.Dataset, variant: str, seed: int) -> dict[str, np.ndarray] | None:
    folder = results.attrs.get("folder")
    if folder is None:
        return None
    path = _file(Path(folder), [str(name) for name in results["variant"].values].index(variant), seed)
    found = read_arrays(path, REMEDY)
    if found is None:
        return None
    arrays, facts = found
    if facts != {"variant": variant, "seed": seed}:
        raise Error(f"{path} is of {facts.get('variant')!r}, seed {facts.get('seed')}: {REMEDY}")
    return arrays


def _file(folder: Path, variant: int, seed: int) -> Path:
    return folder / KEPT / f"variant{variant}-seed{seed}.safetensors"
