"""The effects and measures that the chapters on overfitting add, against closed forms."""

import equinox as eqx
import jax
import numpy as np
import pytest
import xarray as xr

from waza import models, nn, optim
from waza.core.vary import vary
from waza.curriculum.day2a_training import capacity, regularisation, weight_decay
from waza.curriculum.day2a_training.regularisation import Regularised
from waza.data import Dataset, Split


def made_up(values, steps, **measures):
    """Results with these variants, a list of (seed, step) values for each measure."""
    arrays = {name: (("variant", "seed", "step"), np.array(each, float)) for name, each in measures.items()}
    seeds = next(iter(arrays.values()))[1].shape[1]
    arrays["diverged_at"] = (("variant", "seed"), np.full((len(values), seeds), -1))
    return xr.Dataset(arrays, {"variant": values, "seed": range(seeds), "step": steps})


def test_a_measure_that_falls_with_the_logarithm_of_the_width_has_that_slope():
    sizes, names = capacity.widths(capacity.WIDE, "noisy")
    values = 0.9 - 0.03 * np.log10(sizes)[:, None, None] * np.array([1.0, 2.0])[:, None] * [0, 1, 5]
    results = made_up(list(names), [0, 400, 2000], test_accuracy=values)
    assert capacity.rise(capacity.accuracy, sizes, names)(results).values == pytest.approx([-0.15, -0.3])
    later = capacity.later(capacity.accuracy, names[0])(results).values
    assert later == pytest.approx([-0.12, -0.24])


def test_noisy_labels_are_those_of_the_first_rows_in_batches_and_in_measures():
    x = np.arange(12, dtype=np.float32)[:, None]
    data = Dataset("rows", Split(x, np.full(12, 3, np.int32)), Split(x, np.full(12, 3, np.int32)))
    learner = capacity.NoisyLabels(models.MLP((1, 10)), optim.SGD(0.1), batch_size=200, probes=False, noisy=8)
    batch = learner.batch(data, jax.random.key(0), 0)
    drawn = np.random.RandomState(0).randint(0, 10, 8)
    rows = np.asarray(batch.x)[:, 0].astype(int)
    assert np.asarray(batch.y).tolist() == [drawn[row] if row < 8 else 3 for row in rows]
    state = learner.init(jax.random.key(0), data)
    clean = capacity.NoisyLabels(learner.model, learner.optimizer, probes=False)
    noisy, plain = (one.evaluate(state, data._replace(name=0), jax.random.key(0)) for one in (learner, clean))
    assert float(noisy["test_loss"]) == float(plain["test_loss"])
    assert float(noisy["train_loss"]) != float(plain["train_loss"])


def test_gaps_that_rank_like_accuracies_correlate_and_those_of_tuned_nets_are_told_apart():
    names = ["a", "b", "c", "a, tuned", "b, tuned"]
    gaps, accuracies = np.array([1.0, 2, 3, 5, 4])[:, None, None], np.array([0.1, 0.2, 0.3, 0.4, 0.5])[:, None, None]
    results = made_up(names, [0], test_loss=gaps, train_loss=0 * gaps, test_accuracy=accuracies)
    together, tuned = (
        regularisation.ranks_together(choice)(results).values for choice in (list, regularisation.only_tuned)
    )
    assert together == pytest.approx([0.9])
    assert tuned == pytest.approx([-1.0])


def test_proximal_steps_reach_zero_where_it_is_the_minimum_and_the_others_do_not():
    shares = [regularisation.reached_zero(method) for method in ("subgradient", "proximal", "L2")]
    assert shares[0] == shares[2] == 0
    assert shares[1] > 0.98


def test_under_sgd_penalty_and_decay_make_one_update_and_under_adam_two():
    assert weight_decay.apart("SGD") < 1e-6
    assert weight_decay.apart("Adam") > 0.1


def test_masks_that_drop_nothing_change_nothing_and_others_do():
    x = np.random.default_rng(0).normal(size=(200, 6)).astype(np.float32)
    split = Split(x, (x[:, 0] > 0).astype(np.int32))
    model = models.MLP((6, 20, 20, 2), dropout=nn.Dropout(0.0))
    learner, key = Regularised(model, optim.SGD(0.1), batch_size=20, probes=False, masks=20), jax.random.key(0)
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
