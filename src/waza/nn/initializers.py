"""Initial values of weights."""

import math
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import Recipe


class Initializer(Recipe):
    r"""Initial weights $W \sim N(0, s^2)$; a subclass is a rule for the scale $s$.

    Equal keys and shapes give the same standard normal draws for every scale, so that studies can compare initializers
    on paired draws. Only `init` uses an initializer: variants that differ only in it share one training program.
    """

    def scale(self, inputs: int, outputs: int) -> float | Array:
        """The standard deviation of a weight for a fan-in of `inputs` and a fan-out of `outputs`."""
        raise NotImplementedError(f"{type(self).__name__} has no scale(inputs, outputs)")

    def __call__(self, key: PRNGKeyArray, shape: tuple[int, ...], inputs: int, outputs: int) -> Float[Array, "..."]:
        """Draw a weight.

        Args:
            key: the key of the draws.
            shape: the shape of the weight, with the layer's order of axes.
            inputs: the fan-in, the number of inputs that one output sums over.
            outputs: the fan-out, the number of outputs that depend on one input.
        """
        return self.scale(inputs, outputs) * jax.random.normal(key, shape)


class Gaussian(Initializer):
    """Normal weights with a given standard deviation: W ~ N(0, std^2).

    >>> Gaussian(0.01).scale(784, 40)
    0.01
    """

    std: float = 0.01

    def scale(self, inputs: int, outputs: int) -> float | Array:
        """The given standard deviation, for all sizes."""
        return self.std


class Constant(Initializer):
    """Sets all weights to one value, to demonstrate that units with equal weights stay equal.

    >>> Constant(0.5)(jax.random.key(0), (1, 2), inputs=2, outputs=1).tolist()
    [[0.5, 0.5]]
    """

    value: float = 0.0

    def __call__(self, key: PRNGKeyArray, shape: tuple[int, ...], inputs: int, outputs: int) -> Float[Array, "..."]:
        """An array filled with the value; nothing is drawn."""
        return jnp.full(shape, self.value, jnp.float32)


class Xavier(Initializer):
    r"""Preserves the variance of the signal for odd activations with slope 1 at zero, such as tanh.

    Two forms are in use. `fan="in"`: $s = 1/\sqrt{n_\text{in}}$, as in the course, preserves the forward signal (LeCun
    et al. 1998). `fan="average"`: $s = \sqrt{2/(n_\text{in}+n_\text{out})}$, as in the paper, is a compromise between
    the forward and the backward signal.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> Xavier().scale(100, 300), round(Xavier("average").scale(100, 300), 4)
    (0.1, 0.0707)
    """

    fan: Literal["in", "average"] = "in"

    def __check_init__(self):
        if self.fan not in ("in", "average"):
            raise Error(f"Xavier(fan={self.fan!r}); expected 'in' (1/n_in) or 'average' (2/(n_in + n_out))")

    def scale(self, inputs: int, outputs: int) -> float | Array:
        """The square root of 1/inputs, or of 2/(inputs + outputs)."""
        return 1 / math.sqrt(inputs if self.fan == "in" else (inputs + outputs) / 2)


class He(Initializer):
    r"""$s = \sqrt{2/n_\text{in}}$: preserves the second moment through rectifiers, which halve it.

    Source: He et al., "Delving deep into rectifiers", 2015.

    >>> He().scale(200, 10)
    0.1
    """

    def scale(self, inputs: int, outputs: int) -> float | Array:
        """The square root of 2/inputs."""
        return math.sqrt(2 / inputs)
