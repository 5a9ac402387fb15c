"""A comparison on a user's own data: a baseline, and one variant a technique, each tuned."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import xarray as xr

from waza import models, nn, optim
from waza.compare.techniques import EARLY_STOPPING, FAST, RATE, TECHNIQUES, Technique
from waza.core.errors import Error, nearest
from waza.data import Dataset
from waza.learners import Supervised
from waza.nn import Layer
from waza.study import Claim, Finding, Part, Study, Tuning, final, tuned_name
from waza.study.results import at_best

BASELINE = "baseline"
MARGIN = 0.01
STEPS = 1000
HIDDEN = (64, 32)
LARGEST_BATCH, SMALLEST_BATCH = 100, 16

Effect = Literal["helps", "makes no difference", "harms", "undecided"]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a technique does on these data: the effect in points, positive where it is better, with its interval."""

    technique: str
    effect: Effect
    points: float
    low: float
    high: float


def comparison(
    data: Dataset,
    preparation: Any,
    tried: Sequence[str],
    name: str,
    steps: int = STEPS,
    model: Layer | None = None,
    techniques: Mapping[str, Technique] = TECHNIQUES,
    rates: Sequence[float] = FAST,
    tuning_seeds: int = 5,
) -> tuple[Study, str]:
    """The study that compares techniques with a baseline on prepared data, and what its main measure is.

    The baseline has SGD. Every variant is tuned on the validation rows by its loss; differences below one point, of
    accuracy or of the variance explained, make none.

    Args:
        data: with a validation split.
        preparation: how they were made, which tells inputs, outputs and the task.
        tried: names of techniques.
        name: of the study.
        steps: updates of each trial.
        model: the baseline's; by default a perceptron with hidden layers of 64 and 32 units, ReLU and He.
        techniques: what can be tried, by name, besides early stopping.
        rates: the baseline's range of learning rates.
        tuning_seeds: trials of each candidate of the tuning.
    """
    names = (*techniques, EARLY_STOPPING)
    unknown = [one for one in tried if one not in names]
    if unknown:
        raise Error(f"no technique is called {unknown[0]!r}: {nearest(unknown[0], names)}")
    if not tried:
        raise Error(f"no technique is to be tried: give some of {', '.join(names)}")
    classified = preparation.task == "classification"
    rows = len(data.train.y)
    baseline = Supervised(
        model or models.MLP((math.prod(preparation.shape), *HIDDEN, preparation.outputs)),
        optim.SGD(0.01),
        loss=nn.CrossEntropy() if classified else nn.SquaredError(),
        batch_size=min(LARGEST_BATCH, max(SMALLEST_BATCH, rows // 8), rows),
        probes=False,
    )
    changed = {one: techniques[one].change(baseline) for one in tried if one in techniques}
    grids = {one: techniques[one].grid for one in changed}
    measure = "test_accuracy" if classified else "test_loss"
    study = Study(
        name=name,
        variants={BASELINE: baseline, **changed},
        data=data,
        measure=measure,
        steps=steps,
        evaluate_every=max(1, steps // 20),
        tuning=Tuning(grid={BASELINE: {RATE: rates}, **grids}, measure="loss", seeds=tuning_seeds),
        claims=tuple(Claim(one, (_part(one, measure),)) for one in tried),
    )
    return study, measure


def _part(technique: str, measure: str) -> Part:
    return Part("helps", _effect(technique, measure), low=0.0, unit="points", margin=MARGIN)


def _effect(technique: str, measure: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much better the tuned technique is than the tuned baseline, one value a seed."""
    sign = 1 if measure == "test_accuracy" else -1

    def effect(results: xr.Dataset) -> xr.DataArray:
        baseline = final(results, measure, tuned_name(BASELINE))
        if technique == EARLY_STOPPING:
            return sign * (at_best(results, measure, tuned_name(BASELINE)) - baseline)
        return sign * (final(results, measure, tuned_name(technique)) - baseline)

    return effect


def outcomes(findings: Sequence[Finding]) -> list[Outcome]:
    """What each technique does, from the findings, the most helpful first."""
    found = []
    for finding in findings:
        part = finding.parts[0]
        effect: Effect = "undecided"
        if part.equivalent:
            effect = "makes no difference"
        elif part.verdict != "undecided":
            effect = "helps" if part.verdict == "holds" else "harms"
        found.append(Outcome(finding.id, effect, *(100 * value for value in (part.effect, part.low, part.high))))
    return sorted(found, key=lambda one: -one.points)


def best_variant(results: xr.Dataset) -> str:
    """The tuned variant with the smallest mean loss on the validation rows; the test rows have no say."""
    names = [str(name) for name in results["variant"].values if str(name).endswith(tuned_name(""))]
    losses = {name: float(final(results, "validation_loss", name).mean(skipna=False)) for name in names}
    if not any(map(math.isfinite, losses.values())):
        raise Error("every variant diverged, so there is no model to keep: look for wrong numbers in the table")
    return min(names, key=lambda name: losses[name] if math.isfinite(losses[name]) else math.inf)
