"""Returns and advantages against their definitions, as plain loops over episodes with random ends."""

import jax.numpy as jnp
import numpy as np
import pytest

from waza.rl.policies import discounted_return, gae, n_step_returns, rewards_to_go

DISCOUNT, TRACE = 0.9, 0.7


def drawn(seed, steps=12, copies=3):
    """Random rewards, values and ends of which about a third are terminations and a third truncations."""
    rng = np.random.default_rng(seed)
    rewards, values, next_values = rng.normal(size=(3, steps, copies))
    kind = rng.integers(0, 6, (steps, copies))
    return rewards, values, next_values, kind == 0, kind == 1


def error(t, c, rewards, values, next_values, terminated):
    """The one-step error of step t."""
    follows = 0 if terminated[t, c] else DISCOUNT * next_values[t, c]
    return rewards[t, c] + follows - values[t, c]


@pytest.mark.parametrize("seed", range(3))
def test_gae_is_the_weighted_sum_of_errors_within_an_episode(seed):
    rewards, values, next_values, terminated, truncated = drawn(seed)
    expected = np.zeros_like(rewards)
    for t, c in np.ndindex(*rewards.shape):
        for k in range(t, len(rewards)):
            weight = (DISCOUNT * TRACE) ** (k - t)
            expected[t, c] += weight * error(k, c, rewards, values, next_values, terminated)
            if terminated[k, c] or truncated[k, c]:
                break
    found = gae(*map(jnp.asarray, (rewards, values, next_values, terminated, truncated)), DISCOUNT, TRACE)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 5, 50])
def test_n_step_returns_close_where_the_episode_or_the_rows_end(n):
    rewards, _, next_values, terminated, truncated = drawn(4)
    expected = np.zeros_like(rewards)
    for t, c in np.ndindex(*rewards.shape):
        for k in range(t, len(rewards)):
            expected[t, c] += DISCOUNT ** (k - t) * rewards[k, c]
            if terminated[k, c]:
                break
            if truncated[k, c] or k - t + 1 == n or k == len(rewards) - 1:
                expected[t, c] += DISCOUNT ** (k - t + 1) * next_values[k, c]
                break
    found = n_step_returns(*map(jnp.asarray, (rewards, next_values, terminated, truncated)), DISCOUNT, n)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_one_step_returns_and_long_ones_are_gae_at_its_two_ends():
    rewards, values, next_values, terminated, truncated = drawn(5)
    within = ~(terminated | truncated)[:-1]
    next_values[:-1] = np.where(within, values[1:], next_values[:-1])  # the next row's observation is the next one
    rewards, values, next_values, terminated, truncated = map(
        jnp.asarray, (rewards, values, next_values, terminated, truncated)
    )
    for trace, n in ((0.0, 1), (1.0, 50)):
        advantages = gae(rewards, values, next_values, terminated, truncated, DISCOUNT, trace)
        returns = n_step_returns(rewards, next_values, terminated, truncated, DISCOUNT, n)
        np.testing.assert_allclose(advantages + values, returns, rtol=1e-5, atol=1e-5)


def test_a_time_limit_is_followed_by_a_value_and_an_end_is_not():
    one, eight, yes, no = jnp.ones(1), 8 * jnp.ones(1), jnp.ones(1, bool), jnp.zeros(1, bool)
    assert gae(one, one, eight, yes, no, 0.5, 1.0).tolist() == [0.0]
    assert gae(one, one, eight, no, yes, 0.5, 1.0).tolist() == [4.0]


def test_rewards_to_go_and_the_return_of_an_episode():
    rewards, _, _, ended, _ = drawn(6)
    expected = np.zeros_like(rewards)
    for t, c in np.ndindex(*rewards.shape):
        for k in range(t, len(rewards)):
            expected[t, c] += DISCOUNT ** (k - t) * rewards[k, c]
            if ended[k, c]:
                break
    found = rewards_to_go(jnp.asarray(rewards), jnp.asarray(ended), DISCOUNT)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    weights = DISCOUNT ** np.arange(len(rewards))[:, None]
    np.testing.assert_allclose(discounted_return(jnp.asarray(rewards), DISCOUNT), (weights * rewards).sum(0), rtol=1e-5)
