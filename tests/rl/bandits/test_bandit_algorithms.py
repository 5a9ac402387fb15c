"""Bandit algorithms against NumPy, SciPy and direct linear algebra."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize, special, stats

from waza.core.errors import Error
from waza.rl import bandits
from waza.rl.bandits.beta import draw_beta
from waza.rl.bandits.estimates import Estimates, greatest
from waza.rl.bandits.kl_ucb import upper_bound
from waza.rl.bandits.ridge import no_rows, widths, with_row

ARMS, TURNS = 4, 400
KEY = jax.random.key(3)


def rewards(turns=TURNS, arms=ARMS):
    """A reward for each turn and arm, between 0 and 1; no two are equal."""
    return np.random.default_rng(0).beta(2, [2, 2.2, 1.8, 2.1][:arms], (turns, arms)).astype(np.float32)


def choices_of(algorithm, table, features=None):
    """The arms that an algorithm chooses after each arm was pulled once in order, (turn,)."""

    @jax.jit
    def play(table, features):
        def pull(state, turn):
            seen = None if features is None else features[turn]
            choice = algorithm.choose(state, seen, jax.random.fold_in(KEY, turn))
            choice = jnp.where(turn < ARMS, jax.nn.one_hot(turn, ARMS), choice)
            state = algorithm.learn(state, seen, choice, choice @ table[turn])
            return state, jnp.argmax(choice)

        start = algorithm.init(ARMS, 0 if features is None else features.shape[-1])
        return jax.lax.scan(pull, start, jnp.arange(len(table)))[1]

    return np.asarray(play(table, features))


def indices_of(index, table):
    """The same in NumPy, with an index from (pulls, sum of rewards) to a number an arm."""
    pulls, totals, chosen = np.zeros(ARMS), np.zeros(ARMS), []
    for turn, row in enumerate(table):
        arm = turn if turn < ARMS else int(np.argmax(index(pulls, totals)))
        pulls[arm] += 1
        totals[arm] += row[arm]
        chosen.append(arm)
    return np.array(chosen)


def divergence(p, q):
    return special.rel_entr(p, q) + special.rel_entr(1 - p, 1 - q)


def highest(p, level):
    """The greatest q with kl(p, q) <= level, by bracketing."""
    if level == 0 or divergence(p, 1 - 1e-15) <= level:
        return p if level == 0 else 1.0
    return optimize.brentq(lambda q: divergence(p, q) - level, p, 1 - 1e-15, xtol=1e-14)


def test_greedy_choice_is_that_of_numpy():
    table = rewards()
    expected = indices_of(lambda pulls, totals: totals / pulls, table)
    np.testing.assert_array_equal(choices_of(bandits.Greedy(), table), expected)
    expected = indices_of(lambda pulls, totals: (3 * 2 + totals) / (3 + pulls), table)
    np.testing.assert_array_equal(choices_of(bandits.Greedy(initial=2.0, weight=3.0), table), expected)
    assert len(set(expected[ARMS:])) == ARMS


def test_a_constant_step_size_forgets():
    table, values, expected = rewards(), np.full(ARMS, 2.0), []
    for turn, row in enumerate(table):
        arm = turn if turn < ARMS else int(np.argmax(values))
        values[arm] += 0.1 * (row[arm] - values[arm])
        expected.append(arm)
    np.testing.assert_array_equal(choices_of(bandits.Greedy(initial=2.0, step_size=0.1), table), expected)


def test_ucb1_is_that_of_numpy():
    table = rewards()

    def index(pulls, totals):
        return totals / pulls + np.sqrt(2 * np.log(pulls.sum()) / pulls)

    np.testing.assert_array_equal(choices_of(bandits.UCB1(), table), indices_of(index, table))


@pytest.mark.parametrize("extra", [0.0, 3.0])
def test_kl_ucb_is_that_of_a_root_finder(extra):
    table = rewards(120)

    def index(pulls, totals):
        log = np.log(pulls.sum())
        level = log + extra * np.log(max(log, 1))
        return [highest(total / count, level / count) for count, total in zip(pulls, totals, strict=True)]

    np.testing.assert_array_equal(choices_of(bandits.KLUCB(extra=extra), table), indices_of(index, table))


def test_the_divergence_s_bound_is_exact_to_a_millionth():
    counts = [1, 2, 3, 10, 100, 3000, 100_000]
    pairs = [
        (share, np.log(t) / n)
        for n in counts
        for share in sorted({0, 1 / n, min(2 / n, 1), 0.3, 0.5, 0.77, 1 - 1 / n, 1})
        for t in (2, 30, 1e4, 1e7)
    ]
    p, level = np.array(pairs).T
    expected = [highest(*pair) for pair in pairs]
    found = upper_bound(jnp.asarray(p, jnp.float32), jnp.asarray(level, jnp.float32))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_arms_without_a_pull_come_first():
    for algorithm in (bandits.UCB1(), bandits.KLUCB()):
        state = Estimates(jnp.array([5.0, 0.0, 3.0]), jnp.array([5.0, 0.0, 1.0]))
        assert np.argmax(algorithm.choose(state, None, KEY)) == 1


def test_equal_arms_are_chosen_equally_often():
    values = jnp.array([1.0, 2.0, 2.0, 0.0, 2.0])
    chosen = np.asarray(jax.vmap(lambda key: greatest(values, key))(jax.random.split(KEY, 3000)))
    assert set(chosen.sum(1)) == {1.0}
    assert chosen[:, [0, 3]].sum() == 0
    assert stats.chisquare(chosen.sum(0)[[1, 2, 4]]).pvalue > 1e-3


def test_means_of_whole_rewards_tie_exactly():
    state = bandits.Greedy().init(2, 0)
    for arm, reward in [(0, 1), (0, 0), (0, 0), (1, 1), (1, 1), (1, 0), (1, 0), (1, 0), (1, 0)]:
        state = bandits.Greedy().learn(state, None, jax.nn.one_hot(arm, 2), jnp.float32(reward))
    assert state.values[0] == state.values[1]


def test_epsilon_is_the_share_of_random_choices():
    algorithm = bandits.EpsilonGreedy(epsilon=0.3)
    state = algorithm.learn(algorithm.init(4, 0), None, jax.nn.one_hot(2, 4), jnp.float32(1.0))
    chosen = np.asarray(jax.vmap(lambda key: algorithm.choose(state, None, key))(jax.random.split(KEY, 5000)))
    expected = 5000 * (0.7 * np.eye(4)[2] + 0.3 / 4)
    assert stats.chisquare(chosen.sum(0), expected).pvalue > 1e-3


@pytest.mark.parametrize("baseline", [True, False])
def test_the_gradient_bandit_is_that_of_numpy(baseline):
    algorithm, rng = bandits.GradientBandit(step_size=0.2, baseline=baseline), np.random.default_rng(1)
    state, h, earned = algorithm.init(3, 0), np.zeros(3), []
    for _ in range(30):
        arm, reward = rng.integers(3), rng.normal(4)
        policy = np.exp(h) / np.exp(h).sum()
        average = np.mean(earned) if baseline and earned else 0.0
        h += 0.2 * (reward - average) * (np.eye(3)[arm] - policy)
        earned.append(reward)
        state = algorithm.learn(state, None, jax.nn.one_hot(arm, 3), jnp.float32(reward))
    np.testing.assert_allclose(state.preferences, h, rtol=1e-4, atol=1e-5)
    chosen = np.asarray(jax.vmap(lambda key: algorithm.choose(state, None, key))(jax.random.split(KEY, 4000)))
    np.testing.assert_allclose(chosen.mean(0), np.exp(h) / np.exp(h).sum(), atol=0.03)


def test_beta_draws_have_the_beta_distribution():
    shapes = np.array([(1, 1), (1, 6), (3, 40), (1200, 30), (500, 2000)], np.float32)
    a, b = (jnp.asarray(np.repeat(side, 4000)) for side in shapes.T)
    drawn = np.asarray(jax.jit(draw_beta)(KEY, a, b)).reshape(len(shapes), -1)
    for (one, other), some in zip(shapes, drawn, strict=True):
        assert stats.kstest(some, stats.beta(one, other).cdf).pvalue > 1e-3


def test_thompson_sampling_chooses_an_arm_as_often_as_it_is_the_best():
    estimates = Estimates(jnp.array([10.0, 30.0]), jnp.array([4.0, 10.0]))
    keys = jax.random.split(KEY, 4000)
    first, second = stats.beta(1 + 4, 1 + 6), stats.beta(1 + 10, 1 + 20)
    better = first.expect(second.cdf)
    chosen = jax.vmap(lambda key: bandits.BernoulliThompson().choose(estimates, None, key))(keys)
    assert np.mean(chosen[:, 0]) == pytest.approx(better, abs=0.03)
    algorithm = bandits.GaussianThompson(std=2.0, prior_mean=1.0, prior_std=0.5)
    means, stds = [], []
    for count, total in ((10.0, 4.0), (30.0, 10.0)):  # the posterior by products of normal densities on a grid
        grid = np.linspace(-3, 4, 20_001)
        density = stats.norm.pdf(grid, 1.0, 0.5) * stats.norm.pdf(grid, total / count, 2 / np.sqrt(count))
        density /= density.sum()
        means.append(grid @ density)
        stds.append(np.sqrt((grid - means[-1]) ** 2 @ density))
    np.testing.assert_allclose(algorithm.posterior(estimates), (means, stds), rtol=1e-4)
    chosen = jax.vmap(lambda key: algorithm.choose(estimates, None, key))(keys)
    better = stats.norm.cdf((means[0] - means[1]) / np.hypot(*stds))
    assert np.mean(chosen[:, 0]) == pytest.approx(better, abs=0.03)


def test_linucb_is_that_of_numpy():
    rng = np.random.default_rng(2)
    features, table = rng.normal(size=(200, ARMS, 3)).astype(np.float32), rewards(200)
    gram, sums, expected = 0.5 * np.eye(3), np.zeros(3), []
    for turn, row in enumerate(table):
        inverse = np.linalg.inv(gram)
        x = features[turn].astype(float)
        index = x @ inverse @ sums + 0.7 * np.sqrt(np.einsum("ai,ij,aj->a", x, inverse, x))
        arm = turn if turn < ARMS else int(np.argmax(index))
        gram += np.outer(x[arm], x[arm])
        sums += row[arm] * x[arm]
        expected.append(arm)
    np.testing.assert_array_equal(choices_of(bandits.LinUCB(width=0.7, ridge=0.5), table, features), expected)


def test_the_confidence_set_is_sound_after_10_000_rows():
    """In single precision, with features of different sizes that are nearly parallel."""
    rng = np.random.default_rng(4)
    x = (rng.normal(size=(10_000, 6)) * np.geomspace(0.01, 3, 6)).astype(np.float32)
    x[:, 5] = x[:, 4] * 1.5 + 0.01 * x[:, 5]
    truth = rng.normal(size=6)
    r = (x @ truth + 0.1 * rng.normal(size=len(x))).astype(np.float32)
    start = no_rows(6, 1.0)
    end = jax.jit(lambda x, r: jax.lax.scan(lambda state, row: (with_row(state, *row), None), start, (x, r))[0])(x, r)
    inverse = np.linalg.inv(np.eye(6) + x.T.astype(float) @ x)
    weights = inverse @ (x.T.astype(float) @ r)
    some = rng.normal(size=(20, 6)).astype(np.float32)
    expected = np.sqrt(np.einsum("ai,ij,aj->a", some, inverse, some))
    np.testing.assert_allclose(widths(end, jnp.asarray(some)), expected, rtol=1e-3)
    spread = np.sqrt(np.diag(inverse))
    assert np.all(np.abs(np.asarray(end.weights) - weights) < 0.02 * spread)


def test_linear_thompson_sampling_draws_from_the_posterior():
    rng = np.random.default_rng(5)
    algorithm, state, gram = bandits.LinearThompson(std=0.6, ridge=2.0), no_rows(2, 2.0), 2 * np.eye(2)
    for row in rng.normal(size=(5, 2)).astype(np.float32):
        state, gram = with_row(state, jnp.asarray(row), jnp.float32(row[0])), gram + np.outer(row, row)
    x = np.array([[1.0, 0.3], [0.8, -0.5]], np.float32)
    chosen = jax.vmap(lambda key: algorithm.choose(state, x, key))(jax.random.split(KEY, 4000))
    apart = x[0] - x[1]
    better = stats.norm.cdf(apart @ np.asarray(state.weights) / (0.6 * np.sqrt(apart @ np.linalg.inv(gram) @ apart)))
    assert 0.55 < better < 0.95
    assert np.mean(chosen[:, 0]) == pytest.approx(better, abs=0.03)


def test_settings_without_meaning_are_refused():
    for make, message in (
        (lambda: bandits.BernoulliThompson(ones=0.5), "expected at least 1"),
        (lambda: bandits.GaussianThompson(std=0.0), "above 0"),
        (lambda: bandits.LinUCB(ridge=0.0), r"LinUCB\(ridge=0\); expected a penalty above 0"),
    ):
        with pytest.raises(Error, match=message):
            make()
