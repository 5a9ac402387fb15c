r"""What an action value is moved to: one-step targets, and Q(lambda).

A terminal state has the value 0. A time limit is no end of the process: the value of the state in which an episode was
cut off counts.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def one_step_targets(
    reward: Float[Array, "..."],
    terminated: Bool[Array, "..."],
    next_values: Float[Array, "... actions"],
    discount: Float[Array, ""] | float,
    chosen_by: Float[Array, "... actions"] | None = None,
) -> Float[Array, "..."]:
    r"""$r + \gamma (1 - d) Q(s', a^*)$, with $a^* = \arg\max_a Q(s', a)$, or, in double Q-learning,
    $a^* = \arg\max_a Q'(s', a)$ of other values $Q'$.

    One estimate that both chooses and values the action is too large on average: the maximum of noisy values exceeds
    the value of the best action. In double Q-learning two different estimates do these.

    Source: Sutton and Barto, 2018, sections 6.5 and 6.7; van Hasselt, Guez and Silver, "Deep reinforcement learning
    with double Q-learning", 2016.

    Args:
        reward: r.
        terminated: d, whether the process has ended. After a truncation it is False.
        next_values: Q(s', .), of the target network.
        discount: gamma.
        chosen_by: Q'(s', .), of the online network; None: Q itself.

    >>> values, online = jnp.array([[1.0, 3.0]]), jnp.array([[9.0, 0.0]])
    >>> reward, ends = jnp.array([1.0]), jnp.array([False])
    >>> one_step_targets(reward, ends, values, 0.5).tolist()
    [2.5]
    >>> one_step_targets(reward, ends, values, 0.5, online).tolist()
    [1.5]
    """
    best = jnp.argmax(next_values if chosen_by is None else chosen_by, axis=-1)
    value = jnp.take_along_axis(next_values, best[..., None], axis=-1)[..., 0]
    return reward + discount * jnp.where(terminated, 0, value)


def lambda_targets(
    reward: Float[Array, "steps ..."],
    terminated: Bool[Array, "steps ..."],
    truncated: Bool[Array, "steps ..."],
    next_value: Float[Array, "steps ..."],
    discount: Float[Array, ""] | float,
    trace: Float[Array, ""] | float,
) -> Float[Array, "steps ..."]:
    r"""The Q(lambda) returns of consecutive steps, from the last one back:

    $$G_t = r_t + \gamma (1 - d_t) \left[(1 - \lambda_t) V(s_{t+1}) + \lambda_t G_{t+1}\right],
    \quad V(s) = \max_a Q(s, a).$$

    $\lambda_t$ is $\lambda$, but 0 at a truncation and at the last step, after which no return is known: there the
    value of the state that was reached counts alone. $\lambda = 0$ is one-step Q-learning.

    The returns follow the actions that were taken, also the explorative ones (Peng's Q(lambda); Watkins's would cut
    the trace there).

    Source: Peng and Williams, "Incremental multi-step Q-learning", 1994; Gallici et al., "Simplifying deep temporal
    difference learning", 2024 (section 4).

    Args:
        reward: r, (steps, ...), in time order.
        terminated: d, whether the process ended at a step.
        truncated: whether a time limit cut the episode off at a step.
        next_value: V of what followed each step, before a new episode began.
        discount: gamma.
        trace: lambda, from 0 to 1.

    >>> no = jnp.zeros(2, bool)
    >>> lambda_targets(jnp.array([1.0, 1.0]), no, no, jnp.array([4.0, 8.0]), 0.5, 1.0).tolist()
    [3.5, 5.0]
    """

    def back(later: Array, step: tuple[Array, ...]) -> tuple[Array, Array]:
        reward, terminated, truncated, value = step
        share = jnp.where(truncated, 0, trace)
        target = reward + discount * jnp.where(terminated, 0, (1 - share) * value + share * later)
        return target, target

    steps = (reward, terminated, truncated, next_value)
    return jax.lax.scan(back, next_value[-1], steps, reverse=True)[1]
