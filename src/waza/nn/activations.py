"""Activation functions, their derivatives, and a test for saturated units."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

Activation = Callable[[Array], Array]

_GRID = np.linspace(-10, 10, 2001)


def sigmoid(x: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""The logistic function $\sigma(x) = 1 / (1 + e^{-x})$, with $\sigma' = \sigma (1 - \sigma) \le 1/4$.

    >>> float(sigmoid(jnp.array(0.0)))
    0.5
    """
    return jax.nn.sigmoid(x)


def tanh(x: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""The hyperbolic tangent, odd and of slope 1 at zero: $\tanh' = 1 - \tanh^2 \le 1$.

    >>> float(tanh(jnp.array(0.0)))
    0.0
    """
    return jnp.tanh(x)


def relu(x: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""The rectifier $\max(x, 0)$; its derivative is 1 for $x > 0$ and 0 for $x \le 0$.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.

    >>> relu(jnp.array([-2.0, 3.0])).tolist()
    [0.0, 3.0]
    """
    return jax.nn.relu(x)


def derivative(activation: Activation, x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The activation's derivative at each element of x.

    >>> float(derivative(sigmoid, jnp.array(0.0)))
    0.25
    """
    return jax.jvp(activation, (x,), (jnp.ones_like(x),))[1]


def saturated(activation: Activation, x: Float[Array, "..."], share: float = 0.05) -> Bool[Array, "..."]:
    r"""Whether a unit passes (almost) no gradient: $|f'(x)| < \text{share} \cdot \sup |f'|$.

    The supremum is taken over a grid on $[-10, 10]$. For the sigmoid the default means an output below 0.013 or
    above 0.987; for the rectifier it means an output of 0.

    >>> saturated(sigmoid, jnp.array([0.0, 5.0])).tolist()
    [False, True]
    >>> saturated(relu, jnp.array([-0.1, 0.1])).tolist()
    [True, False]
    """
    steepest = jnp.max(jnp.abs(derivative(activation, jnp.asarray(_GRID, x.dtype))))
    return jnp.abs(derivative(activation, x)) < share * steepest
