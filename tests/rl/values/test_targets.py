"""Targets of action values against loops in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.rl.values import lambda_targets, one_step_targets

STEPS, COPIES, ACTIONS, DISCOUNT = 9, 4, 3, 0.9


@pytest.fixture(scope="module")
def steps():
    rng = np.random.default_rng(0)
    terminated = rng.random((STEPS, COPIES)) < 0.2
    truncated = ~terminated & (rng.random((STEPS, COPIES)) < 0.3)
    truncated[-1, 0], terminated[-1, 0] = True, False
    terminated[-1, 1], truncated[-1, 1] = True, False
    assert terminated.sum() > 3 and truncated.sum() > 3
    reward, values, online = (rng.normal(size=shape) for shape in ((STEPS, COPIES), *2 * [(STEPS, COPIES, ACTIONS)]))
    ends = map(jnp.asarray, (terminated, truncated))
    return jnp.float32(reward), *ends, jnp.float32(values), jnp.float32(online)


@pytest.mark.parametrize("double", [False, True])
def test_one_step_targets_are_those_of_a_loop(steps, double):
    reward, terminated, _, values, online = steps
    expected = np.empty((STEPS, COPIES))
    for t in range(STEPS):
        for i in range(COPIES):
            chooses = online if double else values
            best = max(range(ACTIONS), key=lambda a, t=t, i=i, chooses=chooses: chooses[t, i, a])
            expected[t, i] = reward[t, i] + (0 if terminated[t, i] else DISCOUNT * values[t, i, best])
    found = one_step_targets(reward, terminated, values, DISCOUNT, online if double else None)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("trace", [0.0, 0.6, 1.0])
def test_lambda_targets_are_weighted_n_step_returns(steps, trace):
    """The definition, looking forward: G = (1 - l) sum_n l^(n-1) G^(n), with the rest of the weight on the last one."""
    arrays = [np.asarray(array) for array in steps]
    reward, terminated, truncated, value = *arrays[:3], arrays[3].max(-1)

    def forward(t, i):
        total, weight, so_far, discount = 0.0, 1.0, 0.0, 1.0
        for k in range(t, STEPS):
            so_far += discount * reward[k, i]
            discount *= DISCOUNT
            n_step = so_far + (0 if terminated[k, i] else discount * value[k, i])
            if terminated[k, i] or truncated[k, i] or k == STEPS - 1:
                return total + weight * n_step
            total += weight * (1 - trace) * n_step
            weight *= trace

    expected = [[forward(t, i) for i in range(COPIES)] for t in range(STEPS)]
    found = lambda_targets(*steps[:3], steps[3].max(-1), DISCOUNT, trace)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-6)


def test_a_trace_of_0_is_one_step_q_learning(steps):
    reward, terminated, truncated, values, _ = steps
    found = lambda_targets(reward, terminated, truncated, values.max(-1), DISCOUNT, 0.0)
    np.testing.assert_allclose(found, one_step_targets(reward, terminated, values, DISCOUNT), rtol=1e-6)


def test_a_time_limit_counts_what_follows_and_an_end_does_not():
    reward, no, yes, value = jnp.ones((1, 1)), jnp.zeros((1, 1), bool), jnp.ones((1, 1), bool), jnp.full((1, 1), 10.0)
    assert float(lambda_targets(reward, no, yes, value, 0.5, 0.9)[0, 0]) == 6
    assert float(lambda_targets(reward, yes, no, value, 0.5, 0.9)[0, 0]) == 1


def test_the_maximum_of_noisy_values_is_too_large_and_double_q_learning_is_not():
    """All actions are worth 0; two independent estimates of that have the noise 1 (Sutton and Barto, section 6.7)."""
    values, other = jax.random.normal(jax.random.key(0), (2, 4000, 8))
    reward, ends = jnp.zeros(4000), jnp.zeros(4000, bool)
    single = one_step_targets(reward, ends, values, 1.0).mean()
    double = one_step_targets(reward, ends, values, 1.0, other).mean()
    assert single > 1.3 and abs(double) < 0.06  # 1.42 is the mean of the largest of 8; 0.016 the standard error
