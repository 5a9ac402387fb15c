"""Rollouts: what is recorded of episodes that end and begin again, and whole episodes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.environments import Box, Discrete, Step
from waza.rl.rollouts import as_inputs, begin_copies, ended, input_size, roll_out, whole_episodes

from .problems import Numbered


class Count(Numbered):
    """Counts the actions 1; ends at three, with the count as observation and reward."""

    states = 4
    time_limit: int | None = 5

    def step(self, state, action, key):
        state = state + action
        return Step(state, state.astype(jnp.float32), state >= 3)


def follow(observations, given):
    """The actions that are given, and twice of them."""
    return given, 2 * given


ACTIONS = jnp.array([[1, 0], [1, 0], [1, 1], [0, 0], [0, 1], [1, 1], [0, 1], [1, 1]], jnp.int32)


def test_an_episode_that_ends_begins_again():
    running = begin_copies(Count(), jax.random.key(0), 2)
    running, (transition, kept) = roll_out(Count(), running, follow, ACTIONS, jax.random.key(1), unroll=3)
    assert transition.observation[:, 0].tolist() == [0, 1, 2, 0, 0, 0, 1, 1]
    assert transition.next_observation[:, 0].tolist() == [1, 2, 3, 0, 0, 1, 1, 2]
    assert transition.terminated[:, 0].tolist() == [False, False, True] + 5 * [False]
    assert transition.truncated[:, 0].tolist() == 7 * [False] + [True]
    assert transition.observation[:, 1].tolist() == [0, 0, 0, 1, 1, 0, 1, 2]
    assert transition.truncated[:, 1].tolist() == 4 * [False] + [True] + 3 * [False]
    assert transition.terminated[:, 1].tolist() == 7 * [False] + [True]
    np.testing.assert_array_equal(kept, 2 * ACTIONS)
    np.testing.assert_array_equal(running.steps, [0, 0])
    records = ended(transition)
    assert int(records["return"].weight) == 4
    assert float(records["return"].total) == (1 + 2 + 3) + (0 + 0 + 1 + 1 + 2) + (0 + 0 + 1 + 1 + 2) + (1 + 2 + 3)
    assert float(records["length"].total) == 3 + 5 + 5 + 3


def test_a_rollout_may_be_cut_in_two():
    running = begin_copies(Count(), jax.random.key(0), 2)
    key = jax.random.key(1)
    whole = roll_out(Count(), running, follow, ACTIONS, key)[1].transition
    running, first = roll_out(Count(), running, follow, ACTIONS[:3], key)
    second = roll_out(Count(), running, follow, ACTIONS[3:], key)[1]
    for all_steps, *parts in zip(whole, first.transition, second.transition, strict=True):
        np.testing.assert_array_equal(all_steps, np.concatenate(parts))


def test_whole_episodes_end_with_the_longest():
    rows, live = whole_episodes(Count(), follow, ACTIONS, jax.random.key(0), 2)
    assert live.sum(0).tolist() == [3, 5] and rows.transition.reward.shape == (5, 2)
    assert jnp.where(live, rows.transition.reward, 0).sum(0).tolist() == [6.0, 4.0]
    assert (rows.transition.done & live).sum(0).tolist() == [1, 1]
    with pytest.raises(Error, match=r"Count has no time limit, and whole episodes are needed: give Count\(time_limit"):
        whole_episodes(Count(time_limit=None), follow, ACTIONS, jax.random.key(0), 2)


def test_observations_as_inputs():
    assert input_size(Box(())) == 1 and input_size(Box((2, 3))) == 6 and input_size(Discrete(5)) == 5
    assert as_inputs(Discrete(3), jnp.array([[0, 2]])).shape == (1, 2, 3)
    assert as_inputs(Box((2, 3)), jnp.ones((4, 5, 2, 3), jnp.int8)).dtype == jnp.float32
    assert as_inputs(Box(()), jnp.ones((4, 5))).shape == (4, 5, 1)
