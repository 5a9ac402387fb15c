"""The pulls and the rewards of each arm, and choices between equal arms."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray


class Estimates(NamedTuple):
    """How often each arm was pulled, and the sum of its rewards.

    Sums instead of running means: means of whole rewards are then equal exactly where they are equal as fractions, so
    that ties are ties.
    """

    pulls: Float[Array, " arms"]
    totals: Float[Array, " arms"]


def no_estimates(arms: int) -> Estimates:
    """Before the first pull."""
    return Estimates(jnp.zeros(arms), jnp.zeros(arms))


def counted(estimates: Estimates, choice: Float[Array, " arms"], reward: Float[Array, ""]) -> Estimates:
    """After a pull."""
    return Estimates(estimates.pulls + choice, estimates.totals + choice * reward)


def averages(estimates: Estimates, initial: Any = 0.0, weight: Any = 0.0) -> Float[Array, " arms"]:
    """The mean reward of each arm, in which `initial` counts as `weight` rewards; `initial` where nothing counts.

    >>> averages(Estimates(jnp.array([0.0, 2.0]), jnp.array([0.0, 1.0])), initial=1.0).tolist()
    [1.0, 0.5]
    """
    count = weight + estimates.pulls
    return jnp.where(count > 0, (weight * initial + estimates.totals) / jnp.where(count > 0, count, 1), initial)


def greatest(values: Float[Array, " arms"], key: PRNGKeyArray) -> Float[Array, " arms"]:
    """The arm with the greatest value as a row of zeros with a 1; one of them at random where several are equal.

    >>> greatest(jnp.array([0.0, 2.0, 1.0]), jax.random.key(0)).tolist()
    [0.0, 1.0, 0.0]
    """
    best = values == jnp.max(values)
    place = jnp.cumsum(best)
    wanted = 1 + jnp.floor(jax.random.uniform(key) * jnp.sum(best)).astype(place.dtype)
    return (best & (place == wanted)).astype(jnp.float32)


def any_arm(arms: int, key: PRNGKeyArray) -> Float[Array, " arms"]:
    """An arm at random, each with the same probability."""
    return (jnp.arange(arms) == jax.random.randint(key, (), 0, arms)).astype(jnp.float32)
