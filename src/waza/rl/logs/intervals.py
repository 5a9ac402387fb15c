"""Intervals for the mean of one term a customer."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean with its standard error and its interval."""

    mean: Any
    error: Any
    low: Any
    high: Any


def normal_interval(terms: Float[Array | np.ndarray, " rows"], confidence: float = CONFIDENCE) -> Interval:
    r"""$\bar t \pm z s / \sqrt n$: the normal interval of a mean, with s the terms' standard deviation.

    >>> [round(float(one), 3) for one in normal_interval(jnp.array([0.0, 1.0, 2.0, 3.0]))]
    [1.5, 0.645, 0.235, 2.765]
    """
    mean, error = jnp.mean(terms), jnp.std(terms, ddof=1) / jnp.sqrt(terms.shape[0])
    half = norm.ppf((1 + confidence) / 2) * error
    return Interval(mean, error, mean - half, mean + half)


def skewed_interval(terms: Float[Array | np.ndarray, " rows"], confidence: float = CONFIDENCE) -> Interval:
    r"""The normal interval after Hall's transformation, which removes the skewness $\gamma$ of the studentised mean.

    The bounds are $\bar t - s/\sqrt n \, g^{-1}(\pm z)$ with
    $g^{-1}(y) = \frac{3 \sqrt n}{\gamma} \left( (1 + \gamma (y / \sqrt n - \gamma / (6 n)))^{1/3} - 1 \right)$.
    For rewards such as sales, of which most are 0 and few are large, it covers better than the normal interval, which
    lies too low. Where the terms are symmetric, the two are equal.

    Source: Hall, "On the removal of skewness by transformation", 1992; Zhou and Gao 2000.
    """
    mean, spread, count = jnp.mean(terms), jnp.std(terms, ddof=1), terms.shape[0]
    gamma = jnp.where(spread > 0, jnp.mean((terms - mean) ** 3) / jnp.where(spread > 0, spread, 1) ** 3, 0.0)
    small = jnp.abs(gamma) < 1e-3  # the limit is y
    safe, root, z = jnp.where(small, 1.0, gamma), jnp.sqrt(count), norm.ppf((1 + confidence) / 2)

    def inverse(y: Any) -> Any:
        return jnp.where(small, y, 3 * root / safe * (jnp.cbrt(1 + safe * (y / root - safe / (6 * count))) - 1))

    error = spread / root
    return Interval(mean, error, mean - error * inverse(z), mean - error * inverse(-z))
