"""Estimators are unbiased, doubly robust, and their intervals are those of their influence functions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from waza.core.errors import Error
from waza.rl import logs

MEANS = np.array([[0.2, 0.5], [0.6, 0.1], [0.3, 0.3]])  # of three kinds of customers
PROPENSITIES = np.array([[0.8, 0.2], [0.4, 0.6], [0.5, 0.5]])
POLICY = np.array([[0.1, 0.9], [0.7, 0.3], [0.0, 1.0]])
TRUTH = float((MEANS * POLICY).sum(axis=1).mean())


def drawn(rows, seed):
    """A log: kinds, arms and rewards."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, rows)
    arm = (rng.uniform(size=rows) < PROPENSITIES[kind, 1]).astype(np.int32)
    reward = (rng.uniform(size=rows) < MEANS[kind, arm]) * 1.0
    return kind, arm, reward


def estimates(rows=400, logs_drawn=800, model=None, propensities=PROPENSITIES):
    """The estimates of many logs, by name."""
    found = {name: [] for name in ("ips", "snips", "dr")}
    for seed in range(logs_drawn):
        kind, arm, reward = drawn(rows, seed)
        logged = (POLICY[kind], arm, reward, propensities[kind, arm])
        with jax.enable_x64(True):
            found["ips"].append(float(logs.ips(*logged).mean()))
            found["snips"].append(float(logs.snips(*logged).mean()))
            table = np.full((rows, 2), 0.9) if model is None else model[kind]
            found["dr"].append(float(logs.doubly_robust(*logged, table).mean()))
    return {name: np.array(values) for name, values in found.items()}


def biased(values):
    """How many standard errors the mean of estimates lies from the truth."""
    return abs(values.mean() - TRUTH) / (values.std(ddof=1) / np.sqrt(len(values)))


def test_with_known_propensities_all_are_unbiased_and_a_good_model_is_precise():
    wrong, right = estimates(), estimates(model=MEANS)
    assert biased(wrong["ips"]) < 4
    assert biased(wrong["dr"]) < 4
    assert abs(wrong["snips"].mean() - TRUTH) < 0.005  # its bias is of order 1 / rows
    assert biased(right["dr"]) < 4
    assert right["dr"].std() < 0.8 * wrong["ips"].std()


def test_a_right_model_corrects_wrong_propensities_and_nothing_corrects_both():
    wrong = np.full((3, 2), 0.5)
    assert biased(estimates(propensities=wrong)["ips"]) > 10
    assert biased(estimates(propensities=wrong)["dr"]) > 10
    assert biased(estimates(propensities=wrong, model=MEANS)["dr"]) < 4


def test_the_interval_has_the_spread_of_the_estimates():
    found = estimates()
    kind, arm, reward = drawn(400, 0)
    logged = (POLICY[kind], arm, reward, PROPENSITIES[kind, arm])
    with jax.enable_x64(True):
        for name, terms in (("ips", logs.ips(*logged)), ("snips", logs.snips(*logged))):
            one = logs.normal_interval(terms)
            assert float(one.error) == pytest.approx(found[name].std(), rel=0.15)
            assert float(one.high - one.low) == pytest.approx(2 * stats.norm.ppf(0.975) * float(one.error), rel=1e-6)


def test_the_corrected_interval_is_the_normal_one_of_symmetric_terms_and_leans_with_skewed_ones():
    with jax.enable_x64(True):
        even = jnp.concatenate([jnp.linspace(-1, 1, 101)])
        np.testing.assert_allclose(logs.skewed_interval(even), logs.normal_interval(even), atol=1e-9)
        sales = jnp.asarray(np.random.default_rng(0).lognormal(0, 1.5, 500))
        normal, leaning = logs.normal_interval(sales), logs.skewed_interval(sales)
        assert leaning.low > normal.low
        assert leaning.high > normal.high
        # A bootstrap of the studentised mean, which is no formula, leans as far.
        values, rng = np.asarray(sales), np.random.default_rng(1)
        draws = values[rng.integers(0, 500, (4000, 500))]
        t = (draws.mean(axis=1) - values.mean()) / (draws.std(axis=1, ddof=1) / np.sqrt(500))
        high = values.mean() - np.quantile(t, 0.025) * values.std(ddof=1) / np.sqrt(500)
        assert float(leaning.high) == pytest.approx(high, rel=0.12)
        assert abs(float(leaning.high) - high) < abs(float(normal.high) - high)


def test_without_overlap_nothing_is_known():
    policy, arm = np.tile([0.0, 1.0], (5, 1)), np.zeros(5, int)
    w = logs.weights(policy, arm, np.full(5, 0.5))
    assert float(logs.effective_sample_size(w)) == 0
    assert np.isnan(np.asarray(logs.snips(policy, arm, np.ones(5), np.full(5, 0.5)))).all()


def test_a_budget_is_kept_exactly_whatever_the_ties():
    rng = np.random.default_rng(0)
    for share in (0.0, 0.13, 0.5, 1.0):
        policy = logs.at_budget(rng.integers(0, 4, 97), np.ones(97, int), 0, 3, share)
        assert policy[:, 1].sum() == pytest.approx(97 * share)
        np.testing.assert_allclose(policy.sum(axis=1), 1)
    score = jnp.asarray(rng.normal(size=50))
    np.testing.assert_allclose(
        logs.at_budget(score, jnp.ones(50, int), 0, 2, 0.3),
        logs.at_budget(np.asarray(score), np.ones(50, int), 0, 2, 0.3),
        atol=1e-5,
    )
    with pytest.raises(Error, match="expected the share of the rows"):
        logs.at_budget(np.ones(3), np.ones(3, int), 0, 2, 20)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arm": [0, 1, 5]}, "arms other than 0..1"),
        ({"arm": [1, 1, 1]}, "the arm 'none' never occurs"),
        ({"reward": [0, np.nan, 1]}, "rewards or features that are not finite"),
        ({"propensity": [0.5, 0.0, 0.5]}, "1 rows have a propensity that is not above 0"),
        ({"propensity": [0.5, np.nan, 1.2]}, "2 rows have a propensity"),
        ({"reward": [1.0]}, "the parts of the log have the shapes"),
    ],
)
def test_a_log_that_cannot_be_learned_from(change, message):
    whole = {"features": np.zeros((3, 1)), "arm": [0, 1, 1], "reward": [0.0, 1, 1], "propensity": [0.5] * 3}
    with pytest.raises(Error, match=message):
        logs.checked_log(**{**whole, **change}, arms=["none", "mail"])


def test_propensities_that_are_no_distribution():
    with pytest.raises(Error, match=r"1 rows have propensities that do not sum to 1 \(row 2: 1.1\)"):
        logs.logged_propensities([[0.5, 0.5], [0.5, 0.6]], [0, 1])
    with pytest.raises(Error, match="do not sum to 1"):
        logs.logged_propensities([[0.5, np.nan]], [0])


def test_estimated_propensities_find_a_rule_that_chose_the_arm():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    chance = 1 / (1 + np.exp(-1.5 * x[:, 0]))
    arm = (rng.uniform(size=4000) < chance).astype(int)
    found = logs.estimated_propensities(x, arm, 2, logs.folds_of(arm, 5))
    assert np.abs(found[:, 1] - np.maximum(chance, 0.01)).mean() < 0.02
    np.testing.assert_allclose(found.sum(axis=1), 1)
