"""E7: what pooling saves: multiply-adds and parameters with two poolings, with one, and with strides instead."""

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import xarray as xr

from waza import data, models, optim
from waza.core.variables import trained
from waza.core.vary import vary
from waza.curriculum.day2b_convolution.counting import cost
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised
from waza.report import bars, side_by_side
from waza.study import Claim, Exact, Part, Study, final

TWO, ONE, STRIDES = "two poolings", "one pooling fewer", "strides instead of pooling"


class Costed(Supervised):
    """Supervised learning of a `ConvNet` that also measures its cost.

    Further measures: "multiply_adds" and "comparisons" (of max pooling) of one forward pass; "parameters".
    """

    model: models.ConvNet

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and the cost."""
        costs = (
            Measure(name, "lower", bounds=(0, math.inf)) for name in ("multiply_adds", "comparisons", "parameters")
        )
        return *super().measures(data), *costs

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and the cost."""
        costs = {name: jnp.float32(count) for name, count in cost(self.model)._asdict().items()}
        count = sum(leaf.size for leaf in jax.tree.leaves(trained(state.variables)))
        return super().evaluate(state, data, key) | costs | {"parameters": jnp.float32(count)}


def networks_for(dataset: Dataset) -> dict[str, models.ConvNet]:
    """The course's network, the same without its second pooling, and with strides instead of both poolings."""
    return variations(models.double_convnet(image_of(dataset), classes_of(dataset)))


def variations(model: models.ConvNet) -> dict[str, models.ConvNet]:
    """The network itself, without its second pooling, and with strides instead of both poolings."""
    first, second = model.convolutions
    strides = tuple(vary(one, pool=None, strides=2) for one in model.convolutions)
    return {
        TWO: model,
        ONE: vary(model, convolutions=(first, vary(second, pool=None))),
        STRIDES: vary(model, convolutions=strides),
    }


FIGURES = (partial(bars, measure="multiply_adds"), partial(bars, measure="parameters"), side_by_side)


def study(data_name: str = "mnist") -> Study:
    """10@7x7 - pool - 20@3x3 - pool - 100 - 10, both convolutions padded by 1; Adam 0.001, 500 steps of 50 rows.

    Each seed draws its own 4,000 images to train on.
    """
    dataset = data.load(data_name)
    networks = networks_for(dataset)
    return Study(
        name="double-convnet",
        **per_seed(dataset, train=4000, test=1000),
        variants={name: Costed(one, optim.Adam(0.001), batch_size=50, probes=False) for name, one in networks.items()},
        seeds=20,
        first_seed=2000,  # seeds 1000 to 1009 had been seen, trained for fewer steps
        steps=500,
        evaluate_every=250,
        claims=(C30,),
        figures=FIGURES,
    )


def counts(name: str) -> dict[str, int]:
    """The multiply-adds and the parameters of a network for images of 28 x 28 cells."""
    model = variations(models.double_convnet())[name]
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    return {
        "multiply_adds": cost(model).multiply_adds,
        "parameters": sum(leaf.size for leaf in jax.tree.leaves(shapes)),
    }


def times(what: str, other: str) -> float:
    """A count with two poolings over that of another network."""
    return counts(TWO)[what] / counts(other)[what]


def lost(results: xr.Dataset) -> xr.DataArray:
    """The test accuracy with two poolings minus that with one fewer."""
    return final(results, "test_accuracy", TWO) - final(results, "test_accuracy", ONE)


# "Lowers": compared with the same net with one pooling fewer, and with strides instead of pooling. Counts are exact.
C30 = Claim(
    "C30",
    (
        Exact("multiply-adds", lambda: times("multiply_adds", ONE), high=1.0, case="none instead"),
        Exact("parameters", lambda: times("parameters", ONE), high=1.0, case="none instead"),
        Exact("strides", lambda: times("multiply_adds", STRIDES), high=1.0, case="strides instead"),
        Part("accuracy", lost, low=-0.01, unit="points", further=True),
    ),
)


def mean_accuracy(name: str) -> Shown:
    """The mean test accuracy, in points."""
    return lambda results: 100 * float(final(results, "test_accuracy", name).mean())


NUMBERS: dict[str, Shown] = {
    "saved": lambda results: counts(ONE)["multiply_adds"] - counts(TWO)["multiply_adds"],
    "all": lambda results: counts(ONE)["multiply_adds"],
    "fewer_parameters": lambda results: 100 * (1 - times("parameters", ONE)),
    "compared": lambda results: (
        cost(variations(models.double_convnet())[TWO]).comparisons
        - cost(variations(models.double_convnet())[ONE]).comparisons
    ),
    "strided": lambda results: 100 / times("multiply_adds", STRIDES),
    "two": mean_accuracy(TWO),
    "one": mean_accuracy(ONE),
    "strides": mean_accuracy(STRIDES),
}
