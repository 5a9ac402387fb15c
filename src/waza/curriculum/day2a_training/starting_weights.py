"""E1: do zero weights stop learning because weight times input is zero?"""

import functools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float

from waza import data, models, nn, optim
from waza.curriculum.shown import Shown, accuracy, exact, points
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised, as_inputs
from waza.report import bars, over_steps
from waza.study import Claim, Exact, Part, Share, Study, final, vary

TINY = 1e-4
STARTS = {"zero": nn.Constant(0.0), "constant 0.01": nn.Constant(0.01), "random (Xavier)": nn.Xavier()}
ZERO, CONSTANT, RANDOM = STARTS
NETS = {"sigmoid": (nn.sigmoid, 1.0), "tanh": (nn.tanh, 0.1), "ReLU": (nn.relu, 0.1)}
SIZES = (784, 40, 20, 10)
PRODUCT, EQUAL_VALUES = "because weight x input = 0", "because all values are the same"
ENOUGH, ROWS, STEPS = 0.05, 100, 100


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


FIGURES = (over_steps, partial(bars, measure="rank", layer="hidden.0"))


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid at SGD 1, tanh and ReLU at 0.1, 1,000 steps, from zero, constant and random weights."""
    return Study(
        name="starting-weights",
        data=data.load(data_name),
        variants={
            f"{net}, {name}": Ranked(models.MLP(SIZES, activation, start), optim.SGD(rate))
            for net, (activation, rate) in NETS.items()
            for name, start in STARTS.items()
        },
        baseline=f"sigmoid, {RANDOM}",
        seeds=14,
        block=14,
        first_seed=6000,
        steps=1000,
        evaluate_every=100,
        claims=(C24,),
        figures=FIGURES,
    )


def behind_random(net: str, start: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy of a net from this start, minus that from random weights."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        equal, random = (final(results, "test_accuracy", f"{net}, {one}") for one in (start, RANDOM))
        return equal - random

    return effect


def stays_at_chance(net: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether a net that starts from zero ends less than 5 points above the best constant answer, seed by seed."""
    return lambda results: (
        final(results, "test_accuracy", f"{net}, {ZERO}") < results.attrs["chance_test_accuracy"] + ENOUGH
    )


@functools.cache
def different_units() -> float:
    """The largest number of different units in a hidden layer that started from equal weights, after 100 steps."""
    train = data.digits().train
    rows = data.Split(as_inputs(train.x[:ROWS]), jnp.asarray(train.y[:ROWS]))
    return float(max(_different(activation, rate, rows) for activation, rate in NETS.values()))


def _different(activation: Callable, rate: float, rows: data.Split) -> int:
    optimizer, model = optim.SGD(rate), models.MLP(SIZES, activation)

    def loss(variables: Any) -> Float[Array, ""]:
        return jnp.mean(nn.CrossEntropy()(model.apply(variables, rows.x, nn.Pass(training=True)), rows.y)["loss"])

    def step(_: Any, variables: Any) -> Any:
        updates, _ = optimizer.update(jax.grad(loss)(variables), (), variables)
        return optim.add(variables, updates)

    trained = jax.jit(lambda variables: jax.lax.fori_loop(0, STEPS, step, variables))
    starts = [vary(model, initializer=STARTS[start]).init(jax.random.key(0)) for start in (ZERO, CONSTANT)]
    layers = [layer["dense"]["weight"] for start in starts for layer in trained(start)["hidden"]]
    return max(len(np.unique(np.asarray(weight).round(6), axis=0)) for weight in layers)


# From zero, a net ends more than five points behind random weights. If the product with the input were the reason, a
# constant that is not zero would come within five points, and zero would stay at chance with every activation. If equal
# values were the reason, all units of a hidden layer would stay equal, and a constant would end as far behind.
C24 = Claim(
    "C24",
    (
        *(Part(f"zero-{net.lower()}", behind_random(net, ZERO), high=-ENOUGH, unit="points") for net in NETS),
        Exact("equal-units", different_units, high=1.5, case=EQUAL_VALUES),
        *(
            Part(
                f"constant-{net.lower()}", behind_random(net, CONSTANT), high=-ENOUGH, unit="points", case=EQUAL_VALUES
            )
            for net in NETS
        ),
        *(Share(f"chance-{net.lower()}", stays_at_chance(net), low=0.5, case=PRODUCT) for net in NETS),
        *(
            Part(f"works-{net.lower()}", behind_random(net, CONSTANT), low=-ENOUGH, unit="points", case=PRODUCT)
            for net in NETS
        ),
    ),
)
NUMBERS: dict[str, Shown] = {
    **{
        f"{net.lower()}_{short}": accuracy(f"{net}, {start}")
        for net in NETS
        for short, start in (("zero", ZERO), ("constant", CONSTANT), ("random", RANDOM))
    },
    **{f"{net.lower()}_at_chance": points(stays_at_chance(net)) for net in NETS},
    "units": exact(different_units),
}
