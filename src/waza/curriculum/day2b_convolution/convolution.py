"""E5: the formula for the output size compared with real convolutions, and convolution as a matrix product."""

import functools
import itertools
import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza import nn
from waza.curriculum.figures.unrolled import unrolled
from waza.curriculum.shown import Shown
from waza.learners import Learner, Measure, Measures
from waza.report import over_layers
from waza.study import Claim, Exact, Study

SIDES, KERNELS, PADDINGS, STRIDES = range(2, 13), range(1, 6), range(0, 3), range(1, 5)
FLOORED, PLAIN = "with the floor", "without the floor"


@functools.cache
def real_sizes() -> np.ndarray:
    """Rows (I, F, P, S, O) of all settings that fit; O is the output size of the convolution itself."""
    rows = []
    for side, kernel, padding, stride in itertools.product(SIDES, KERNELS, PADDINGS, STRIDES):
        if kernel <= side + 2 * padding:
            convolution = functools.partial(nn.convolve, strides=stride, padding=padding)
            x, weight = (
                jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((1, side, side, 1), (kernel,) * 2 + (1, 1))
            )
            rows.append((side, kernel, padding, stride, jax.eval_shape(convolution, x, weight).shape[1]))
    return np.array(rows)


class OutputSizes(Learner):
    """A learner without training: the formula (I + 2P - F)/S + 1 on all settings that fit.

    Measures: "right", the share of settings for which the formula gives the real output size, and "right_by_stride",
    the same for each stride. With the floor also, on a random input of two 4x4 images with one
    channel, for 3x3 filters with stride 1 and 2 and padding 0 and 1, "im2col_difference", the largest difference
    between im2col with one matrix product and the convolution, and "col2im_difference", that between <im2col(x), c>
    and <x, col2im(c)>. (Only one variant measures these: both draw the same input, and compiling takes seconds.)

    Args:
        floored: whether the quotient is rounded down.
    """

    floored: bool = True

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The shares of right sizes; with the floor also the differences."""
        shares = (Measure(name, "higher", bounds=(0, 1)) for name in ("right", "right_by_stride"))
        names = ("im2col_difference", "col2im_difference") if self.floored else ()
        return *shares, *(Measure(name, "lower", bounds=(0, math.inf)) for name in names)

    def init(self, key: PRNGKeyArray, data: Any) -> Float[Array, ""]:
        """A placeholder: there is no state."""
        return jnp.zeros(())

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """None: there is nothing to learn."""

    def update(self, state: Any, batch: Any, key: PRNGKeyArray) -> tuple[Any, Measures]:
        """The unchanged state."""
        return state, {}

    def evaluate(self, state: Any, data: Any, key: PRNGKeyArray) -> Measures:
        """The formula on all settings, and both forms of convolution on a random input."""
        right, stride = settings_right(self.floored), real_sizes()[:, 3]
        by_stride = {f"stride {number}": jnp.float32(right[stride == number].mean()) for number in STRIDES}
        measures: Measures = {"right": jnp.float32(right.mean()), "right_by_stride": by_stride}
        return measures | differences(key) if self.floored else measures


def settings_right(floored: bool) -> np.ndarray:
    """Whether the formula gives the real output size, for each setting of `real_sizes`."""
    side, kernel, padding, stride, real = real_sizes().T
    quotient = (side + 2 * padding - kernel) / stride
    return (np.floor(quotient) if floored else quotient) + 1 == real


def share_right(floored: bool) -> float:
    """The share of all settings for which the formula gives the real output size."""
    return float(settings_right(floored).mean())


def differences(key: PRNGKeyArray) -> Measures:
    """The differences of im2col with a product from the convolution, and of col2im from the adjoint of im2col."""
    draws = jax.random.split(key, 3)
    x, weight = jax.random.normal(draws[0], (2, 4, 4, 1)), jax.random.normal(draws[1], (3, 3, 1, 1))
    product, adjoint = [], []
    for settings in itertools.product((1, 2), (0, 1)):  # stride, padding
        columns = nn.im2col(x, 3, *settings)
        product.append(jnp.max(jnp.abs(columns @ weight.reshape(-1, 1) - nn.convolve(x, weight, *settings))))
        c = jax.random.normal(draws[2], columns.shape)
        adjoint.append(jnp.abs(jnp.sum(columns * c) - jnp.sum(x * nn.col2im(c, (2, 4, 4, 1), 3, *settings))))
    return {"im2col_difference": jnp.max(jnp.stack(product)), "col2im_difference": jnp.max(jnp.stack(adjoint))}


FIGURES = (unrolled, partial(over_layers, measure="right_by_stride"))


def study() -> Study:
    """All settings of sides 2 to 12, filters 1 to 5, padding 0 to 2 and stride 1 to 4 that fit the image."""
    return Study(
        name="convolution",
        data=None,
        variants={FLOORED: OutputSizes(), PLAIN: OutputSizes(floored=False)},
        measure="right",
        steps=0,
        claims=(C27,),
        figures=FIGURES,
    )


# "Is": for more than 999 of 1,000 settings; all of them are tried.
C27 = Claim(
    "C27",
    (
        Exact("floor", lambda: share_right(floored=True), low=0.999, unit="points", case="rounded"),
        Exact("plain", lambda: share_right(floored=False), low=0.999, unit="points", case="as written"),
    ),
)


NUMBERS: dict[str, Shown] = {"plain": lambda results: 100 * share_right(floored=False)}
