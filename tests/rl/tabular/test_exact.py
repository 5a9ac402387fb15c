"""Exact solutions of finite models, against each other, enumeration, power series and NumPy's linear algebra."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.rl.environments import CliffWalking, FrozenLake, GridWorld, RandomWalk
from waza.rl.tabular import (
    TabularModel,
    action_values,
    average_policy_iteration,
    average_values,
    checked,
    deterministic,
    episode_return,
    model_of,
    policy_iteration,
    restarted,
    softened,
    state_values,
    uniform,
    value_iteration,
)

few = settings(max_examples=25, deadline=None)
random_models = st.builds(
    lambda seed, states, actions, ends, sparse: random_model(seed, states, actions, ends, sparse),
    st.integers(0, 10**6),
    st.integers(1, 4),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
)
goes_on = random_models.filter(lambda model: not model.ending.any())


def random_model(seed, states, actions, ends, sparse):
    """A model; if sparse with one certain outcome a step, so that policies may be periodic or have several classes."""
    rng = np.random.default_rng(seed)
    shape = states, actions
    if sparse:
        transition = np.eye(states + ends)[rng.integers(states + ends, size=shape)]
    else:
        transition = rng.dirichlet(np.ones(states + ends), size=shape)
    return TabularModel(transition[:, :, :states], rng.normal(size=shape), rng.dirichlet(np.ones(states)))


def every_policy(model):
    """All deterministic policies."""
    for actions in itertools.product(range(model.actions), repeat=model.states):
        yield deterministic(actions, model.actions)


def ends_always(model, policy):
    chain = np.einsum("sa,sat->st", policy, model.transition)
    return np.linalg.matrix_power(chain, 2**20).sum() < 1e-9


# Discounted values.


@few
@given(random_models, st.floats(0, 0.95))
def test_values_are_the_sum_of_the_discounted_rewards(model, discount):
    policy = np.random.default_rng(0).dirichlet(np.ones(model.actions), size=model.states)
    chain, reward = np.einsum("sa,sat->st", policy, model.transition), (policy * model.reward).sum(1)
    summed, term = np.zeros(model.states), reward
    for _ in range(600):
        summed, term = summed + term, discount * chain @ term
    values = state_values(model, policy, discount)
    np.testing.assert_allclose(values, summed, atol=1e-9)
    of_actions = action_values(model, values, discount)
    np.testing.assert_allclose((policy * of_actions).sum(1), values, atol=1e-12)
    assert episode_return(model, policy, 600, discount) == pytest.approx(model.start @ values, abs=1e-9)


@few
@given(random_models, st.floats(0, 0.95))
def test_both_iterations_find_the_best_of_all_policies(model, discount):
    found, swept = policy_iteration(model, discount), value_iteration(model, discount, 1e-7)
    best = np.max([state_values(model, policy, discount) for policy in every_policy(model)], axis=0)
    np.testing.assert_allclose(found.state_values, best, atol=1e-9)
    np.testing.assert_allclose(state_values(model, found.policy, discount), best, atol=1e-9)
    np.testing.assert_allclose(found.action_values.max(1), found.state_values, atol=1e-9)  # Bellman's equation
    assert np.abs(swept.state_values - best).max() <= 1e-7


@pytest.mark.parametrize("tolerance", [1.0, 1e-2, 1e-6])
def test_value_iteration_stops_when_its_bound_is_kept_and_soon(tolerance):
    model = model_of(GridWorld(slip=0.2))
    best = policy_iteration(model, 0.95).state_values
    found = value_iteration(model, 0.95, tolerance)
    assert np.abs(found.state_values - best).max() <= tolerance
    sweeps = np.zeros(model.states)
    for _ in range(found.iterations - 1):
        sweeps, before = action_values(model, sweeps, 0.95).max(1), sweeps
    if found.iterations > 2:
        assert 0.95 / 0.05 * np.abs(sweeps - before).max() > tolerance, "one sweep less did not suffice"


def test_known_optima_without_a_discount():
    lake, cliff = model_of(FrozenLake()), model_of(CliffWalking())
    assert lake.start @ policy_iteration(lake, 1.0).state_values == pytest.approx(14 / 17)
    assert cliff.start @ policy_iteration(cliff, 1.0).state_values == pytest.approx(-13)
    walk = model_of(RandomWalk())
    np.testing.assert_allclose(state_values(walk, uniform(walk), 1.0), np.arange(-18, 19, 2) / 20, atol=1e-12)


@few
@given(random_models)
def test_without_a_discount_it_is_the_best_policy_that_ends(model):
    values = [state_values(model, policy, 1.0) for policy in every_policy(model) if ends_always(model, policy)]
    try:
        found = policy_iteration(model, 1.0)
    except Error as error:
        loops = any(
            (average_values(_kept(model), _with_end(policy)).gain > 1e-9).any() for policy in every_policy(model)
        )
        assert loops if "positive reward" in str(error) else not values, error
    else:
        np.testing.assert_allclose(found.state_values, np.max(values, axis=0), atol=1e-8)


def _kept(model):
    """The model with its end as one more state, which pays nothing."""
    size = model.states + 1
    transition, reward = np.zeros((size, model.actions, size)), np.zeros((size, model.actions))
    transition[:-1, :, :-1], transition[:-1, :, -1], transition[-1, :, -1] = model.transition, model.ending, 1
    reward[:-1] = model.reward
    return TabularModel(transition, reward, np.append(model.start, 0))


def _with_end(policy):
    return np.vstack([policy, np.eye(policy.shape[1])[0]])


def test_a_small_chance_to_explore_makes_the_safe_path_the_best():
    """Sutton and Barto (2018), example 6.6: SARSA's path is optimal for an agent that errs."""
    cliff = model_of(CliffWalking())
    plain, soft = policy_iteration(cliff, 1.0).policy, policy_iteration(softened(cliff, 0.1), 1.0).policy
    assert episode_return(cliff, plain, 1000) == pytest.approx(-13)
    assert episode_return(cliff, soft, 1000) == pytest.approx(-17)
    erring = [0.9 * policy + 0.1 * uniform(cliff) for policy in (plain, soft)]
    assert episode_return(cliff, erring[0], 5000) < episode_return(cliff, erring[1], 5000) - 10


# Average reward.


@few
@given(goes_on)
def test_gain_and_bias_are_the_limits_of_discounted_values(model):
    """Blackwell (1962): v = g / (1 - discount) + h + terms that vanish, also for periodic and multichain policies."""
    policy = deterministic(np.random.default_rng(1).integers(model.actions, size=model.states), model.actions)
    found, discount = average_values(model, policy), 1 - 1e-6
    values = state_values(model, policy, discount)
    np.testing.assert_allclose(found.gain, (1 - discount) * values, atol=1e-4)
    np.testing.assert_allclose(found.bias, values - found.gain / (1 - discount), atol=1e-3)
    np.testing.assert_allclose((policy * found.action_values).sum(1), found.bias, atol=1e-9)


@few
@given(goes_on)
def test_no_policy_has_a_greater_gain(model):
    gains = [average_values(model, policy).gain for policy in every_policy(model)]
    np.testing.assert_allclose(average_policy_iteration(model).gain, np.max(gains, axis=0), atol=1e-9)


def test_a_process_that_begins_again_earns_returns_by_their_length():
    """Renewal: the gain of one policy is its mean return divided by its mean length."""
    model = model_of(GridWorld(slip=0.1, step_reward=-0.04))
    policy = policy_iteration(model, 1.0).policy
    length = model.start @ state_values(model._replace(reward=np.ones_like(model.reward)), policy, 1.0)
    gain = average_values(restarted(model), policy).gain
    np.testing.assert_allclose(gain, model.start @ state_values(model, policy, 1.0) / length)
    assert average_policy_iteration(restarted(model)).gain[0] >= gain[0] - 1e-12


# Mistakes.


def two(**changes):
    model = TabularModel(np.full((2, 2, 2), 0.5), np.zeros((2, 2)), np.array([1.0, 0.0]))
    return model._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reward": np.zeros(2)}, r"reward has the shape \(2,\)"),
        ({"transition": np.zeros((2, 2))}, r"transition has the shape \(2, 2\).*expected \(2, 2, 2\)"),
        ({"start": np.ones(3)}, r"start has the shape \(3,\)"),
        ({"transition": np.full((2, 2, 2), 0.6)}, "state 0 by action 0 sums to 1.2: give at most 1"),
        ({"transition": np.full((2, 2, 2), -0.1)}, "probability -0.1"),
        ({"reward": np.full((2, 2), np.nan)}, "reward has the value nan"),
        ({"start": np.array([0.5, 0.2])}, "start sums to 0.7"),
    ],
)
def test_arrays_that_are_no_model(changes, words):
    with pytest.raises(Error, match=words):
        checked(two(**changes))


@pytest.mark.parametrize(
    ("solve", "words"),
    [
        (lambda: state_values(two(), uniform(two()), 1.0), "never ends the process from state 0"),
        (lambda: state_values(two(), uniform(two()), 1.5), "the discount is 1.5"),
        (lambda: state_values(two(), [[0.5, 0.6], [1, 0]], 0.5), r"policy in state 0 is \[0.5, 0.6\]"),
        (lambda: state_values(two(), [1, 0], 0.5), r"the policy has the shape \(2,\)"),
        (lambda: policy_iteration(two(), 1.0), "no policy ends the process from state 0"),
        (lambda: value_iteration(two(), 1.0), "no error bound with discount 1"),
        (lambda: value_iteration(two(reward=np.ones((2, 2))), 0.9, 1e-18), "tolerance is 1e-18"),
        (lambda: average_policy_iteration(model_of(RandomWalk(states=3))), "may end from state 0 by action 0"),
    ],
)
def test_questions_without_an_answer(solve, words):
    with pytest.raises(Error, match=words):
        solve()


def test_float32_probabilities_do_not_end_the_process():
    transition = np.full((3, 1, 3), np.float32(1 / 3), np.float32)
    assert not checked(TabularModel(transition, np.ones((3, 1)), np.ones(3, np.float32) / 3)).ending.any()
