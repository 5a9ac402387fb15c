"""Do zero weights stop learning because weight times input is zero?"""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import xarray as xr
from jaxtyping import Array, Float

from waza import data, models, nn, optim
from waza.data import Dataset
from waza.learners import Measures, Supervised
from waza.study import Claim, Part, Study, final

TINY = 1e-4
STARTS = {"zero": nn.Constant(0.0), "constant 0.1": nn.Constant(0.1), "random (Xavier)": nn.Xavier()}
ZERO, CONSTANT, RANDOM = STARTS


class Ranked(Supervised):
    """Supervised learning that also measures each layer's "rank"."""

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All other measures, and the rank of each layer's weight."""
        layers = state.variables
        named = {f"hidden.{i}": layer["dense"] for i, layer in enumerate(layers["hidden"])}
        ranks = {name: rank(layer["weight"]) for name, layer in {**named, "output": layers["output"]}.items()}
        return super().evaluate(state, data, key) | {"rank": ranks}


def rank(weight: Float[Array, "outputs inputs"]) -> Float[Array, ""]:
    """How many singular values exceed 1/10,000 of the largest; 0 for a weight of zeros.

    >>> float(rank(jnp.ones((3, 5))))
    1.0
    """
    values = jnp.linalg.svd(weight, compute_uv=False)
    return jnp.sum((values > TINY * values[0]) & (values > 0)).astype(weight.dtype)


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, tanh, SGD 0.1, 2,000 steps, from zero, constant and random weights."""
    return Study(
        name="starting-weights",
        data=data.load(data_name),
        variants={
            name: Ranked(models.MLP((784, 40, 20, 10), nn.tanh, start), optim.SGD(0.1))
            for name, start in STARTS.items()
        },
        baseline=RANDOM,
        steps=2000,
        evaluate_every=200,
        claims=(C24,),
    )


def behind(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy less that of the random start."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", RANDOM)


def constant_rank(results: xr.Dataset) -> xr.DataArray:
    """The rank of the second hidden layer's weight after training from a constant; 20 is full."""
    return results["rank"].sel(variant=CONSTANT, layer="hidden.1").isel(step=-1)


# If the product with the input were the reason, any constant but zero would do: as good as random within 5 points, and
# with units that differ (rank above 1).
C24 = Claim(
    "C24",
    (
        Part("zero", behind(ZERO), high=-0.05, unit="points"),
        Part("constant", behind(CONSTANT), low=-0.05, unit="points"),
        Part("rank", constant_rank, low=1.5),
    ),
)
