"""E11: predicting the next value of a sine, and generating a sine from its own predictions."""

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from waza import models, nn, optim
from waza.core.vary import vary
from waza.curriculum.day3a_recurrent.forgetful import Forgetful
from waza.curriculum.shown import Shown
from waza.data import Dataset, tasks
from waza.learners import Measure, Measures, Supervised
from waza.report import over_steps
from waza.study import Study, final

ALONE, STEPS = 200, 10_000
BEST, CUT = "window 5, Adam", "window 5, without recurrence"


class Latest(nn.Layer):
    """A model that receives only the latest values of a window.

    Args:
        window: the number of values.
        model: takes (batch, window, 1).
    """

    window: int
    model: models.SequenceModel

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch time 1"], run: nn.Pass
    ) -> Float[Array, "batch outputs"]:
        """The model's answer."""
        return self.model.apply(variables["model"], x[:, -self.window :], run.at("model"))


class ClosedLoop(Supervised):
    """Supervised learning of a series that is also tested on its own predictions.

    Further measure: "alone_loss", the mean squared error of 200 predictions, each of which is the next input. The run
    starts from the last training window and is compared with the true values of the sine.
    """

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and this one."""
        return *super().measures(data), Measure("alone_loss", "lower", bounds=(0, math.inf))

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and this one."""
        window = jnp.asarray(data.train.x[-1])
        first = window.shape[0] + len(data.train.y) - 1
        true = tasks.sine_values()[first : first + ALONE]

        def step(window: Array, _: None) -> tuple[Array, Array]:
            value = self.model.apply(state.variables, window[None], nn.Pass())[0]
            return jnp.concatenate([window[1:], value[None]]), value[0]

        _, alone = jax.lax.scan(step, window, length=len(true))
        return super().evaluate(state, data, key) | {"alone_loss": jnp.mean((alone - true) ** 2)}

    def chance(self, data: Dataset) -> dict[str, float]:
        """The levels of the best constant answer; for "alone_loss" that of the whole series."""
        return super().chance(data) | {"alone_loss": float(np.var(tasks.sine_values()))}


FIGURES = (over_steps, partial(over_steps, measure="alone_loss"))


def study() -> Study:
    """500 points over 0 to 10 pi; 1-5-1 with tanh, windows of 2 and 5, 10,000 steps of 16 rows."""
    adam = vary(optim.Adam(0.01), learning_rate=optim.CosineDecay(0.01, STEPS))
    return Study(
        name="sine",
        data=tasks.sine(window=5),
        variants={
            "window 2, SGD": learner(2, optim.SGD(0.1)),
            "window 5, SGD": learner(5, optim.SGD(0.1)),
            "window 2, Adam": learner(2, adam),
            BEST: learner(5, adam),
            CUT: learner(5, adam, Forgetful),
        },
        measure="test_loss",
        steps=STEPS,
        evaluate_every=1000,
        figures=FIGURES,
    )


def learner(window: int, optimizer: optim.Optimizer, cell: type[nn.SimpleRNN] = nn.SimpleRNN) -> ClosedLoop:
    """The network 1-5-1, which reads `window` values and predicts the next."""
    model = models.SequenceModel(nn.Recurrent(cell(1, 5)), 1, read="last")
    return ClosedLoop(Latest(window, model), optimizer, nn.SquaredError(), batch_size=16, probes=False)


def loss(measure: str, variant: str, quantile: float = 0.5) -> Shown:
    """A quantile of a loss over seeds."""
    return lambda results: float(final(results, measure, variant).quantile(quantile))


NUMBERS: dict[str, Shown] = {
    "one_step": loss("test_loss", BEST),
    "alone": loss("alone_loss", BEST),
    "alone_least": loss("alone_loss", BEST, 0),
    "alone_most": loss("alone_loss", BEST, 1),
    "constant": lambda _: float(np.var(tasks.sine_values())),
    "cut": loss("test_loss", CUT),
    "cut_limit": lambda _: math.sin(10 * math.pi / 499) ** 2 / 2,
}
