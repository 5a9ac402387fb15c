"""E10: vanishing and exploding gradients of a simple recurrent network, and the effect of clipping."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import xarray as xr

from waza import models, nn, optim
from waza.core.vary import vary
from waza.curriculum.figures.spans import over_spans
from waza.curriculum.shown import Shown, points
from waza.data import Dataset, tasks
from waza.learners import Measure, Measures, Supervised, log_gains
from waza.report import side_by_side
from waza.study import Claim, MoreOften, Part, Study, Trained, diverged, final

LENGTH, UNITS, STEPS, SPAN = 20, 32, 1000, 19
SLOW, FAST, CLIPPED, CLIPPED_1 = "rate 0.1", "rate 0.3", "rate 0.3, clipped at 0.1", "rate 0.3, clipped at 1"
LARGE = "rate 0.1, weights 3 times as large"
ROWS = 8
TRAINED = 1 / 48  # half the loss of the best constant answer


class Reaching(Supervised):
    """Supervised learning that also measures how far back gradients reach.

    Further measure: "log10_gain" by span, `waza.learners.log_gains` of the cell on the first 8 test sequences.
    """

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and the gains."""
        return *super().measures(data), Measure("log10_gain")

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and this one."""
        cell = self.model.recurrent.cell  # type: ignore[attr-defined]
        gains = log_gains(cell, state.variables["recurrent"]["cell"], jnp.asarray(data.test.x[:ROWS]))
        spans = {f"span {span}": gains[span - 1] for span in (1, 5, 10, 15, SPAN)}
        return super().evaluate(state, data, key) | {"log10_gain": spans}


FIGURES = (side_by_side, over_spans)


def study() -> Study:
    """The adding problem over 20 steps; a tanh network of 32 units, SGD, 1,000 steps of 20 rows."""
    fast = learner(nn.Xavier(), optim.SGD(0.3))
    return Study(
        name="exploding-gradients",
        data=tasks.adding(LENGTH, rows=5000, validation_rows=0, test_rows=1000),
        variants={
            SLOW: learner(nn.Xavier(), optim.SGD(0.1)),
            FAST: fast,
            CLIPPED: vary(fast, optimizer=optim.ClipByNorm(fast.optimizer, 0.1)),
            CLIPPED_1: vary(fast, optimizer=optim.ClipByNorm(fast.optimizer, 1.0)),
            LARGE: learner(nn.Gaussian(3 / UNITS**0.5), optim.SGD(0.1)),
        },
        measure="test_loss",
        seeds=30,
        first_seed=1000,  # the rule was written after seeds 0 to 9 had been seen
        trained=Trained("test_loss", TRAINED),
        steps=STEPS,
        evaluate_every=100,
        claims=(C33,),
        figures=FIGURES,
    )


def learner(weights: nn.Initializer, optimizer: optim.Optimizer) -> Reaching:
    """The network, with these recurrent weights, read at the last step."""
    cell = nn.SimpleRNN(2, UNITS, recurrent_initializer=weights)
    model = models.SequenceModel(nn.Recurrent(cell), 1, read="last")
    return Reaching(model, optimizer, nn.SquaredError(), batch_size=20, probes=False)


def gain(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the gain over 19 steps before training."""
    return lambda results: results["log10_gain"].sel(variant=variant, layer=f"span {SPAN}").isel(step=0)


def trains(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether the test loss is at most half that of a constant; a diverged trial counts as a constant answer."""
    return lambda results: final(results, "test_loss", variant) <= TRAINED


# "Vanish or explode": over 19 steps the gradient falls below a tenth, or grows more than tenfold. The notes do not
# mention clipping: what it does qualifies the answer.
C33 = Claim(
    "C33",
    (
        Part("vanishes", gain(SLOW), high=-1.0, unit="log10"),
        Part("explodes", gain(LARGE), low=1.0, unit="log10"),
        MoreOften("clipping", trains(CLIPPED), trains(FAST), low=0.2, unit="points", further=True),
        MoreOften("smaller-rate", trains(CLIPPED), trains(SLOW), low=0.2, unit="points", further=True),
    ),
)


def loss(variant: str) -> Shown:
    """The geometric mean of the test loss."""
    return lambda results: float(10 ** xr.ufuncs.log10(final(results, "test_loss", variant)).mean())


NUMBERS: dict[str, Shown] = {
    "left_one_in": lambda results: float(10 ** -gain(SLOW)(results).mean()),
    "grows": lambda results: float(10 ** gain(LARGE)(results).mean()),
    "diverged_large": lambda results: diverged(results, LARGE),
    "diverged_fast": lambda results: diverged(results, FAST),
    "fast": points(trains(FAST)),
    "clipped": points(trains(CLIPPED)),
    "clipped1": points(trains(CLIPPED_1)),
    "slow": points(trains(SLOW)),
    "loss_clipped": loss(CLIPPED),
    "loss_clipped1": loss(CLIPPED_1),
    "loss_slow": loss(SLOW),
}
