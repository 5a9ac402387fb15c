"""Bandit problems and the learner: regret against theory, and errors."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import waza as wz
from waza.core.errors import Error
from waza.curriculum.day4b_reinforcement.two_arms import worse_pulled
from waza.rl import bandits
from waza.rl.bandits import BanditLearner, Bernoulli, Gaussian, lai_robbins

KEY = jax.random.key(5)
SEGMENTS = bandits.Segments(rates=((0.1, 0.8), (0.6, 0.2), (0.3, 0.3)), shares=(0.5, 0.2, 0.3))


@functools.cache
def regrets(problem, algorithm, seeds, *pulls):
    """The regret of each seed after these numbers of pulls, (pulls, seed)."""

    @jax.jit
    @jax.vmap
    def play(key):
        state, found = BanditLearner(problem, algorithm).init(jax.random.fold_in(key, 0), None), []
        for i, (before, after) in enumerate(zip((0, *pulls), pulls, strict=False)):
            learner = BanditLearner(problem, algorithm, pulls=after - before)
            state, _ = learner.update(state, None, jax.random.fold_in(key, i + 1))
            found.append(state.regret)
        return jnp.stack(found)

    return np.asarray(play(jax.random.split(KEY, seeds))).T


@pytest.mark.parametrize("means", [(0.9, 0.6), (0.55, 0.45), (0.9, 0.8, 0.8, 0.7, 0.6)])
def test_ucb1_keeps_its_bound(means):
    """Theorem 1 of Auer, Cesa-Bianchi and Fischer (2002), at each of three horizons; and not by far too little."""
    horizons = (30, 300, 3000)
    found = regrets(Bernoulli(means), bandits.UCB1(), 200, *horizons).mean(1)
    gaps = [max(means) - mean for mean in means if mean < max(means)]
    bounds = [sum(8 * np.log(t) / gap + (1 + np.pi**2 / 3) * gap for gap in gaps) for t in horizons]
    assert np.all(found <= bounds)
    assert found[-1] > 0.5 * lai_robbins(Bernoulli(means)) * np.log(horizons[-1])


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", [bandits.KLUCB(), bandits.BernoulliThompson()], ids=["KL-UCB", "Thompson"])
def test_regret_grows_as_the_lower_bound_does(algorithm):
    """Asymptotically optimal: from 1,000 to 10,000 pulls, regret grows by about the bound's share of log 10."""
    problem = Bernoulli((0.8, 0.5, 0.4))
    early, late = regrets(problem, algorithm, 300, 1000, 10_000)
    growth = late - early
    allowed = 3 * growth.std() / np.sqrt(len(growth))
    share = growth.mean() / (lai_robbins(problem) * np.log(10))
    assert share + allowed > 0.6
    assert share - allowed < 1.5
    assert regrets(problem, bandits.UCB1(), 300, 1000, 10_000)[1].mean() > 2 * late.mean()


def test_the_lower_bound_is_that_of_its_sum():
    problem = Bernoulli((0.3, 0.5, 0.5, 0.2))
    by_hand = sum((0.5 - p) / (p * np.log(p / 0.5) + (1 - p) * np.log((1 - p) / 0.5)) for p in (0.3, 0.2))
    assert lai_robbins(problem) == pytest.approx(by_hand)
    assert lai_robbins(Gaussian((1.0, 3.0), std=2.0)) == pytest.approx(2 * 2**2 / 2)
    with pytest.raises(Error, match="draws its expected rewards for each seed"):
        lai_robbins(Gaussian(bandits.NormalMeans(3)))


def test_random_choice_costs_the_mean_gap():
    found = regrets(Bernoulli((0.9, 0.5, 0.4)), bandits.EpsilonGreedy(epsilon=1.0), 400, 50)[0]
    assert found.mean() == pytest.approx(50 * 0.3, abs=float(4 * found.std() / 20))


@pytest.mark.parametrize("initial,weight", [(0.0, 0.0), (1.0, 2.0)])
@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_greedy_choice_loses_as_much_as_the_sum_over_all_outcomes(initial, weight, epsilon):
    """It keeps a wrong arm as often as enumerated; ties are broken at random on both sides."""
    algorithm = bandits.EpsilonGreedy(epsilon=epsilon, initial=initial, weight=weight)
    found = regrets(Bernoulli((0.6, 0.4)), algorithm, 4000, 5, 30)
    expected = 0.2 * worse_pulled((0.6, 0.4), [epsilon], 30, initial, weight)[0].cumsum()[[4, 29]]
    np.testing.assert_array_less(abs(found.mean(1) - expected), 4 * found.std(1) / np.sqrt(4000))


def test_epsilon_decays_with_the_pulls():
    algorithm = bandits.EpsilonGreedy(epsilon=bandits.InverseDecay(40.0))
    found = regrets(Bernoulli((1.0, 0.0)), algorithm, 300, 40, 400)
    spread = 4 * found.std(1) / np.sqrt(300)
    assert found[0].mean() == pytest.approx(20, abs=float(spread[0]))
    explored = sum(40 / t for t in range(41, 401))
    assert found[1].mean() - found[0].mean() == pytest.approx(explored / 2, abs=float(spread.sum()))


@pytest.mark.parametrize("algorithm", [bandits.LinUCB(width=0.5), bandits.LinearThompson(std=0.1)])
def test_linear_algorithms_learn_where_arms_change(algorithm):
    problem = bandits.LinearContexts(choices=5, size=3)
    random = regrets(problem, bandits.EpsilonGreedy(epsilon=1.0), 30, 600)[0].mean()
    assert regrets(problem, algorithm, 30, 600)[0].mean() < 0.1 * random


def test_segments_offer_their_rates_and_one_feature_a_pair():
    offers = jax.vmap(functools.partial(SEGMENTS.offer, SEGMENTS.draw(KEY)))(jax.random.split(KEY, 2000))
    segments = np.asarray(offers.features[:, 0, ::2]).argmax(1)
    np.testing.assert_allclose(offers.means, np.array(SEGMENTS.rates)[segments], rtol=1e-6)
    np.testing.assert_array_equal(
        offers.features.reshape(2000, 2, 3, 2).sum(2), np.broadcast_to(np.eye(2), (2000, 2, 2))
    )
    assert stats.chisquare(np.bincount(segments), 2000 * np.array(SEGMENTS.shares)).pvalue > 1e-3


def test_rewards_have_the_means_of_their_arms():
    keys = jax.random.split(KEY, 4000)
    drawn = np.asarray(jax.vmap(lambda key: Bernoulli((0.2, 0.3)).reward(jnp.float32(0.3), key))(keys))
    assert set(drawn) == {0.0, 1.0} and drawn.mean() == pytest.approx(0.3, abs=0.03)
    drawn = jax.vmap(lambda key: Gaussian((0.0, 1.0), std=2.0).reward(jnp.float32(-1.0), key))(keys)
    assert stats.kstest(np.asarray(drawn), stats.norm(-1, 2).cdf).pvalue > 1e-3


def test_each_seed_draws_its_own_problem():
    problem = Bernoulli(bandits.UniformMeans(50, low=0.4, high=0.5))
    one, other = (np.asarray(problem.draw(jax.random.key(seed))) for seed in (0, 1))
    assert problem.arms == 50 and np.all((one >= 0.4) & (one <= 0.5)) and np.all(one != other)


def test_the_records_count_the_best_arm_and_the_reward():
    learner = BanditLearner(Gaussian((0.0, 1.0, 1.0), std=1e-6), bandits.EpsilonGreedy(epsilon=1.0), pulls=200)
    state, records = learner.update(learner.init(KEY, None), None, KEY)
    best = float(records["best_arm"].value)
    assert 0.5 < best < 0.8
    assert float(records["reward"].value) == pytest.approx(best, abs=1e-4)
    assert float(state.regret) == pytest.approx(200 * (1 - best), abs=1e-3)
    assert float(learner.evaluate(state, None, KEY)["regret"]) == float(state.regret)


@pytest.mark.slow
@pytest.mark.parametrize(
    "learner",
    [
        BanditLearner(Bernoulli((0.2, 0.4)), bandits.EpsilonGreedy(epsilon=bandits.InverseDecay(5.0)), pulls=7),
        BanditLearner(Bernoulli((0.2, 0.4)), bandits.BernoulliThompson(ones=2.0, zeros=2.0), pulls=7),
        BanditLearner(SEGMENTS, bandits.LinUCB(), pulls=7),
    ],
    ids=["epsilon", "Thompson", "LinUCB"],
)
def test_a_bandit_keeps_the_contract_of_learners(learner):
    wz.testing.check_learner(learner, None)


def test_what_makes_no_problem_is_refused():
    for make, message in (
        (lambda: Bernoulli((0.5, 1.2)), "probability 1.2; expected numbers from 0 to 1"),
        (lambda: Bernoulli((0.5,)), "has 1 expected rewards; expected at least 2"),
        (lambda: Gaussian((0.0, 1.0), std=-1.0), "expected a standard deviation above 0"),
        (lambda: bandits.NormalMeans(1), "expected at least 2 arms"),
        (lambda: bandits.LinearContexts(choices=1), "expected at least 2 arms and 1 feature"),
        (lambda: bandits.Segments(rates=((0.1, 0.2), (0.1,)), shares=(0.5, 0.5)), "as many rates in each row"),
        (lambda: bandits.Segments(rates=((0.1, 0.2), (0.1, 1.3)), shares=(0.5, 0.5)), "numbers from 0 to 1"),
        (lambda: bandits.Segments(rates=((0.1, 0.2), (0.1, 0.3)), shares=(0.5, 0.4)), "add up to 0.9; expected 1"),
        (lambda: BanditLearner(Bernoulli((0.1, 0.2)), bandits.LinUCB()), "LinUCB needs the features of each arm"),
        (lambda: BanditLearner(Bernoulli((0.1, 0.2)), bandits.UCB1(), pulls=0), "expected at least 1"),
    ):
        with pytest.raises(Error, match=message):
            make()
