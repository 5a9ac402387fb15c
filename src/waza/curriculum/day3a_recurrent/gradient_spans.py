"""E10: how far back does a gradient reach before training? The CEC and its gates."""

from collections.abc import Callable
from typing import Any

import jax
import xarray as xr
from jaxtyping import Array, Int, PRNGKeyArray

from waza import nn
from waza.curriculum.figures.spans import over_spans
from waza.learners import Learner, Measure, Measures, log_gains
from waza.study import Claim, Part, Study

INPUTS, UNITS, TIME, ROWS = 2, 32, 100, 8
SPANS = (1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100)
RNN, LARGE, BARE, CELL_1997 = (
    "RNN, Xavier",
    "RNN, weights 3 times as large",
    "CEC alone",
    "LSTM of 1997, no forget gate",
)
BIAS_0, BIAS_1, BIAS_5, GATED = "LSTM, forget bias 0", "LSTM, forget bias 1", "LSTM, forget bias 5", "GRU"


class Reach(Learner):
    """A learner without training that measures gradients at the initial values.

    Measures: "gain" by span, $g_s$ of `waza.learners.log_gains`, and "log10_gain", its logarithm.

    Args:
        cell: the cell whose memory is differentiated.
    """

    cell: nn.Cell

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The gains."""
        return (Measure("log10_gain"),)

    def init(self, key: PRNGKeyArray, data: Any) -> Any:
        """The cell's variables."""
        return self.cell.init(key)

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """None: there is nothing to learn."""

    def update(self, state: Any, batch: Any, key: PRNGKeyArray) -> tuple[Any, Measures]:
        """The unchanged variables."""
        return state, {}

    def evaluate(self, state: Any, data: Any, key: PRNGKeyArray) -> Measures:
        """The gains on 8 sequences of standard normal inputs."""
        gains = log_gains(self.cell, state, jax.random.normal(key, (ROWS, TIME, INPUTS)))
        return {"log10_gain": {f"span {span}": gains[span - 1] for span in SPANS}}


FIGURES = (over_spans,)


def study() -> Study:
    """32 units before training, spans of 1 to 100 steps, 20 seeds."""
    large = nn.Gaussian(3 / UNITS**0.5)
    off: dict[str, Any] = {"forget_gate": False}
    cells = {
        RNN: nn.SimpleRNN(INPUTS, UNITS),
        LARGE: nn.SimpleRNN(INPUTS, UNITS, recurrent_initializer=large),
        BARE: nn.LSTM(INPUTS, UNITS, input_gate=False, output_gate=False, **off),
        CELL_1997: nn.LSTM(INPUTS, UNITS, **off),
        BIAS_0: nn.LSTM(INPUTS, UNITS, forget_bias=0.0),
        BIAS_1: nn.LSTM(INPUTS, UNITS),
        BIAS_5: nn.LSTM(INPUTS, UNITS, forget_bias=5.0),
        GATED: nn.GRU(INPUTS, UNITS),
    }
    return Study(
        name="gradient-spans",
        data=None,
        variants={name: Reach(cell) for name, cell in cells.items()},
        measure="log10_gain",
        seeds=20,
        block=20,
        steps=0,
        claims=(C34,),
        figures=FIGURES,
    )


def gain(variant: str, span: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the gain over a span."""
    return lambda results: results["log10_gain"].sel(variant=variant, layer=f"span {span}").isel(step=-1)


# "Keeps": over 100 steps the gradient does not fall below a tenth and does not grow more than tenfold; that of a simple
# RNN falls below a tenth.
C34 = Claim(
    "C34",
    (
        Part("does-not-vanish", gain(CELL_1997, 100), low=-1.0, unit="log10"),
        Part("alone-does-not-vanish", gain(BARE, 100), low=-1.0, unit="log10"),
        Part("rnn-vanishes", gain(RNN, 100), high=-1.0, unit="log10"),
        Part("does-not-explode", gain(CELL_1997, 100), high=1.0, unit="log10"),
        Part("forget-gate", gain(BIAS_1, 100), low=-1.0, unit="log10"),
    ),
)
