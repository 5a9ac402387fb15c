"""E4: 300 images, six hidden layers, and what is done against overfitting."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import xarray as xr
from jaxtyping import Array

from waza import data, models, nn, optim
from waza.core.variables import is_weight, trained
from waza.data import Dataset, Split
from waza.learners import Measures, Supervised, as_inputs
from waza.nn import Pass
from waza.study import Claim, Part, Study, Tuning, final, geometric, tuned_name, vary

ROWS, VALIDATION = 300, 1000
MASKS = 20
NONE, L2, L1, PROXIMAL = "none", "L2 0.1", "L1 0.005", "L1 0.005, proximal"
DROPOUT, BOTH, ADAM = "dropout 0.15", "dropout 0.08 + L1 0.004", "Adam + dropout 0.15"
RATE, RATES = "optimizer.learning_rate", (0.01, 0.03, 0.1, 0.3)


class Regularised(Supervised):
    """Supervised learning that also counts exact zeros, and averages over dropout's masks.

    Further measures: "zero_weights", the share of weights that are exactly zero; with dropout "masks_accuracy", the
    test accuracy of the mean of the softmax over 20 masks.
    """

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All other measures, and these."""
        measures = super().evaluate(state, data, key)
        weights = [leaf for leaf in jax.tree.leaves(trained(state.variables)) if is_weight(leaf)]
        zeros = sum((jnp.sum(weight == 0) for weight in weights), jnp.zeros((), jnp.int32))
        measures["zero_weights"] = zeros / sum(weight.size for weight in weights)
        if getattr(self.model, "dropout", None) is None:
            return measures
        x = as_inputs(data.test.x)

        def masked(total: Array, i: Array) -> tuple[Array, None]:
            run = Pass(training=True, key=jax.random.fold_in(key, i))
            return total + jax.nn.softmax(self.model.apply(state.variables, x, run)), None

        outputs = jax.eval_shape(lambda: self.model.apply(state.variables, x, Pass()))
        total, _ = jax.lax.scan(masked, jnp.zeros(outputs.shape), jnp.arange(MASKS))
        return measures | {"masks_accuracy": jnp.mean(jnp.argmax(total, axis=1) == jnp.asarray(data.test.y))}


def few(dataset: Dataset) -> Dataset:
    """The first 300 training rows to learn from, the next 1,000 to choose settings by."""
    x, y = dataset.train
    held = slice(ROWS, ROWS + VALIDATION)
    return dataset._replace(train=Split(x[:ROWS], y[:ROWS]), validation=Split(x[held], y[held]))


def study(data_name: str = "digits") -> Study:
    """784-100x6-10, ReLU, He, 1,000 steps on 300 images: as the course sets each technique, and each tuned."""
    none = Regularised(models.MLP((784, *[100] * 6, 10)), optim.SGD(0.01))
    dropout = vary(none, model={"dropout": nn.Dropout(0.15)})
    strengths = geometric(1e-5, 1e-2, 4)
    drops = (0.05, 0.1, 0.2, 0.4)
    return Study(
        name="regularisation",
        data=few(data.load(data_name)),
        variants={
            NONE: none,
            L2: vary(none, penalty=nn.L2(0.1)),
            L1: vary(none, penalty=nn.L1(0.005), optimizer={"learning_rate": 0.1}),
            PROXIMAL: vary(none, optimizer=optim.ProximalL1(optim.SGD(0.1), 0.005)),
            DROPOUT: dropout,
            BOTH: vary(dropout, model={"dropout": {"rate": 0.08}}, penalty=nn.L1(0.004)),
            ADAM: vary(dropout, optimizer=optim.Adam(0.001)),
        },
        seeds=40,
        first_seed=300,
        steps=1000,
        evaluate_every=200,
        tuning=Tuning(
            grid={
                NONE: {RATE: RATES},
                L2: {RATE: RATES, "penalty.strength": strengths},
                L1: {RATE: RATES, "penalty.strength": strengths},
                PROXIMAL: {"optimizer.optimizer.learning_rate": RATES, "optimizer.strength": strengths},
                DROPOUT: {RATE: RATES, "model.dropout.rate": drops},
            },
            seeds=10,
        ),
        claims=(C19, C21, C22, C23),
    )


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Training accuracy less test accuracy at the end."""
    return final(results, "train_accuracy", variant) - final(results, "test_accuracy", variant)


def lost(results: xr.Dataset) -> xr.DataArray:
    """The test accuracy of the plain net at step 400, less what it has at the end."""
    return results["test_accuracy"].sel(variant=NONE, step=400) - final(results, "test_accuracy", NONE)


def narrower(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The tuned variant's gap less that of the tuned plain net."""
    return lambda results: gap(results, tuned_name(variant)) - gap(results, tuned_name(NONE))


def better(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The tuned variant's test accuracy less that of the tuned plain net."""
    return lambda results: (
        final(results, "test_accuracy", tuned_name(variant)) - final(results, "test_accuracy", tuned_name(NONE))
    )


def zeros(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of weights that are exactly zero at the end."""
    return lambda results: final(results, "zero_weights", variant)


def masks(results: xr.Dataset) -> xr.DataArray:
    """The scaled net's test accuracy, less that of the average over masks."""
    name = tuned_name(DROPOUT)
    return final(results, "test_accuracy", name) - final(results, "masks_accuracy", name)


def reduces(variant: str, name: str) -> tuple[Part, Part]:
    """The parts "the gap narrows" and "the test accuracy rises"; less than a point makes no difference."""
    return (
        Part(f"{name}-gap", narrower(variant), high=0.0, unit="points", margin=0.01),
        Part(f"{name}-accuracy", better(variant), low=0.0, unit="points", margin=0.01),
    )


C19 = Claim(
    "C19",
    (
        Part("gap", lambda results: gap(results, NONE), low=0.05, unit="points"),
        Part("loses", lost, low=0.0, unit="points", margin=0.01),
    ),
)
C21 = Claim("C21", (*reduces(L2, "l2"), *reduces(L1, "l1")))
# Some weights are zero: more than one of a hundred. None are: fewer than one of a hundred thousand.
C22 = Claim(
    "C22",
    (
        Part("subgradient", zeros(L1), low=0.01, unit="points"),
        Part("proximal", zeros(PROXIMAL), low=0.01, unit="points"),
        Part("l2", zeros(L2), high=1e-5, unit="points"),
    ),
)
C23 = Claim("C23", (*reduces(DROPOUT, "dropout"), Part("masks", masks, -0.01, 0.01, "points", margin=0.01)))
