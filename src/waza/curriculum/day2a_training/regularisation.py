"""E4: L1, L2 and dropout against overfitting, with 300 images and six hidden layers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import xarray as xr
from jaxtyping import Array

from waza import data, models, nn, optim
from waza.core.variables import is_weight, trained
from waza.curriculum.figures.loss_gap import loss_gap
from waza.data import Dataset, Split
from waza.learners import Measure, Measures, Supervised, as_inputs
from waza.nn import Pass
from waza.report import over_steps, side_by_side, tuning_curves
from waza.study import Claim, Part, Study, Tuning, final, tuned_name, vary

ROWS, VALIDATION = 300, 1000
MASKS = 20
NONE, L2, L1, PROXIMAL = "none", "L2 0.1", "L1 0.005", "L1 0.005, proximal"
DROPOUT, BOTH, ADAM = "dropout 0.15", "dropout 0.08 + L1 0.004", "Adam + dropout 0.15"
RATE, RATES = "optimizer.learning_rate", (0.03, 0.1)  # at 0.3 a sixth of the trials stay at chance
DROP, DROPS = "model.dropout.rate", (0.075, 0.15, 0.3)
L2_STRENGTHS, L1_STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1), (1e-5, 1e-4, 1e-3)
SOME = 0.02  # a smaller difference of losses does not matter


class Regularised(Supervised):
    """Supervised learning that also measures exact zeros and averages over dropout masks.

    Further measures: "zero_weights", the share of weights that are exactly zero; with dropout "masks_accuracy", the
    test accuracy of the mean of the softmax over 20 masks, and "one_mask_accuracy", that of a single mask (their mean).
    """

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and these."""
        masked = ("masks_accuracy", "one_mask_accuracy") if self._drops else ()
        zeros = Measure("zero_weights", bounds=(0, 1))
        return *super().measures(data), zeros, *(Measure(name, "higher", bounds=(0, 1)) for name in masked)

    @property
    def _drops(self) -> bool:
        return getattr(self.model, "dropout", None) is not None

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and these."""
        measures = super().evaluate(state, data, key)
        weights = [leaf for leaf in jax.tree.leaves(trained(state.variables)) if is_weight(leaf)]
        zeros = sum((jnp.sum(weight == 0) for weight in weights), jnp.zeros((), jnp.int32))
        measures["zero_weights"] = zeros / sum(weight.size for weight in weights)
        if not self._drops:
            return measures
        x, y = as_inputs(data.test.x), jnp.asarray(data.test.y)

        def right(outputs: Array) -> Array:
            return jnp.mean(jnp.argmax(outputs, axis=1) == y)

        def masked(total: Array, i: Array) -> tuple[Array, Array]:
            run = Pass(training=True, key=jax.random.fold_in(key, i))
            outputs = self.model.apply(state.variables, x, run)
            return total + jax.nn.softmax(outputs), right(outputs)

        outputs = jax.eval_shape(lambda: self.model.apply(state.variables, x, Pass()))
        total, single = jax.lax.scan(masked, jnp.zeros(outputs.shape), jnp.arange(MASKS))
        return measures | {"masks_accuracy": right(total), "one_mask_accuracy": jnp.mean(single)}


def few(dataset: Dataset) -> Dataset:
    """The first 300 training rows for training, and the next 1,000 for validation."""
    x, y = dataset.train
    held = slice(ROWS, ROWS + VALIDATION)
    return dataset._replace(train=Split(x[:ROWS], y[:ROWS]), validation=Split(x[held], y[held]))


FIGURES = (side_by_side, partial(loss_gap, chart=side_by_side), tuning_curves, over_steps)


def study(data_name: str = "digits") -> Study:
    """784-100x6-10, ReLU, He, 1,000 steps on 300 images: each technique with the course's settings and tuned."""
    none = Regularised(models.MLP((784, *[100] * 6, 10)), optim.SGD(0.01), probes=False)
    dropout = vary(none, model={"dropout": nn.Dropout(0.15)})
    l1 = {"penalty.strength": L1_STRENGTHS}
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
        seeds=20,
        first_seed=2000,
        steps=1000,
        evaluate_every=200,
        tuning=Tuning(
            grid={
                NONE: {RATE: RATES},
                L2: {RATE: RATES, "penalty.strength": L2_STRENGTHS},
                L1: {RATE: RATES, **l1},
                PROXIMAL: {f"optimizer.{RATE}": RATES, "optimizer.strength": L1_STRENGTHS},
                DROPOUT: {RATE: RATES, DROP: DROPS},
                BOTH: {RATE: RATES, DROP: DROPS, **l1},
                ADAM: {RATE: (0.0003, 0.001, 0.003), DROP: DROPS},
            },
            limits={RATE: RATES[-1], f"optimizer.{RATE}": RATES[-1], DROP: 0.9},
        ),
        claims=(C19, C21, C22, C23),
        figures=FIGURES,
    )


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss minus training loss at the end."""
    return final(results, "test_loss", variant) - final(results, "train_loss", variant)


def accuracy(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test accuracy at the end."""
    return final(results, "test_accuracy", variant)


def loss(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss at the end."""
    return final(results, "test_loss", variant)


def since_400(of: Callable[[xr.Dataset, str], xr.DataArray]) -> Callable[[xr.Dataset], xr.DataArray]:
    """The plain net's value at the end minus its value at step 400."""
    return lambda results: of(results, NONE) - of(results.sel(step=slice(0, 400)), NONE)


def gained(of: Callable[[xr.Dataset, str], xr.DataArray], variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The value of the tuned variant minus that of the tuned plain net."""
    return lambda results: of(results, tuned_name(variant)) - of(results, tuned_name(NONE))


def zeros(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of weights that are exactly zero at the end."""
    return lambda results: final(results, "zero_weights", variant)


def over(one: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """One measure of the tuned net with dropout minus another."""
    return lambda results: final(results, one, tuned_name(DROPOUT)) - final(results, other, tuned_name(DROPOUT))


def reduces(variant: str, name: str) -> tuple[Part, Part]:
    """The parts "the gap of the losses narrows" and "the test accuracy rises", which can differ."""
    return (
        Part(f"{name}-gap", gained(gap, variant), high=-SOME),
        Part(f"{name}-accuracy", gained(accuracy, variant), low=0.01, unit="points"),
    )


# The loss curves drift apart; does the test loss rise, and does the test accuracy fall?
C19 = Claim(
    "C19",
    (
        Part("gap", since_400(gap), low=SOME),
        Part("test-loss", since_400(loss), low=SOME),
        Part("accuracy", since_400(accuracy), high=-0.01, unit="points"),
    ),
)
C21 = Claim("C21", (*reduces(L2, "l2"), *reduces(L1, "l1")))
# Some weights are zero: more than 1 %. None are: fewer than one in 100,000.
C22 = Claim(
    "C22",
    (
        Part("subgradient", zeros(L1), low=0.01, unit="points"),
        Part("proximal", zeros(PROXIMAL), low=0.01, unit="points"),
        Part("l2", zeros(L2), high=1e-5, unit="points"),
    ),
)
# The scaled net is as good as the average over masks, and the average is better than a single mask.
C23 = Claim(
    "C23",
    (
        *reduces(DROPOUT, "dropout"),
        Part("masks", over("test_accuracy", "masks_accuracy"), low=-0.01, high=0.01, unit="points"),
        Part("one-mask", over("masks_accuracy", "one_mask_accuracy"), low=0.01, unit="points"),
    ),
)
