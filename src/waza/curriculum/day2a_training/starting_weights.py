"""E1: do zero weights stop learning because weight times input is zero?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import xarray as xr
from jaxtyping import Array, Float

from waza import data, models, nn, optim
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

TINY = 1e-4
STARTS = {"zero": nn.Constant(0.0), "constant 0.01": nn.Constant(0.01), "random (Xavier)": nn.Xavier()}
ZERO, CONSTANT, RANDOM = STARTS
NETS = {"sigmoid": (nn.sigmoid, 1.0), "tanh": (nn.tanh, 0.1)}


class Ranked(Supervised):
    """Supervised learning that also measures "rank" for each layer."""

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and the rank."""
        return *super().measures(data), Measure("rank", bounds=(0, math.inf))

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and the rank of each layer's weight."""
        layers = state.variables
        named = {f"hidden.{i}": layer["dense"] for i, layer in enumerate(layers["hidden"])}
        ranks = {name: rank(layer["weight"]) for name, layer in {**named, "output": layers["output"]}.items()}
        return super().evaluate(state, data, key) | {"rank": ranks}


@jax.custom_batching.sequential_vmap
def rank(weight: Float[Array, "outputs inputs"]) -> Float[Array, ""]:
    """The number of singular values above 1/10,000 of the largest; 0 for a zero matrix.

    Matrices are decomposed one after another: JAX splits a batched decomposition over the thread pool that runs it and
    waits there, so two devices that do this at the same time on two cores deadlock.

    >>> float(rank(jnp.ones((3, 5))))
    1.0
    """
    values = jnp.linalg.svd(weight, compute_uv=False)
    return jnp.sum((values > TINY * values[0]) & (values > 0)).astype(weight.dtype)


FIGURES = (over_steps, partial(over_steps, measure="train_loss"))


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid at SGD 1 and tanh at 0.1, 2,000 steps, from zero, constant and random weights."""
    return Study(
        name="starting-weights",
        data=data.load(data_name),
        variants={
            f"{net}, {name}": Ranked(models.MLP((784, 40, 20, 10), activation, start), optim.SGD(rate))
            for net, (activation, rate) in NETS.items()
            for name, start in STARTS.items()
        },
        baseline=f"sigmoid, {RANDOM}",
        first_seed=1000,
        steps=2000,
        evaluate_every=200,
        claims=(C24,),
        figures=FIGURES,
    )


def zero_over_chance(net: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy of a net that starts from zero, minus that of the best constant answer."""
    return lambda results: final(results, "test_accuracy", f"{net}, {ZERO}") - results.attrs["chance_test_accuracy"]


def constant_behind(results: xr.Dataset) -> xr.DataArray:
    """The sigmoid net's test accuracy from a constant, minus that from random weights."""
    constant, random = (final(results, "test_accuracy", f"sigmoid, {start}") for start in (CONSTANT, RANDOM))
    return constant - random


def highest_rank(results: xr.Dataset) -> xr.DataArray:
    """The highest rank of a hidden layer's weight in the sigmoid nets that started from equal weights."""
    equal = [f"sigmoid, {start}" for start in (ZERO, CONSTANT)]
    ranks = results["rank"].sel(variant=equal, layer=["hidden.0", "hidden.1"])
    return ranks.isel(step=-1).max(["variant", "layer"])


# If the product with the input were the reason, zero would stay at chance (within 5 points) with either activation, and
# any constant but zero would work: as good as random within 5 points, with units that differ (rank above 1).
C24 = Claim(
    "C24",
    (
        Part("tanh-zero", zero_over_chance("tanh"), high=0.05, unit="points"),
        Part("sigmoid-zero", zero_over_chance("sigmoid"), high=0.05, unit="points"),
        Part("constant", constant_behind, low=-0.05, unit="points"),
        Part("rank", highest_rank, low=1.5),
    ),
)
