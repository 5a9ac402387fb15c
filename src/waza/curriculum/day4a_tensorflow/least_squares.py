r"""Polynomials fitted by gradient steps, measured against the least-squares solution.

$$y = w_0 + w_1 x + \dots + w_d x^d, \quad w^* = \text{argmin}_w \sum_i (w^\top \phi(x_i) - y_i)^2$$
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float

from waza import nn, optim
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown
from waza.data import Dataset, Split
from waza.learners import Measure, Measures, Supervised
from waza.study import final

POINTS, TESTED, POOL = 100, 100, 100_000  # a large pool, so that two seeds hardly share points
TO_BEST, TO_TRUTH, BEST_TO_TRUTH = "to_least_squares", "to_truth", "least_squares_to_truth"


class Fit(Supervised):
    """A linear model trained on all rows at each step.

    Further measures, of the weights w, the least-squares weights w* of the same rows and the weights v that made the
    data: "to_least_squares" |w - w*|, "to_truth" |w - v|, "least_squares_to_truth" |w* - v|; and each "coefficient".

    Args:
        truth: v.
    """

    truth: tuple[float, ...] = ()

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """The distances, the coefficients and the losses."""
        distances = (Measure(name, "lower", bounds=(0, math.inf)) for name in (TO_BEST, TO_TRUTH, BEST_TO_TRUTH))
        return *distances, Measure("coefficient"), *super().measures(data)

    def rows_drawn(self, data: Dataset, key: Any) -> Any:
        """All rows, the same at each step."""
        return jnp.arange(self.batch_size)

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and these."""
        w, best = state.variables["weight"][0], least_squares(jnp.asarray(data.train.x), jnp.asarray(data.train.y))
        truth = jnp.stack([jnp.float32(value) for value in self.truth])
        return super().evaluate(state, data, key) | {
            TO_BEST: jnp.linalg.norm(w - best),
            TO_TRUTH: jnp.linalg.norm(w - truth),
            BEST_TO_TRUTH: jnp.linalg.norm(best - truth),
            "coefficient": {f"w{i}": w[i] for i in range(len(self.truth))},
        }


def least_squares(x: Float[Array, "rows features"], y: Float[Array, " rows"]) -> Float[Array, " features"]:
    r"""$w^* = (X^\top X)^{-1} X^\top y$, computed from the singular values of X.

    >>> found = least_squares(jnp.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), jnp.array([2.0, 5.0, 8.0]))
    >>> [round(value, 3) for value in found.tolist()]
    [2.0, 3.0]
    """
    return jnp.linalg.lstsq(x, y)[0]


def points_of(name: str, truth: Sequence[float], noise: float, low: float, high: float) -> dict[str, Any]:
    """The arguments `data`, `splits` and `pool`: each seed draws 100 points of its own, x uniform, with normal noise.

    A row of inputs holds the powers 1, x, x^2, ... of x.
    """
    rng = np.random.RandomState(0)
    x = rng.uniform(low, high, POOL)
    powers = x[:, None] ** np.arange(len(truth))
    y = powers @ np.array(truth) + noise * rng.normal(size=POOL)
    rows = Split(powers.astype(np.float32), y.astype(np.float32))
    return per_seed(Dataset(name, rows, Split(rows.x[:0], rows.y[:0])), train=POINTS, test=TESTED)


def fit(truth: Sequence[float], optimizer: optim.Optimizer, initializer: nn.Initializer) -> Fit:
    """The model of these coefficients, squared error, all 100 points a step."""
    model = nn.Dense(len(truth), 1, initializer, use_bias=False)
    return Fit(model, optimizer, nn.SquaredError(), batch_size=POINTS, probes=False, truth=tuple(truth))


def left(variant: str, measure: str = TO_BEST) -> Callable[[xr.Dataset], xr.DataArray]:
    """A distance at the last step, one value a seed."""
    return lambda results: final(results, measure, variant)


def beside_noise(variant: str, step: int = -1) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the distance to least squares over that of least squares to the truth, after these steps or at the end.

    Below 0 the noise of the points matters more than what the training has left.
    """

    def log10(results: xr.Dataset) -> xr.DataArray:
        there = results.isel(step=-1) if step < 0 else results.sel(step=step)
        return xr.ufuncs.log10((there[TO_BEST] / there[BEST_TO_TRUTH]).sel(variant=variant))

    return log10


def typical(variant: str, step: int = -1, measure: str = TO_BEST) -> Shown:
    """The geometric mean of a distance over seeds, after these steps or at the end."""

    def mean(results: xr.Dataset) -> float:
        there = results.isel(step=-1) if step < 0 else results.sel(step=step)
        return float(10 ** xr.ufuncs.log10(there[measure].sel(variant=variant)).mean())

    return mean


def further_from_truth(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much further from the truth the trained weights are than those of least squares."""
    return lambda results: left(variant, TO_TRUTH)(results) - left(variant, BEST_TO_TRUTH)(results)
