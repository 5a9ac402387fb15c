"""E7: what pooling saves: multiply-adds and parameters with two poolings, with one, and with strides instead."""

import math
from collections.abc import Callable
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
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study

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


FIGURES = (over_steps, partial(over_steps, measure="train_loss"))


def study(data_name: str = "digits") -> Study:
    """10@7x7 - pool - 20@3x3 - pool - 100 - 10, both convolutions padded by 1; Adam 0.001, 800 steps of 50 rows."""
    dataset = data.load(data_name)
    model = models.double_convnet(image_of(dataset), classes_of(dataset))
    first, second = model.convolutions
    strides = tuple(vary(one, pool=None, strides=2) for one in model.convolutions)
    networks = {
        TWO: model,
        ONE: vary(model, convolutions=(first, vary(second, pool=None))),
        STRIDES: vary(model, convolutions=strides),
    }
    return Study(
        name="double-convnet",
        data=dataset,
        variants={name: Costed(one, optim.Adam(0.001), batch_size=50, probes=False) for name, one in networks.items()},
        steps=800,
        evaluate_every=200,
        claims=(C30,),
        figures=FIGURES,
    )


def doublings(measure: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log2 of a count with two poolings over that of another variant; -1 means half as many."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        counts = results[measure].isel(step=-1)
        return xr.ufuncs.log2(counts.sel(variant=TWO) / counts.sel(variant=other))

    return effect


# "Lowers": compared with the same net with one pooling fewer, and with strides instead of pooling.
C30 = Claim(
    "C30",
    (
        Part("multiply-adds", doublings("multiply_adds", ONE), high=0.0, unit="log2"),
        Part("parameters", doublings("parameters", ONE), high=0.0, unit="log2"),
        Part("strides", doublings("multiply_adds", STRIDES), high=0.0, unit="log2"),
    ),
)
