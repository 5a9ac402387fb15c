"""The effects and measures that the chapters on overfitting add, against closed forms."""

import equinox as eqx
import jax
import numpy as np
import pytest
import xarray as xr

from waza import models, nn, optim
from waza.core.vary import vary
from waza.curriculum.day2a_training import capacity
from waza.curriculum.day2a_training.regularisation import Regularised
from waza.data import Dataset, Split


def test_a_measure_that_falls_with_the_logarithm_of_the_width_has_that_slope():
    rows, steps = capacity.ROWS["many"], [0, *capacity.STEPS.values()]
    names = [capacity.name_of(width, rows) for width in capacity.WIDTHS]
    values = 0.9 - 0.03 * np.log10(capacity.WIDTHS)[:, None, None] * np.array([1.0, 2.0])[:, None] * [0, 1, 5]
    results = xr.Dataset(
        {
            "test_accuracy": (("variant", "seed", "step"), values),
            "diverged_at": (("variant", "seed"), np.full(values.shape[:2], -1)),
        },
        {"variant": names, "seed": [0, 1], "step": steps},
    )
    early, late = (capacity.rise(capacity.accuracy, rows, step)(results).values for step in capacity.STEPS.values())
    assert early == pytest.approx([-0.03, -0.06])
    assert late == pytest.approx([-0.15, -0.3])


def test_masks_that_drop_nothing_change_nothing_and_others_do():
    x = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32)
    split = Split(x, (x[:, 0] > 0).astype(np.int32))
    model = models.MLP((6, 20, 20, 2), dropout=nn.Dropout(0.0))
    learner, key = Regularised(model, optim.SGD(0.1), batch_size=20, probes=False), jax.random.key(0)
    data = Dataset("signs", split, split)
    state = learner.init(key, data)
    update = jax.jit(learner.update)
    measured = eqx.filter_jit(lambda learner, state: learner.evaluate(state, data, key))

    def evaluate(learner, state):
        return {name: float(value) for name, value in measured(learner, state).items()}

    for step in range(100):
        now = jax.random.fold_in(key, step)
        state, _ = update(state, learner.batch(data, now, step), now)
    kept = evaluate(learner, state)
    assert kept["one_mask_accuracy"] == pytest.approx(float(kept["test_accuracy"]))
    assert kept["masks_accuracy"] == pytest.approx(float(kept["test_accuracy"]))
    dropped = evaluate(vary(learner, model={"dropout": {"rate": 0.7}}), state)
    assert dropped["one_mask_accuracy"] < dropped["masks_accuracy"] <= kept["test_accuracy"] + 0.05
