"""Tuning: numbers that are chosen for each variant before the variants are compared."""

import dataclasses
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza.core.construction import Fields
from waza.core.errors import Error, nearest
from waza.core.measure import Measure, named
from waza.core.recipe import later
from waza.core.vary import vary
from waza.data.dataset import Split, read_only
from waza.study.results import final
from waza.study.statistics import t_interval
from waza.study.trained import finite_trials

Settings = dict[str, float]
WIDENED_BY = 2
TEST = "test_"
POOL_SHARE = 0.2  # of the rows that splits are drawn from per seed, for tuning alone


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tuning(metaclass=Fields):
    """How the nuisance settings of each variant are chosen: from a grid, by a measure on the validation split.

    The settings in which the variants differ are scientific, those in `grid` are nuisances, all others are fixed. The
    test split is not read while settings are chosen; data without splits are used as they are, with other seeds. Where
    splits are drawn per seed, a fifth of the pool serves tuning alone. A choice at an edge of its range widens the
    range there, once, by two values.

    Of the candidates of a variant, those of which the largest share of trials trained come first (`Study.trained`;
    without it, those that did not diverge), and among these the one with the best lower confidence bound of the mean of
    its trained trials, in the measure's better direction. So settings with which some trials fail are not chosen while
    others do not fail, however high the mean of the rest.

    Source: Godbole et al., "Deep learning tuning playbook", 2023 (the three kinds of settings).

    Args:
        grid: by variant, then by the number's path in the learner, such as "optimizer.learning_rate", the values to be
            tried, in increasing order. Several numbers are crossed.
        measure: by which candidates are judged. A name such as "loss" means "test_loss" where the learner declares
            that, on the validation split instead of the test split. By default the study's main measure.
        seeds: trials of each candidate; the comparison that follows uses other seeds.
        limits: by path, the largest value that a widened range may reach: a rate that no longer trains reliably (a
            few seeds need not show it), or where a number's meaning ends, such as 0.9 for a share of units dropped.
        widen: whether a range is widened at an edge; without it each variant is tuned over the settings given alone.
        nested: whether each seed's validation rows choose the settings of its own trial, among candidates that are all
            trained with every seed (`waza.study.nested`); then no other seeds are used, and no range is widened.
    """

    grid: Mapping[str, Mapping[str, Sequence[float]]]
    measure: str = ""
    seeds: int = 5
    limits: Mapping[str, float] | None = later(None)
    widen: bool = later(True)
    nested: bool = later(False)

    def __post_init__(self):
        limits = self.limits or {}
        if self.nested and self.widen:
            raise Error("a nested tuning widens no range: give widen=False")
        paths = [path for numbers in self.grid.values() for path in numbers]
        for path in limits:
            if path not in paths:
                raise Error(f"{path!r} has a limit but is not tuned: {nearest(path, paths)}")
        for variant, numbers in self.grid.items():
            for path, values in numbers.items():
                ordered = all(a < b for a, b in itertools.pairwise(values))
                if len(values) < 2 or not ordered or not all(map(math.isfinite, values)):
                    raise Error(f"{path} of {variant!r} has the range {list(values)}; give two rising numbers or more")
                if values[-1] > limits.get(path, math.inf):
                    raise Error(f"{path} of {variant!r} has the range {list(values)}, beyond its limit {limits[path]}")


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Settings that were tried, and what they reached on the validation split.

    `trained` is the share of trials that trained; the mean and its 95 % interval are those of these trials.
    """

    settings: Settings
    mean: float
    low: float
    high: float
    trained: float = 1.0


@dataclasses.dataclass(frozen=True)
class Choice:
    """The settings chosen for a variant, and all that were tried.

    `measure` is what they were judged by; `widened` names the numbers whose range was widened, and `at_edge` those
    whose choice ends a range even so.
    """

    variant: str
    settings: Settings
    tried: tuple[Candidate, ...]
    widened: tuple[str, ...]
    at_edge: tuple[str, ...]
    measure: str = ""


def tuned_name(variant: str) -> str:
    """The name of a variant with chosen settings, beside the one with the given settings."""
    return f"{variant}, tuned"


def geometric(low: float, high: float, count: int) -> tuple[float, ...]:
    """Values in equal ratios, rounded to three digits.

    >>> geometric(0.001, 0.1, 3)
    (0.001, 0.01, 0.1)
    """
    return tuple(float(f"{value:.3g}") for value in np.geomspace(low, high, count))


def change(learner: Any, settings: Settings) -> Any:
    """The learner with the numbers at these paths."""
    for path, value in settings.items():
        *above, name = path.split(".")
        nested: Any = {name: value}
        for part in reversed(above):
            nested = {part: nested}
        learner = vary(learner, **nested)
    return learner


def choose(study: Any, run: Callable[[Any], xr.Dataset]) -> tuple[Any, tuple[Choice, ...]]:
    """Tune a study's variants; returns the study that compares them, tuned beside untuned, and the choices.

    Args:
        study: with a `tuning`.
        run: runs a study without one.
    """
    tuning = study.tuning
    unknown = [name for name in tuning.grid if name not in study.variants]
    if unknown:
        raise Error(f"{unknown[0]!r} is to be tuned but is no variant of {study.name!r}: {', '.join(study.variants)}")
    measure = tuning_measure(study)
    if hasattr(study.data, "test") and getattr(study.data, "validation", None) is None:
        raise Error(
            f"{study.name!r} tunes on a validation split, and its data have none: "
            "set rows aside with wz.data.hold_out(data, rows), or fill the field `validation` of your own data"
        )
    grids = {name: {path: tuple(values) for path, values in numbers.items()} for name, numbers in tuning.grid.items()}
    sought, study = _apart(study)
    tried = _sweep(sought, {name: crossed(numbers) for name, numbers in grids.items()}, run, "tuning")
    limits = tuning.limits or {}
    wider: dict[str, dict[str, tuple[float, ...]]] = {}
    for name, numbers in grids.items():
        best = best_of(tried[name], measure).settings
        wider[name] = {
            path: _beyond(values, best[path], limits.get(path, math.inf)) if tuning.widen else ()
            for path, values in numbers.items()
        }
    new = {
        name: [point for point in crossed(_joined(grids[name], beyond)) if point not in _points(tried[name])]
        for name, beyond in wider.items()
    }
    again = {name: points for name, points in new.items() if points}
    if again:
        for name, more in _sweep(sought, again, run, "widened").items():
            tried[name] += more
    choices = []
    for name in grids:
        best = best_of(tried[name], measure).settings
        ranges = _joined(grids[name], wider[name])
        choices.append(
            Choice(
                name,
                best,
                tuple(sorted(tried[name], key=lambda one: tuple(one.settings.values()))),
                tuple(path for path, values in wider[name].items() if values),
                tuple(path for path, values in ranges.items() if best[path] in (values[0], values[-1])),
                measure.name.removeprefix(TEST),
            )
        )
    tuned = {tuned_name(one.variant): change(study.variants[one.variant], one.settings) for one in choices}
    compared = dataclasses.replace(
        study, variants={**study.variants, **tuned}, tuning=None, first_seed=study.first_seed + tuning.seeds
    )
    return compared, tuple(choices)


def _apart(study: Any) -> tuple[Any, Any]:
    """The study that settings are sought in, judged on the validation split, and the one that compares them.

    Where splits are drawn per seed, they are drawn from two parts of the pool, so that no row decides both.
    """
    judged = _judged_on_validation(study.data)
    if study.pool is None:
        return dataclasses.replace(study, data=judged), study
    rows, needed = len(study.pool.y), len(judged.train.y) + len(judged.test.y)
    own = max(needed, round(POOL_SHARE * rows))
    order = np.random.RandomState(0).permutation(rows)
    sought, compared = (read_only(Split(*(part[at] for part in study.pool))) for at in (order[:own], order[own:]))
    try:
        return dataclasses.replace(study, data=judged, pool=sought), dataclasses.replace(study, pool=compared)
    except Error as error:
        raise Error(f"{study.name!r} has {rows} rows to draw splits from, {own} of them for tuning: {error}") from error


def _sweep(
    study: Any, points: Mapping[str, list[Settings]], run: Callable[[Any], xr.Dataset], suffix: str
) -> dict[str, list[Candidate]]:
    """Train every candidate, and measure it on the validation split instead of the test split."""
    names = {(variant, i): f"{variant} {i}" for variant, some in points.items() for i in range(len(some))}
    learners = {
        name: without_probes(change(study.variants[variant], points[variant][i]))
        for (variant, i), name in names.items()
    }
    sweep = dataclasses.replace(
        study,
        name=f"{study.name}.{suffix}",
        variants=learners,
        baseline="",
        measure=tuning_measure(study).name,
        seeds=study.tuning.seeds,
        block=study.tuning.seeds,
        evaluate_every=max(study.steps, 1),
        claims=(),
        tuning=None,
    )
    results = run(sweep)
    trained = _trained_trials(study, results)
    found: dict[str, list[Candidate]] = {variant: [] for variant in points}
    for (variant, i), name in names.items():
        counted = trained.sel(variant=name).values
        values = final(results, sweep.measure, name).values
        interval = t_interval(values[counted] if counted.any() else values)
        share = float(counted.mean())
        found[variant].append(Candidate(points[variant][i], interval.mean, interval.low, interval.high, share))
    return found


def _trained_trials(study: Any, results: xr.Dataset) -> xr.DataArray:
    """Whether each trial of a sweep has trained, (variant, seed)."""
    if study.trained is None:
        return finite_trials(results)
    return study.trained.trials(results, named(study.measures, study.trained.measure))


def tuning_measure(study: Any) -> Measure:
    """The measure by which a study's candidates are judged.

    Raises:
        Error: no learner declares it, or neither direction of it is better.
    """
    given = study.tuning.measure or study.measure
    names = [measure.name for measure in study.measures]
    measure = named(study.measures, f"{TEST}{given}" if f"{TEST}{given}" in names else given)
    if not measure.sign:
        raise Error(f"{study.name!r} is tuned by {measure.name!r}, of which neither direction is declared better")
    return measure


def _judged_on_validation(data: Any) -> Any:
    """Data whose test split is the validation split; data without splits stay as they are, since seeds differ."""
    if not hasattr(data, "validation"):
        return data
    replaced = data._replace if hasattr(data, "_replace") else partial(dataclasses.replace, data)
    return replaced(test=data.validation, validation=None)


def without_probes(learner: Any) -> Any:
    """The learner without what only looks."""
    return vary(learner, probes=False) if hasattr(learner, "probes") else learner


def crossed(numbers: Mapping[str, Sequence[float]]) -> list[Settings]:
    """Every combination of the values."""
    return [dict(zip(numbers, values, strict=True)) for values in itertools.product(*numbers.values())]


def _points(tried: Sequence[Candidate]) -> list[Settings]:
    return [one.settings for one in tried]


def best_of(tried: Sequence[Candidate], measure: Measure) -> Candidate:
    """The candidate of which the most trials trained, and of several the one with the best lower confidence bound.

    A bound that is not finite comes last; a single trained trial has none, so that its mean decides there.
    """

    def rank(one: Candidate) -> tuple[float, float, float]:
        bound, mean = measure.sign * (one.low if measure.sign > 0 else one.high), measure.sign * one.mean
        return one.trained, _or_last(bound), _or_last(mean)

    return max(tried, key=rank)


def _or_last(value: float) -> float:
    return value if math.isfinite(value) else -math.inf


def _beyond(values: tuple[float, ...], chosen: float, limit: float) -> tuple[float, ...]:
    """More values in the last ratio (or, where a range holds zero, the last step), where the choice is an edge.

    None of them is larger than the limit.
    """
    if chosen not in (values[0], values[-1]):
        return ()
    end, before = (values[0], values[1]) if chosen == values[0] else (values[-1], values[-2])
    if end * before > 0:
        more = [end * (end / before) ** i for i in range(1, WIDENED_BY + 1)]
    elif end == 0:  # zero is an edge by nature: less than none makes no sense
        more = []
    else:
        more = [end + (end - before) * i for i in range(1, WIDENED_BY + 1)]
    return tuple(sorted(float(f"{value:.3g}") for value in more if value <= limit))


def _joined(
    grid: Mapping[str, tuple[float, ...]], beyond: Mapping[str, tuple[float, ...]]
) -> dict[str, tuple[float, ...]]:
    """The ranges with what was added to them."""
    return {path: tuple(sorted({*values, *beyond[path]})) for path, values in grid.items()}
