"""The study of a comparison: a baseline, and one variant for each technique, all tuned."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xarray as xr

from waza import models, nn, optim
from waza.comparison.splits import Compared, OnSplits, Splits
from waza.comparison.techniques import (
    BASELINE,
    EARLY_STOPPING,
    FAST,
    RATE,
    TECHNIQUES,
    Grid,
    Technique,
    reference_of,
    thinned,
)
from waza.core.errors import Error, nearest
from waza.core.measure import named
from waza.data import Dataset
from waza.learners import Measure
from waza.nn import Layer
from waza.study import Claim, Part, Study, Tuning, final, tuned_name
from waza.study.results import at_best

MARGIN = 0.01
STEPS, EVALUATIONS = 1000, 20
SEEDS, BLOCK = 30, 10
HIDDEN = (64, 32)
LARGEST_BATCH, SMALLEST_BATCH = 100, 16


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
    splits: Splits | None = None,
) -> Study:
    """The study that compares techniques with a baseline on prepared data.

    The baseline has SGD. Every variant is tuned by its loss on the validation rows, each over equally many settings.
    Where each seed has its own split, its validation rows choose among half as many. A technique is one change of its
    reference: of the baseline, or, where it needs another optimiser, of that optimiser alone, which is then tuned as
    well. The smallest difference that matters is one point of test accuracy, or one per cent of the target's variance.
    Seeds in which the technique or its reference diverged have no difference, and are counted apart.

    Args:
        data: with a validation split.
        preparation: of the data, with inputs, outputs and the task.
        tried: names of techniques.
        name: of the study.
        steps: training steps of each trial.
        model: the baseline's; by default an MLP with hidden layers of 64 and 32 units, ReLU and He.
        techniques: all techniques by name, besides early stopping.
        rates: the baseline's range of learning rates.
        tuning_seeds: trials of each candidate in tuning, where all seeds have one split.
        splits: of the same data, one for each seed; without them all seeds have the split of `data`.

    Raises:
        Error: no technique is to be tried, or an unknown one.
    """
    names = (*techniques, EARLY_STOPPING)
    unknown = [one for one in tried if one not in names]
    if unknown:
        raise Error(f"no technique is called {unknown[0]!r}: {nearest(unknown[0], names)}")
    if not tried:
        raise Error(f"no technique is to be tried: give some of {', '.join(names)}")
    classified = preparation.task == "classification"
    rows = len(data.train.y)
    baseline = (Compared if splits is None else OnSplits)(
        model or models.MLP((math.prod(preparation.shape), *HIDDEN, preparation.outputs)),
        optim.SGD(0.01),
        loss=nn.CrossEntropy() if classified else nn.SquaredError(),
        batch_size=min(LARGEST_BATCH, max(SMALLEST_BATCH, rows // 8), rows),
        probes=False,
    )
    used = dict.fromkeys(name for one in tried if one in techniques for name in (reference_of(one), one))
    changed = {one: techniques[one].change(baseline) for one in used if one != BASELINE}
    grids: dict[str, Grid] = {BASELINE: {RATE: rates}, **{one: techniques[one].grid for one in changed}}
    if splits is not None:
        grids = {one: thinned(grid) for one, grid in grids.items()}
    given: Any = data if splits is None else splits
    measure = named(baseline.measures(given), "test_accuracy" if classified else "test_loss")
    return Study(
        name=name,
        variants={BASELINE: baseline, **changed},
        data=given,
        measure=measure.name,
        steps=steps,
        evaluate_every=max(1, steps // EVALUATIONS),
        seeds=SEEDS if splits is None else len(splits.counts),
        block=BLOCK if splits is None else len(splits.counts),
        tuning=Tuning(grid=grids, measure="loss", seeds=tuning_seeds, widen=False)
        if splits is None
        else Tuning(grid=grids, measure="validation_loss", widen=False, nested=True),
        claims=tuple(Claim(one, _parts(one, measure)) for one in tried),
    )


def compared(technique: str) -> tuple[str, str]:
    """The variants whose trials are compared, the reference first; early stopping is the reference at its best step."""
    reference = reference_of(technique)
    return tuned_name(reference), tuned_name(reference if technique == EARLY_STOPPING else technique)


def _parts(technique: str, measure: Measure) -> tuple[Part, Part]:
    """Better by the smallest difference that matters, and worse by it: two bounds of one effect."""
    effect, among = _effect(technique, measure), compared(technique)
    return (
        Part("helps", effect, low=MARGIN, unit="points", among=among),
        Part("harms", effect, high=-MARGIN, unit="points", among=among, further=True),
    )


def _effect(technique: str, measure: Measure) -> Callable[[xr.Dataset], xr.DataArray]:
    """By how much the tuned technique is better than its tuned reference, one value per seed."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        reference, variant = compared(technique)
        value = at_best if technique == EARLY_STOPPING else final
        return measure.sign * (value(results, measure.name, variant) - final(results, measure.name, reference))

    return effect
