"""Landscapes: functions of a few weights, on which the whole path of an optimiser can be shown."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.core.recipe import Recipe

Point = Float[Array, " n"]


class Landscape(Recipe):
    """A function of a few weights that is minimised."""

    def __call__(self, w: Point) -> Float[Array, ""]:
        """The height at w."""
        raise NotImplementedError(f"{type(self).__name__} has no height")


class Quadratic(Landscape):
    r"""$f(w) = \frac12 \sum_i \lambda_i w_i^2$, with its minimum at zero.

    Gradient descent multiplies $w_i$ by $1 - \eta \lambda_i$ at each step: it converges if and only if
    $\eta < 2 / \lambda_\text{max}$. Very different curvatures make a valley.

    >>> float(Quadratic((1.0, 10.0))(jnp.array([2.0, 1.0])))
    7.0
    """

    curvatures: tuple[float, ...] = (1.0, 10.0)

    def __call__(self, w: Point) -> Float[Array, ""]:
        """The height at w."""
        return jnp.sum(jnp.stack([jnp.asarray(c, w.dtype) for c in self.curvatures]) * w * w) / 2


class TwoMinima(Landscape):
    r"""$f(x, y) = (x^2 - 1)^2 + t x + \frac12 y^2$: a quartic with a minimum on either side.

    For $t > 0$ the global minimum is the left one; the right one is local as long as $t < 8/(3\sqrt 3) \approx 1.54$.

    >>> left, right = TwoMinima(0.3)(jnp.array([-1.0, 0.0])), TwoMinima(0.3)(jnp.array([1.0, 0.0]))
    >>> bool(left < right)
    True
    """

    tilt: float = 0.3

    def __call__(self, w: Point) -> Float[Array, ""]:
        """The height at w."""
        x, y = w[0], w[1]
        return (x**2 - 1) ** 2 + self.tilt * x + y**2 / 2


class Saddle(Landscape):
    r"""$f(x, y) = \frac12 x^2 - \frac12 y^2 + \frac14 y^4$: a saddle at zero, minima at $y = \pm 1$.

    Turned, it has $x$ and $y$ between the weights: at 45 degrees each weight has as large a part in the way down to the
    saddle as in the way out of it.

    Args:
        turn: by how many degrees the whole is turned, from the first weight towards the second.

    >>> [round(float(Saddle()(jnp.array([0.0, y]))), 2) for y in (0.0, 1.0)]
    [0.0, -0.25]
    >>> round(float(Saddle(45)(jnp.array([0.5, 0.5]) ** 0.5)), 2)
    0.5
    """

    turn: float = 0.0

    def __call__(self, w: Point) -> Float[Array, ""]:
        """The height at w."""
        angle = jnp.radians(jnp.asarray(self.turn, w.dtype))
        x = jnp.cos(angle) * w[0] + jnp.sin(angle) * w[1]
        y = jnp.cos(angle) * w[1] - jnp.sin(angle) * w[0]
        return x**2 / 2 - y**2 / 2 + y**4 / 4


class Slope(Landscape):
    r"""$f(w) = \sum_i g_i w_i$: the gradient is $g$ everywhere, so that a step shows nothing but its optimiser.

    >>> float(Slope((1.0, 100.0))(jnp.array([2.0, 1.0])))
    102.0
    """

    gradient: tuple[Any, ...] = (1.0, 100.0)

    def __call__(self, w: Point) -> Float[Array, ""]:
        """The height at w."""
        return jnp.sum(jnp.stack([jnp.asarray(g, w.dtype) for g in self.gradient]) * w)
