"""The networks of `LogPolicy` learn from the rows outside of their fold, and what they learn is the gain."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import models, nn, optim
from waza.learners.keys import step_key, trial_key
from waza.rl.logs import FoldedLog, LogPolicy

ROWS = 4000


def log(seed=0, biased=False):
    """Half of the customers have x0 > 0 and answer often; a mail helps those with x1 > 0 by 0.5 and hurts the others."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, 2)).astype(np.float32)
    chance = np.where(biased & (x[:, 0] > 0), 0.8, 0.4)
    arm = (rng.uniform(size=ROWS) < chance).astype(np.int32)
    gain = np.where(x[:, 1] > 0, 0.5, -0.3)
    reward = (x[:, 0] > 0) * 2.0 + arm * gain + 0.3 * rng.normal(size=ROWS)
    propensity = np.where(arm == 1, chance, 1 - chance)
    fold, half = rng.integers(0, 2, (2, ROWS)).astype(np.int32)
    return FoldedLog(x, arm, reward.astype(np.float32), propensity.astype(np.float32), fold, half)


def learner(**fields):
    one = optim.Adam(0.01)
    return LogPolicy(
        models.MLP((2, 16, 2), activation=nn.tanh), models.MLP((2, 16, 1), activation=nn.tanh), one, **fields
    )


def trained(one, data, steps=400):
    """The state after some steps."""
    state = one.init(trial_key(0, "init"), data)

    @jax.jit
    def step(state, place):
        keys = (step_key(trial_key(0, purpose), place) for purpose in ("batch", "update"))
        batch_key, update_key = keys
        return one.update(state, one.batch(data, batch_key, place), update_key)[0]

    for place in range(steps):
        state = step(state, place)
    return state


@pytest.mark.slow
def test_it_satisfies_the_laws_of_learners():
    wz.testing.check_learner(learner(fold=0.0, batch_size=64), log())


@pytest.mark.parametrize("biased", [False, True])
def test_the_gain_is_that_of_the_mail_also_where_the_arms_were_not_drawn_alike(biased):
    data, one = log(biased=biased), learner()
    state = trained(one, data)
    new = jnp.asarray(np.random.default_rng(9).normal(size=(2000, 2)), jnp.float32)
    gains = np.asarray(one.gains(state.variables, new))[:, 0]
    expected = np.where(np.asarray(new)[:, 1] > 0, 0.5, -0.3)
    assert np.mean((gains > 0) == (expected > 0)) > 0.95
    assert np.abs(gains - expected).mean() < 0.15
    response = np.asarray(one.responses(state.variables, new))[:, 1]
    assert np.mean((response > np.median(response)) == (new[:, 0] > 0)) > 0.9, "the response is another ranking"


def test_the_held_out_fold_changes_nothing():
    data, one = log(), learner(fold=1.0)
    spoilt = data._replace(reward=np.where(data.fold == 1, 100.0, data.reward).astype(np.float32))
    states = [trained(one, given, steps=20) for given in (data, spoilt)]
    jax.tree.map(np.testing.assert_array_equal, *[state.variables for state in states])
    other = trained(learner(fold=0.0), spoilt, steps=20)
    assert not np.allclose(states[0].variables["gain"]["output"]["bias"], other.variables["gain"]["output"]["bias"])


def test_scores_of_a_row_use_the_model_of_the_other_half():
    data, one = log(), learner()
    state = one.init(jax.random.key(0), data)
    rows = jax.tree.map(lambda leaf: jnp.asarray(leaf[:50]), data)

    def gradient_of(loss):
        return jax.grad(lambda variables: jnp.sum(one.losses(variables, rows)[loss]))(state.variables)

    assert all(not leaf.any() for leaf in jax.tree.leaves(gradient_of("gain_loss")["response"]))
    flipped = rows._replace(half=1 - rows.half)
    both = np.asarray(one.both_responses(state.variables, rows.features))
    for given in (rows, flipped):
        half = np.asarray(given.half)
        other = np.where(half[:, None] == 0, both[1], both[0])
        chosen = np.asarray(given.arm)[:, None] == np.arange(2)
        scores = other + chosen * (np.asarray(given.reward)[:, None] - other) / np.asarray(given.propensity)[:, None]
        gain = np.asarray(one.gains(state.variables, rows.features))[:, 0]
        expected = (gain - (scores[:, 1] - scores[:, 0])) ** 2
        np.testing.assert_allclose(one.losses(state.variables, given)["gain_loss"], expected, rtol=1e-4)
