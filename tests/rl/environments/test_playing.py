"""Whole episodes: each counted once, from its beginning to its end."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.environments import Box, Discrete, Environment, Step, play


class Coin(Environment):
    """Each step ends the process with probability `ends`; the reward is the action."""

    ends: float = 0.25
    time_limit: int | None = 200

    @property
    def actions(self):
        return Discrete(3)

    @property
    def observations(self):
        return Box(())

    def reset(self, key):
        return jnp.float32(0)

    def step(self, state, action, key):
        return Step(state + 1, jnp.float32(action), jax.random.bernoulli(key, self.ends))

    def observe(self, state):
        return state


def two(observation, key):
    return jnp.int32(2)


def test_each_episode_counts_once_so_that_lengths_are_geometric():
    played = jax.jit(lambda key: play(Coin(), two, key, 4096))(jax.random.key(0))
    assert played.finished.all()
    np.testing.assert_array_equal(played.returns, 2 * played.lengths)
    assert np.mean(played.lengths) == pytest.approx(4, abs=5 * np.sqrt(12 / 4096))  # mean 1/p, variance (1 - p)/p^2
    assert np.mean(np.asarray(played.lengths) == 1) == pytest.approx(0.25, abs=5 * np.sqrt(0.1875 / 4096))


def test_an_act_sees_the_observation_before_its_step():
    played = play(Coin(ends=0.0, time_limit=4), lambda observation, key: observation, jax.random.key(0), 2)
    assert played.returns.tolist() == [6, 6]  # 0 + 1 + 2 + 3


def test_a_time_limit_finishes_an_episode_and_the_argument_steps_does_not():
    limited = play(Coin(ends=0.0, time_limit=5), two, jax.random.key(0), 3)
    assert limited.lengths.tolist() == [5, 5, 5] and limited.finished.all()
    cut = play(Coin(ends=0.0, time_limit=5), two, jax.random.key(0), 3, steps=4)
    assert cut.lengths.tolist() == [4, 4, 4] and not cut.finished.any()
    assert cut.returns.tolist() == [8, 8, 8]


def test_the_draws_of_copies_and_steps_differ():
    played = play(
        Coin(ends=0.0, time_limit=50), lambda _, key: jax.random.bernoulli(key).astype(jnp.int32), jax.random.key(1), 8
    )
    assert len(set(played.returns.tolist())) > 1
    assert 15 < np.mean(played.returns) < 35


def test_play_is_mapped_over_keys():
    keys = jax.random.split(jax.random.key(3), 2)
    both = jax.vmap(lambda key: play(Coin(), two, key, 8))(keys)
    alone = play(Coin(), two, keys[1], 8)
    np.testing.assert_array_equal(both.returns[1], alone.returns)


def test_episodes_without_an_end_are_an_error():
    with pytest.raises(Error, match=r"no time limit.*steps="):
        play(Coin(time_limit=None), two, jax.random.key(0), 1)
    with pytest.raises(Error, match="0 episodes"):
        play(Coin(), two, jax.random.key(0), 0)
