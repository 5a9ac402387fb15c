"""Nested tuning: each seed's own validation rows choose its settings, among all candidates trained on its own split."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from waza.core.measure import Measure
from waza.study.record import record_of
from waza.study.results import final
from waza.study.rules import rule_digests
from waza.study.statistics import t_interval
from waza.study.trained import finite_trials
from waza.study.tuning import Candidate, Choice, best_of, change, crossed, tuned_name, tuning_measure, without_probes


def tuned_by_seed(study: Any, run: Callable[[Any], xr.Dataset]) -> xr.Dataset:
    """The results of a study's tuned variants; each seed's trial has the settings that its validation rows choose.

    All candidates are trained with every seed. A seed takes the candidate with the best value of the tuning's measure
    at the last step, among those of which the fewest trials diverged; test rows choose nothing. Where each seed has its
    own split, the choice is a part of what is judged, as in nested cross-validation.

    Source: Varma and Simon, "Bias in error estimation when using cross-validation for model selection", 2006.

    Args:
        study: with a `tuning`.
        run: runs a study without one.
    """
    points = {name: crossed(numbers) for name, numbers in study.tuning.grid.items()}
    names = {name: [f"{name} {i}" for i in range(len(some))] for name, some in points.items()}
    learners = {
        names[name][i]: without_probes(change(study.variants[name], settings))
        for name, some in points.items()
        for i, settings in enumerate(some)
    }
    measure = tuning_measure(study)
    candidates = dataclasses.replace(
        study, name=f"{study.name}.settings", variants=learners, baseline="", claims=(), tuning=None
    )
    found = run(candidates)
    tuned, choices = {}, []
    for name, members in names.items():
        own = found.sel(variant=members)
        tuned[tuned_name(name)] = _chosen(own, measure)
        choices.append(_choice(name, points[name], own, measure))
    results = xr.concat(list(tuned.values()), dim="variant").assign_coords(variant=list(tuned))
    record = record_of(found)
    results.attrs = dataclasses.replace(
        record,
        study=study.name,
        baseline=tuned_name(study.baseline),
        measure=study.measure,
        settings={name: record.settings[names[name][0]] for name in points},
        mapping={tuned_name(name): record.mapping[names[name][0]] for name in points},
        tuning=tuple(choices),
        rules=rule_digests(study.claims),
        folder="",
    ).to_attrs()
    return results


def _chosen(candidates: xr.Dataset, measure: Measure) -> xr.Dataset:
    """The trial of each seed with its best candidate."""
    values = measure.sign * final(candidates, measure.name)
    finished = finite_trials(candidates)
    most = finished.sum("seed").max()
    allowed = finished.sum("seed") == most
    merit = values.where(finished & np.isfinite(values), -np.inf).where(allowed)  # NaN: not to be chosen
    return candidates.isel(variant=merit.argmax("variant").drop_vars("step")).drop_vars("variant")


def _choice(name: str, points: list[dict[str, float]], results: xr.Dataset, measure: Measure) -> Choice:
    """The candidate that is best over all seeds, and what the others reached."""
    tried = []
    for i, settings in enumerate(points):
        values = final(results, measure.name).isel(variant=i).values
        sound = finite_trials(results).isel(variant=i).values
        interval = t_interval(values[sound] if sound.any() else values)
        tried.append(Candidate(settings, interval.mean, interval.low, interval.high, float(sound.mean())))
    best = best_of(tried, measure).settings
    ends = _ends(points)
    return Choice(
        name, best, tuple(tried), (), tuple(path for path, value in best.items() if value in ends[path]), measure.name
    )


def _ends(points: list[dict[str, float]]) -> Mapping[str, tuple[float, float]]:
    """The least and the largest value of each number."""
    return {path: (min(one[path] for one in points), max(one[path] for one in points)) for path in points[0]}
