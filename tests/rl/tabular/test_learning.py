"""Tabular learners: their values against the exact ones, ends and time limits, exploration, the laws of learners."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza.core.errors import Error
from waza.rl.environments import Box, CliffWalking, Environment, Finite, FrozenLake, GridWorld, Outcomes, RandomWalk
from waza.rl.environments.spaces import Discrete
from waza.rl.tabular import (
    Control,
    MonteCarlo,
    NStep,
    Prediction,
    Traces,
    average_policy_iteration,
    epsilon_greedy,
    greedy,
    model_of,
    policy_iteration,
    restarted,
    softened,
    state_values,
    uniform,
)
from waza.rl.tabular.known import value_of

WORLD = GridWorld(slip=0.2)


class Loop(Finite):
    """One state in which each step pays 1 and nothing ever ends."""

    @property
    def actions(self):
        return Discrete(2)

    def starts(self):
        return np.array([0])

    def outcomes(self):
        return Outcomes(np.zeros((1, 2, 1), int), np.ones(1), np.ones(1), np.array([False]))


class Noisy(Loop):
    """One step with 8 actions, each of which pays 1 or -1 with equal chances."""

    @property
    def actions(self):
        return Discrete(8)

    def outcomes(self):
        return Outcomes(np.zeros((1, 8, 2), int), np.full(2, 0.5), np.array([1.0, -1.0]), np.array([True]))


def trained(learner, updates, seeds=1):
    """The states of this many seeds after training."""

    def one(seed):
        key = jax.random.key(seed)
        state = learner.init(key, None)
        step = lambda i, state: learner.update(state, None, jax.random.fold_in(key, i))[0]  # noqa: E731
        return jax.lax.fori_loop(0, updates, step, state)

    return jax.jit(jax.vmap(one))(jnp.arange(seeds))


def kept(learner, state):
    """The action values of each seed, (seeds, S, A)."""
    return np.asarray(jax.vmap(learner.kept)(state)["values"], np.float64)


def tables(learner, updates, seeds=1):
    """The same after training."""
    return kept(learner, trained(learner, updates, seeds))


def values_from_start(learner, found):
    """The exact value of the greedy policy of each of these tables."""
    return np.array([value_of(learner.environment, greedy(q), learner.discount, learner.average) for q in found])


# Prediction.


LONGER = [
    pytest.param(backup, marks=pytest.mark.slow) for backup in (NStep(4), MonteCarlo("first"), MonteCarlo("every"))
]


@pytest.mark.parametrize(
    "backup", [*(pytest.param(one, marks=pytest.mark.slow) for one in (NStep(1), Traces(0.8))), *LONGER]
)
def test_values_of_the_random_walk(backup):
    """Sutton and Barto (2018), example 7.1, for 19 states the exact values -0.9, -0.8, ..., 0.9."""
    decay = 1.0 if isinstance(backup, MonteCarlo) else 0.5
    learner = Prediction(RandomWalk(states=19), backup=backup, discount=1.0, learning_rate=1.0, decay=decay)
    state = trained(learner, updates=1500, seeds=20)
    values = np.asarray(state.states.values).mean(0)
    np.testing.assert_allclose(values, np.arange(-18, 19, 2) / 20, atol=0.03)
    judged = learner.judge(jax.tree.map(lambda leaf: leaf[0], jax.vmap(learner.kept)(state)), None)
    assert judged["state_error"] < 0.25 and judged["gap"] < 0.5


def test_prediction_of_a_policy_that_is_not_uniform():
    model = model_of(WORLD)
    policy = 0.5 * policy_iteration(model, 0.9).policy + 0.5 * uniform(model)
    learner = Prediction(WORLD, tuple(map(tuple, policy.tolist())), discount=0.9, learning_rate=1.0, decay=0.7)
    kept = jax.tree.map(lambda leaf: leaf[0], jax.vmap(learner.kept)(trained(learner, updates=1500)))
    judged = learner.judge(kept, None)
    assert judged["state_error"] < 0.02 and judged["action_error"] < 0.04


# Ends and time limits.


@pytest.mark.parametrize("backup", [NStep(1), NStep(3), Traces(0.5), MonteCarlo()])
def test_a_time_limit_is_no_end(backup):
    learner = Prediction(Loop(time_limit=2), backup=backup, discount=0.5, learning_rate=0.2)
    np.testing.assert_allclose(trained(learner, 5).states.values, [[2.0]], atol=1e-3)  # 1 + 1/2 + 1/4 + ...
    control = Control(Loop(time_limit=2), "sarsa", backup, discount=0.5, learning_rate=0.2, epsilon=1.0)
    np.testing.assert_allclose(tables(control, 10), np.full((1, 1, 2), 2.0), atol=1e-3)


@pytest.mark.parametrize("rule", ["q_learning", "sarsa", "expected_sarsa"])
def test_a_termination_is_an_end(rule):
    learner = Control(Noisy(), rule, discount=0.9, epsilon=1.0, learning_rate=1.0, decay=1.0)
    assert np.abs(tables(learner, 50)).max() < 0.2  # the mean of the rewards, and nothing of what follows


# Control.


@pytest.mark.parametrize(
    ("environment", "discount", "settings"),
    [
        (FrozenLake(), 0.95, {"epsilon": 0.5, "decay": 0.6, "learning_rate": 1.0}),
        (WORLD, 0.9, {"epsilon": 0.3, "decay": 0.6, "learning_rate": 1.0}),
        (CliffWalking(), 0.95, {"epsilon": 0.5, "learning_rate": 0.5}),
    ],
)
def test_q_learning_finds_the_optimal_values(environment, discount, settings):
    best = policy_iteration(model_of(environment), discount)
    model = model_of(environment)
    learner = Control(environment, discount=discount, steps=1000, **settings)
    (found,) = tables(learner, 400)
    assert model.start @ found.max(1) == pytest.approx(model.start @ best.state_values, rel=0.01)
    value = value_of(environment, greedy(found), discount, average=False)
    assert value == pytest.approx(model.start @ best.state_values, rel=0.01)


@pytest.mark.parametrize(
    ("rule", "backup"),
    [
        pytest.param("sarsa", NStep(1), marks=pytest.mark.slow),
        pytest.param("sarsa", NStep(4), marks=pytest.mark.slow),
        ("sarsa", Traces(0.7)),
        pytest.param("sarsa", Traces(0.7, "replacing"), marks=pytest.mark.slow),
        pytest.param("sarsa", MonteCarlo(), marks=pytest.mark.slow),
        pytest.param("expected_sarsa", NStep(1), marks=pytest.mark.slow),
        ("expected_sarsa", NStep(4)),
    ],
)
def test_on_policy_methods_find_the_best_policy_that_explores(rule, backup):
    """With a fixed epsilon the values are those of the best policy that errs so."""
    model, epsilon = model_of(WORLD), 0.2
    best = policy_iteration(softened(model, epsilon), 0.9).state_values
    learner = Control(WORLD, rule, backup, discount=0.9, epsilon=epsilon, learning_rate=1.0, decay=0.7)
    found = tables(learner, 1000, seeds=10)
    policies = np.asarray(epsilon_greedy(jnp.asarray(found), epsilon))
    assert np.mean((policies * found).sum(2) @ model.start) == pytest.approx(model.start @ best, rel=0.01)
    for policy in policies:
        assert model.start @ state_values(model, policy, 0.9) >= 0.99 * model.start @ best


def test_watkins_q_learns_the_optimal_values_with_traces():
    best = policy_iteration(model_of(WORLD), 0.9).state_values
    learner = Control(WORLD, backup=Traces(0.7), discount=0.9, epsilon=0.2, learning_rate=0.5, decay=0.6)
    found = tables(learner, 1000, seeds=10)
    start = model_of(WORLD).start
    assert np.mean(found.max(2) @ start) == pytest.approx(start @ best, rel=0.01)


@pytest.mark.slow
def test_sarsa_walks_away_from_the_cliff_and_q_learning_along_it():
    """Sutton and Barto (2018), example 6.6."""
    lengths, online = {}, {}
    for rule in ("q_learning", "sarsa"):
        learner = Control(CliffWalking(time_limit=200), rule, discount=1.0, epsilon=0.1, steps=1000)
        state = trained(learner, 100, seeds=10)
        lengths[rule] = -np.median(values_from_start(learner, kept(learner, state)))
        keys = jax.random.split(jax.random.key(1), 10)
        _, records = jax.jit(jax.vmap(lambda s, k, one=learner: one.update(s, None, k)))(state, keys)
        online[rule] = float(jnp.sum(records["return"].total) / jnp.sum(records["return"].weight))
    assert lengths["q_learning"] == 13 and 15 <= lengths["sarsa"] <= 19
    assert online["sarsa"] > online["q_learning"] + 10, "while it explores, the longer path earns more"


def test_double_q_learning_removes_the_bias_of_the_maximum():
    settings = {"discount": 1.0, "epsilon": 1.0, "learning_rate": 0.1, "steps": 50}
    single, double = (trained(Control(Noisy(), double=both, **settings), 10, seeds=200) for both in (False, True))
    assert np.max(single.table.values, axis=1).mean() > 0.2, "the greatest of eight noisy means"
    first, second = np.moveaxis(np.asarray(double.table.values).reshape(200, 2, 8), 1, 0)
    judged = np.take_along_axis(second, first.argmax(1)[:, None], 1)
    assert abs(judged.mean()) < 0.05


@pytest.mark.slow
def test_differential_q_learning_finds_the_greatest_gain():
    world = GridWorld(slip=0.2, time_limit=None)
    best = average_policy_iteration(restarted(model_of(world)))
    learner = Control(world, average=True, epsilon=0.1, learning_rate=0.5, decay=0.5, gain_rate=0.1)
    state = trained(learner, 1500, seeds=10)
    start = model_of(world).start
    assert values_from_start(learner, kept(learner, state)).mean() >= 0.99 * (start @ best.gain)
    assert np.mean(state.gain) == pytest.approx(start @ best.gain, rel=0.02)


def test_an_optimistic_table_explores_without_epsilon():
    settings = {"discount": 0.9, "epsilon": 0.0, "learning_rate": 0.1}
    learner = Control(GridWorld(), **settings)
    plain, optimistic = (
        values_from_start(learner, tables(wz.vary(learner, initial=value), 100, seeds=5)) for value in (0.0, 2.0)
    )
    best = model_of(GridWorld()).start @ policy_iteration(model_of(GridWorld()), 0.9).state_values
    np.testing.assert_allclose(optimistic, best, rtol=1e-6)
    assert (plain <= best + 1e-9).all()


# As learners.


class Unknown(Environment):
    """A grid whose model is not known."""

    time_limit: int | None = 20
    inner: Environment = GridWorld()
    actions = property(lambda self: self.inner.actions)
    observations = property(lambda self: self.inner.observations)

    def reset(self, key):
        return self.inner.reset(key)

    def step(self, state, action, key):
        return self.inner.step(state, action, key)

    def observe(self, state):
        return self.inner.observe(state)


@pytest.mark.parametrize(
    "learner",
    [
        Control(WORLD, steps=10),
        Control(WORLD, "sarsa", Traces(0.9), steps=10),
        Control(WORLD, double=True, steps=10),
        Control(WORLD, average=True, steps=10),
        Control(Unknown(), steps=10),
        Prediction(WORLD, steps=10),
        Prediction(WORLD, backup=MonteCarlo(), steps=10),
    ],
    ids=["q", "sarsa", "double", "average", "unknown", "td", "mc"],
)
@pytest.mark.slow
def test_the_laws_of_learners(learner):
    wz.testing.check_learner(learner, None)


def test_an_agent_is_played_where_the_model_is_unknown():
    learner = Control(Unknown(), discount=0.9, steps=1000)
    state = jax.tree.map(lambda leaf: leaf[0], trained(learner, 20))
    assert learner.evaluate(state, None, jax.random.key(0)) == {"value": 1.0}


class Continuous(Unknown):
    """What it shows is a real number."""

    observations = property(lambda self: Box((1,)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Control(Continuous()), r"the observations of Continuous are Box.*expected Discrete"),
        (lambda: Control(WORLD, "q-learning"), "expected one of 'q_learning', 'sarsa', 'expected_sarsa'"),
        (lambda: Control(WORLD, backup=NStep(3)), "actions that are not greedy: give rule='sarsa'"),
        (lambda: Control(WORLD, backup=MonteCarlo()), "actions that are not greedy"),
        (lambda: Control(WORLD, "sarsa", NStep(3), double=True), r"give backup=NStep\(1\)"),
        (lambda: Control(WORLD, "sarsa", MonteCarlo(), average=True), "waits for its end"),
        (lambda: Control(WORLD, epsilon=2.0), r"Control\(epsilon=2.0\); expected a number from 0 to 1"),
        (lambda: Prediction(WORLD, discount=-1.0), "discount=-1.0"),
        (lambda: Prediction(Unknown()), r"Unknown has no model\(\)"),
        (lambda: Prediction(RandomWalk(states=3), ((1.0, 1.0),) * 3), "sum to 1"),
        (lambda: value_of(RandomWalk(states=3), np.ones((3, 2)) / 2, 1.0, False), "give the environment a time_limit"),
    ],
)
@pytest.mark.wrong_types
def test_settings_that_do_not_go_together(make, words):
    with pytest.raises(Error, match=words):
        make()
