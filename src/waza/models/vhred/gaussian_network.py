"""Networks that give a normal distribution with independent dimensions, and the normalisation of its mean."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PyTree

from waza.core.errors import Error
from waza.core.recipe import like
from waza.core.variables import Tracked
from waza.nn.activations import tanh
from waza.nn.dense import Dense
from waza.nn.layer import Layer
from waza.nn.passes import Pass

LEAST = 1e-4  # of a variance


class Normal(NamedTuple):
    """A normal distribution with independent dimensions: means and log variances, (..., latent)."""

    mean: Array
    log_variance: Array


class GaussianNetwork(Layer):
    r"""$\mu = W_\mu h + b_\mu$, $\sigma^2 = \text{softplus}(W_\sigma h + b_\sigma)$, $h = \tanh(W x + b)$.

    Variables: "hidden", "mean" and "variance", each with "weight" and "bias".

    Args:
        inputs: the size of x.
        hidden: the number of hidden units.
        latent: the number of dimensions.
        mean_bias: whether the mean has a bias. A normalisation of the means would remove it.
    """

    inputs: int
    hidden: int
    latent: int
    mean_bias: bool = True

    def parts(self) -> dict[str, Any]:
        """Three dense layers."""
        return {
            "hidden": Dense(self.inputs, self.hidden),
            "mean": Dense(self.hidden, self.latent, use_bias=self.mean_bias),
            "variance": Dense(self.hidden, self.latent),
        }

    def read(self, variables: PyTree[Array], x: Float[Array, "... {self.inputs}"]) -> Normal:
        """The distribution for each x."""
        parts, run = self.parts(), Pass()
        h = tanh(parts["hidden"].apply(variables["hidden"], x, run))
        mean, spread = (parts[name].apply(variables[name], h, run) for name in ("mean", "variance"))
        return Normal(mean, jnp.log(jax.nn.softplus(spread) + LEAST))

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch {self.inputs}"], run: Pass) -> Array:
        """The means."""
        return self.read(variables, x).mean


class PosteriorNorm(Layer):
    r"""Batch normalisation of a posterior's means: $\gamma (m - \bar m) / s + \beta$, with a fixed scale $\gamma$.

    Mean and standard deviation are those over all utterances of a batch in training, and running ones otherwise. As
    $\gamma$ is not trained, the normalised means keep a mean square of $\gamma^2 + \beta^2$. With them as distances
    from the prior, the expected divergence cannot vanish (`VHRED`).

    Variables: "mean" and "variance", tracked, and "shift".

    Source: Zhu, Bi, Liu, Ma, Li and Wu, "A batch normalized inference network keeps the KL vanishing away", 2020.

    Args:
        size: the number of dimensions.
        scale: gamma.
        momentum: of the running statistics.
        epsilon: added to the variance.
    """

    size: int
    scale: float = 0.6
    momentum: float = 0.9
    epsilon: float = 1e-5

    def __check_init__(self):
        if isinstance(self.scale, float) and not self.scale > 0:
            raise Error(f"PosteriorNorm(scale={self.scale:g}); expected a scale above 0, such as 0.6")

    def init(self, key: Any) -> dict[str, Any]:
        """Running mean 0 and variance 1, and a shift of 0."""
        zeros, ones = jnp.zeros(self.size), jnp.ones(self.size)
        return {"mean": Tracked(zeros), "variance": Tracked(ones), "shift": zeros}

    def normalised(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch utterances {self.size}"],
        real: Bool[Array, "batch utterances"],
        run: Pass,
    ) -> Float[Array, "batch utterances {self.size}"]:
        """The normalised means; utterances that are not real do not count."""
        mean, variance = variables["mean"].value, variables["variance"].value
        if run.training:
            weight = real[..., None].astype(x.dtype)
            count = jnp.maximum(jnp.sum(weight), 1)
            now = jnp.sum(x * weight, axis=(0, 1)) / count
            spread = jnp.sum((x - now) ** 2 * weight, axis=(0, 1)) / count
            momentum = like(self.momentum, x)
            run.track(variables["mean"], momentum * mean + (1 - momentum) * now)
            run.track(variables["variance"], momentum * variance + (1 - momentum) * spread)
            mean, variance = now, spread
        return like(self.scale, x) * (x - mean) / jnp.sqrt(variance + like(self.epsilon, x)) + variables["shift"]

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch {self.size}"], run: Pass) -> Array:
        """The normalised means of rows that are all real."""
        return self.normalised(variables, x[None], jnp.ones((1, len(x)), bool), run)[0]
