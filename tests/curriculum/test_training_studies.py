"""Learners and measures of single chapters on training."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from waza import models, nn, optim
from waza.curriculum.day2a_training import rates
from waza.curriculum.day2a_training.basins import FAR_SIDE
from waza.curriculum.day2a_training.signal_propagation import Centred, Scaled
from waza.curriculum.day2a_training.two_minima import Crossing
from waza.data import Dataset, Split
from waza.models.landscapes import TwoMinima
from waza.study import Study, rate_name, run

SWEPT = (0.01, 0.1, 1.0)


def test_the_steps_to_the_global_side_are_those_of_the_path():
    variants = {name: Crossing(TwoMinima(1.0), optim.SGD(rate), noise=2.0) for name, rate in (("a", 0.1), ("b", 0.001))}
    results = run(Study(name="c", data=None, variants=variants, measure="value", seeds=4, steps=300, evaluate_every=1))
    w = results["w"].sel(variant="a", layer="w0").values
    for path, found in zip(w, results["reached_after"].sel(variant="a").isel(step=-1).values, strict=True):
        assert found == np.argmax(path < FAR_SIDE)
    assert (results["reached_after"].sel(variant="b").isel(step=-1) == 300).all(), "none of these arrives"


def test_a_centred_sigmoid_net_starts_as_a_tanh_net():
    rows = Split(np.zeros((2, 6), np.float32), np.zeros(2, np.int32))
    learner = Centred(models.MLP((6, 5, 4, 3), nn.sigmoid, Scaled()), optim.SGD(0.1))
    variables = learner.init(jax.random.key(0), Dataset("small", rows, rows)).variables
    x = jax.random.normal(jax.random.key(1), (7, 6))
    w1, w2 = (layer["dense"]["weight"] for layer in variables["hidden"])
    hidden = jnp.tanh(jnp.tanh(x @ w1.T / 2) @ (w2 / 4).T)
    expected = hidden @ variables["output"]["weight"].T / 2
    np.testing.assert_allclose(learner.model.apply(variables, x, nn.Pass()), expected, atol=1e-5)


def sweep_of(test, validation):
    """Results of a sweep: accuracies (rate, seed) after one step."""
    names = [rate_name("net", rate) for rate in SWEPT]
    dims = ("variant", "seed", "step")
    measures = {"test_accuracy": test, "validation_accuracy": validation}
    return xr.Dataset(
        {name: (dims, np.asarray(values, float)[:, :, None]) for name, values in measures.items()},
        {"variant": names, "seed": range(len(test[0])), "step": [1]},
    )


def test_five_seeds_choose_on_validation_rows_and_the_others_judge_on_test_rows():
    few, many = rates.CHOOSING, rates.CHOOSING + 2
    validation = [[0.6] * many, [0.9] * (few - 1) + [0.1] * 3, [0.7] * many]  # the second has the highest mean
    test = [[0.5] * many, [0.95] * many, [0.8] * few + [0.7, 0.9]]
    results = sweep_of(test, validation)
    assert rates.chosen(results, "net", SWEPT, 1) == 1.0, "the lower bound of the mean counts"
    assert rates.at_own_rate(results, "net", SWEPT, 1).values.tolist() == [0.7, 0.9]


def test_the_range_of_good_rates_is_interpolated():
    seeds = rates.CHOOSING + 1
    results = sweep_of([[0.7] * seeds, [0.9] * seeds, [np.nan] * seeds], [[0.1] * seeds, [0.9] * seeds, [0.2] * seeds])
    found = rates.good_decades(results, "net", SWEPT, 1)
    assert found.values.tolist() == pytest.approx([0.05 / 0.2 + 0.05 / 0.9])
