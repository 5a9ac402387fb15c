"""Exploration: epsilon-greedy actions."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray


class Draws(NamedTuple):
    """What is random about epsilon-greedy actions: a number in [0, 1) that is compared with epsilon, and an action."""

    uniform: Float[Array, "..."]
    action: Int[Array, "..."]


def draws(key: PRNGKeyArray, shape: tuple[int, ...], actions: int) -> Draws:
    """Draws for actions of this shape, (steps, copies)."""
    first, second = jax.random.split(key)
    return Draws(jax.random.uniform(first, shape), jax.random.randint(second, shape, 0, actions))


def epsilon_greedy(
    values: Float[Array, "... actions"], drawn: Draws, epsilon: Float[Array, ""] | float
) -> Int[Array, "..."]:
    r"""$\arg\max_a Q(s, a)$ with the probability $1 - \epsilon$, else an action drawn uniformly from all.

    Source: Sutton and Barto, 2018, section 2.2.

    >>> drawn = Draws(jnp.array([0.3]), jnp.array([0]))
    >>> values = jnp.array([[0.0, 2.0, 1.0]])
    >>> epsilon_greedy(values, drawn, 0.3).tolist(), epsilon_greedy(values, drawn, 0.31).tolist()
    ([1], [0])
    """
    return jnp.where(drawn.uniform < epsilon, drawn.action, jnp.argmax(values, axis=-1))
