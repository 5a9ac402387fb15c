"""Variational bounds on the log-likelihood of a model with latent variables, and the loss of plain reconstructions."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.core.errors import Error
from waza.core.measure import Measure
from waza.core.recipe import like
from waza.nn.losses import Loss

NEGATIVE_BOUND = Measure("loss", "lower", "nats")
RECONSTRUCTION = Measure("reconstruction", "lower", "nats")
KL = Measure("kl", None, "nats")


class NegativeLogLikelihood(Loss):
    r""" "loss" is $-\log p(x)$ of each row, where a model's outputs are the log-likelihoods (batch,); no targets.

    >>> NegativeLogLikelihood()(jnp.array([-3.0]), None)["loss"].tolist()
    [3.0]
    """

    def measures(self) -> tuple[Measure, ...]:
        """The loss in nats."""
        return (NEGATIVE_BOUND,)

    def __call__(self, outputs: Float[Array, " batch"], targets: Any, weights: Array | None = None) -> dict[str, Any]:
        """The negative log-likelihoods."""
        return {"loss": -outputs}


class LatentTerms(NamedTuple):
    r"""The terms of a bound for samples $z \sim q(z \mid x)$, in nats.

    Args:
        log_likelihood: $\log p(x \mid z)$, (samples, batch).
        log_ratio: $\log p(z) - \log q(z \mid x)$, (samples, batch).
        divergence: $D_{KL}(q(z_j \mid x) \,\|\, p(z_j))$ of each dimension, (batch, latent); None where it has no
            closed form.
    """

    log_likelihood: Array
    log_ratio: Array
    divergence: Array | None = None


class VariationalBound(Loss):
    r"""The negative lower bound on $\log p(x)$; outputs are `LatentTerms`, and there are no targets.

    With one sample it is the evidence lower bound (ELBO), whose divergence is exact where it has a closed form:

    $$\text{loss} = -\log p(x \mid z) + \beta \, D_{KL}(q(z \mid x) \,\|\, p(z))$$

    With k samples it is the importance-weighted bound (IWAE), which rises with k towards $\log p(x)$:

    $$\text{loss} = -\log \frac1k \sum_{i=1}^k p(x \mid z_i) \left( \frac{p(z_i)}{q(z_i \mid x)} \right)^\beta$$

    With free bits, a dimension whose divergence, as a mean over the batch, is below $\lambda$ counts as $\lambda$ and
    has no gradient: $\sum_j \max(\lambda, D_j)$ takes the place of $\sum_j D_j$.

    Measures beside "loss": "reconstruction", $-\log p(x \mid z)$ as a mean over the samples, and "kl".

    Sources: Kingma and Welling, "Auto-encoding variational Bayes", 2014; beta: Higgins et al., "beta-VAE", 2017; k
    samples: Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016; free bits: Kingma et al.,
    "Improving variational inference with inverse autoregressive flow", 2016; a rising beta: Bowman et al., "Generating
    sentences from a continuous space", 2016.

    Args:
        beta: the weight of the divergence; a schedule such as `optim.WarmUp(1.0, steps=1000)` anneals it.
        free_bits: lambda, in nats a dimension; None for none.

    >>> terms = LatentTerms(jnp.array([[-80.0]]), jnp.array([[-9.0]]), jnp.array([[3.0, 7.0]]))
    >>> VariationalBound()(terms, None)["loss"].tolist()
    [90.0]
    >>> VariationalBound(beta=0.5, free_bits=4.0)(terms, None)["loss"].tolist()
    [85.5]
    """

    beta: float = 1.0
    free_bits: float | None = None

    def __check_init__(self):
        for name in ("beta", "free_bits"):
            value = getattr(self, name)
            if isinstance(value, float) and not value >= 0:
                raise Error(f"VariationalBound({name}={value:g}); expected a number of at least 0")

    def measures(self) -> tuple[Measure, ...]:
        """The negative bound and its two parts, in nats."""
        return NEGATIVE_BOUND, RECONSTRUCTION, KL

    def __call__(self, outputs: LatentTerms, targets: Any, weights: Array | None = None) -> dict[str, Any]:
        """The negative bound of each row, and its parts.

        Raises:
            Error: free bits are asked for with several samples, or with a prior whose divergence has no closed form.
        """
        fit, ratio, divergence = outputs
        beta = like(self.beta, fit)
        if self.free_bits is not None and (divergence is None or len(fit) > 1):
            raise Error(
                f"free bits with {len(fit)} samples and {'a' if divergence is not None else 'no'} closed form of the "
                "divergence; expected one sample and a standard normal prior: leave free_bits out"
            )
        kl = -jnp.mean(ratio, axis=0) if divergence is None else jnp.sum(divergence, axis=-1)
        if divergence is not None and len(fit) == 1:
            loss = -fit[0] + beta * (kl if self.free_bits is None else self._freed(divergence))
        else:
            loss = math.log(len(fit)) - jax.nn.logsumexp(fit + beta * ratio, axis=0)
        return {"loss": loss, "reconstruction": -jnp.mean(fit, axis=0), "kl": kl}

    def _freed(self, divergence: Float[Array, "batch latent"]) -> Float[Array, ""]:
        """The sum of the dimensions' mean divergences, each at least `free_bits`."""
        return jnp.sum(jnp.maximum(jnp.mean(divergence, axis=0), like(self.free_bits, divergence)))  # type: ignore[arg-type]
