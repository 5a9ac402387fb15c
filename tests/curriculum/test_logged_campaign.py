"""The campaign's logs of E21: what is true of the simulated customers, and what is held out of a real log."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.curriculum.day4b_reinforcement import logged_campaign
from waza.curriculum.day4b_reinforcement.log_trials import PER, OnLog, OnSimulated
from waza.learners.keys import trial_key
from waza.testing import check_learner

SMALL_LOG = str(Path(__file__).parents[1] / "fixtures" / "off_policy" / "small_log.csv")


def variant(log, learned):
    return logged_campaign.study(SMALL_LOG).variants[logged_campaign.name_of(log, learned)]


def mailed_gain(log, by):
    """The additional visits of 1,000 customers where the true best 20 % are mailed, by "response" or "gain"."""
    x = jax.random.normal(jax.random.key(0), (20_000, 6))
    without, after = np.asarray(variant(log, True).probabilities(x)).T
    score = after if by == "response" else after - without
    best = np.argsort(-score)[: len(score) // 5]
    return PER * (after - without)[best].sum() / len(score)


def test_the_rankings_differ_by_construction_in_one_log_and_agree_in_the_other():
    assert mailed_gain("apart", "gain") > 2 * mailed_gain("apart", "response")
    assert mailed_gain("alike", "gain") == pytest.approx(mailed_gain("alike", "response"), rel=1e-6)


def test_outcomes_are_those_of_the_ranking_that_a_variant_uses():
    learned, response = variant("apart", True), variant("apart", False)
    state = learned.init(trial_key(0, "init"), None)
    x = jax.random.normal(jax.random.key(1), (500, 6))
    values = learned.probabilities(x)
    gain = np.asarray(learned.gains(state.policy.variables, x))[:, 0]
    after = np.asarray(learned.responses(state.policy.variables, x))[:, 1]
    added = np.asarray(values[:, 1] - values[:, 0])
    for one, score in ((learned, gain), (response, after)):
        found = one.outcomes(state.policy.variables, x, values)
        best = np.argsort(-score)[:100]
        assert float(found["gain_20"]) == pytest.approx(PER * added[best].sum() / 500, rel=1e-3)
        mail = 0.35 * score > 0.05
        assert float(found["profit"]) == pytest.approx(PER * (mail * (added - 0.05)).mean(), abs=0.02)


def test_held_out_rows_of_a_real_log_are_not_learned_from():
    customers = logged_campaign.logged(SMALL_LOG)
    customers = customers._replace(held=30)
    one = variant("hillstrom", True)
    state = one.init(trial_key(0, "init"), customers)
    assert len(np.unique(state.rows)) == 30
    assert np.flatnonzero(state.held).tolist() == sorted(np.asarray(state.rows).tolist())
    rewards = jnp.where(state.held, 1000.0, jnp.asarray(customers.log.reward))
    spoilt = customers._replace(log=customers.log._replace(reward=np.asarray(rewards)))
    after = []
    for given in (customers, spoilt):
        batch = one.batch(given, trial_key(0, "batch"), 0)
        after.append(one.update(state, batch, trial_key(0, "update"))[0].policy.variables)
    jax.tree.map(np.testing.assert_array_equal, *after)
    assert customers.overlap == pytest.approx(1 / 3)


@pytest.mark.slow
@pytest.mark.parametrize("log", ["apart", "hillstrom"])
def test_the_trials_satisfy_the_laws_of_learners(log):
    one = variant(log, True)
    assert isinstance(one, OnLog if log == "hillstrom" else OnSimulated)
    check_learner(one, logged_campaign.logged(SMALL_LOG))
