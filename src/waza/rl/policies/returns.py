"""Returns and advantages of steps in their order, with episodes that end and episodes that are cut off.

All arrays have the axes (steps, ...). `terminated` says that the process has ended: no reward follows, and no value
counts. `truncated` says that a time limit cut the episode off: rewards would have followed, so the value of the next
observation stands for them. After either, the next row belongs to another episode. After the last row, the value of its
next observation stands for what follows. (Pardo et al., "Time limits in reinforcement learning", 2018.)
"""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def gae(
    rewards: Float[Array, "steps ..."],
    values: Float[Array, "steps ..."],
    next_values: Float[Array, "steps ..."],
    terminated: Bool[Array, "steps ..."],
    truncated: Bool[Array, "steps ..."],
    discount: Any,
    trace: Any,
) -> Float[Array, "steps ..."]:
    r"""Generalised advantage estimates, $A_t = \delta_t + \gamma \lambda A_{t+1}$ within an episode.

    $\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)$ with $V = 0$ after a termination. With $\lambda = 0$ this is the
    one-step error, and with $\lambda = 1$ the discounted return minus the value. The lambda-return is $A_t + V(s_t)$.

    Source: Schulman et al., "High-dimensional continuous control using generalized advantage estimation", 2016.

    Args:
        rewards: r.
        values: V of each observation.
        next_values: V of the observation after each action, before a new episode begins.
        terminated, truncated: how an episode ended at this step, if it did.
        discount: gamma.
        trace: lambda.

    >>> ends = jnp.array([False, False, True])
    >>> zero = jnp.zeros(3)
    >>> gae(jnp.ones(3), zero, zero, ends, jnp.zeros(3, bool), 0.5, 1.0).tolist()
    [1.75, 1.5, 1.0]
    """
    errors = rewards + discount * jnp.where(terminated, 0, next_values) - values
    keeps = discount * trace * ~(terminated | truncated)

    def back(after: Array, at: tuple[Array, Array]) -> tuple[Array, Array]:
        error, keep = at
        now = error + keep * after
        return now, now

    return jax.lax.scan(back, jnp.zeros_like(errors[0]), (errors, keeps), reverse=True, unroll=8)[1]


def rewards_to_go(
    rewards: Float[Array, "steps ..."], ended: Bool[Array, "steps ..."], discount: Any
) -> Float[Array, "steps ..."]:
    r"""$G_t = r_t + \gamma G_{t+1}$ within an episode: the discounted return from each step on.

    `ended` marks the last step of each episode. What follows the last row counts as nothing.

    >>> rewards_to_go(jnp.array([1.0, 2.0, 4.0]), jnp.array([False, True, False]), 0.5).tolist()
    [2.0, 2.0, 4.0]
    """
    zero = jnp.zeros_like(rewards)
    return gae(rewards, zero, zero, ended, jnp.zeros_like(ended), discount, 1.0)


def discounted_return(rewards: Float[Array, "steps ..."], discount: Any) -> Float[Array, "..."]:
    r"""$G_0 = \sum_t \gamma^t r_t$ of one episode.

    >>> discounted_return(jnp.array([1.0, 2.0, 4.0]), 0.5).item()
    3.0
    """
    return rewards_to_go(rewards, jnp.zeros(rewards.shape, bool), discount)[0]


def n_step_returns(
    rewards: Float[Array, "steps ..."],
    next_values: Float[Array, "steps ..."],
    terminated: Bool[Array, "steps ..."],
    truncated: Bool[Array, "steps ..."],
    discount: Any,
    n: int,
) -> Float[Array, "steps ..."]:
    r"""$G_{t:t+n} = r_t + \dots + \gamma^{n-1} r_{t+n-1} + \gamma^n V(s_{t+n})$, shorter where an episode ends.

    A return that reaches a truncation or the last row is closed by the value there.

    Source: Sutton and Barto (2018), section 7.1.

    >>> ends, cut = jnp.array([False, False, True]), jnp.zeros(3, bool)
    >>> n_step_returns(jnp.ones(3), jnp.array([8.0, 8.0, 8.0]), ends, cut, 0.5, 2).tolist()
    [3.5, 1.5, 1.0]
    """
    closed = rewards + discount * jnp.where(terminated, 0, next_values)  # of one step
    goes_on = ~(terminated | truncated)

    def longer(_: Any, shorter: Array) -> Array:
        after = jnp.concatenate([shorter[1:], jnp.zeros_like(shorter[:1])])
        last = jnp.arange(len(rewards)).reshape(-1, *[1] * (rewards.ndim - 1)) == len(rewards) - 1
        return jnp.where(goes_on & ~last, rewards + discount * after, closed)

    return jax.lax.fori_loop(1, n, longer, closed)
