"""Distributions of actions: what a policy gives for an observation."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


class Categorical(NamedTuple):
    r"""$\pi(a) = e^{z_a} / \sum_b e^{z_b}$: a probability for each of the actions 0, 1, ...

    Attributes:
        logits: z, (..., actions).

    >>> even = Categorical(jnp.zeros(4))
    >>> round(float(even.log_probability(jnp.int32(2))), 4), round(float(even.entropy()), 4)
    (-1.3863, 1.3863)
    """

    logits: Float[Array, "... actions"]

    def sample(self, noise: Float[Array, "... actions"]) -> Int[Array, "..."]:
        """The action that has the greatest logit plus noise of the standard Gumbel distribution."""
        return jnp.argmax(self.logits + noise, -1).astype(jnp.int32)

    def mode(self) -> Int[Array, "..."]:
        """The most probable action; the first of equals."""
        return jnp.argmax(self.logits, -1).astype(jnp.int32)

    def log_probability(self, action: Int[Array, "..."]) -> Float[Array, "..."]:
        """log pi(a)."""
        chosen = jax.nn.one_hot(action, self.logits.shape[-1])  # a product, whose gradient is no scatter
        return jnp.sum(chosen * self.logits, -1) - jax.nn.logsumexp(self.logits, -1)

    def entropy(self) -> Float[Array, "..."]:
        """In nats."""
        logs = jax.nn.log_softmax(self.logits)
        return -jnp.sum(jnp.exp(logs) * logs, -1)


class Gaussian(NamedTuple):
    r"""Independent normal coordinates, $a_i \sim N(\mu_i, \sigma_i^2)$.

    Attributes:
        mean: mu, (..., *shape of an action).
        log_std: log sigma, (*shape of an action): the same for all observations.

    >>> standard = Gaussian(jnp.zeros(2), jnp.zeros(2))
    >>> round(float(standard.log_probability(jnp.zeros(2))), 4), round(float(standard.entropy()), 4)
    (-1.8379, 2.8379)
    """

    mean: Float[Array, "..."]
    log_std: Float[Array, "..."]

    def _summed(self, values: Float[Array, "..."]) -> Float[Array, "..."]:
        return jnp.sum(values, axis=tuple(range(-self.log_std.ndim, 0)))

    def sample(self, noise: Float[Array, "..."]) -> Float[Array, "..."]:
        """mu + sigma times standard normal noise."""
        return self.mean + jnp.exp(self.log_std) * noise

    def mode(self) -> Float[Array, "..."]:
        """The mean."""
        return self.mean

    def log_probability(self, action: Float[Array, "..."]) -> Float[Array, "..."]:
        """The logarithm of the density."""
        z = (action - self.mean) * jnp.exp(-self.log_std)
        return self._summed(-0.5 * z**2 - self.log_std - 0.5 * math.log(2 * math.pi))

    def entropy(self) -> Float[Array, "..."]:
        """In nats, of the density; the same for all observations."""
        leading = self.mean.shape[: self.mean.ndim - self.log_std.ndim]
        return jnp.broadcast_to(self._summed(self.log_std + 0.5 * math.log(2 * math.pi * math.e)), leading)
