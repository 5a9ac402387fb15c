"""E10: how far back does a gradient reach before training? The CEC and its gates."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import xarray as xr
from jaxtyping import Array, Int, PRNGKeyArray

from waza import nn
from waza.curriculum.figures.spans import over_spans
from waza.curriculum.shown import Shown
from waza.learners import Learner, Measure, Measures, log_gains
from waza.study import Claim, Exact, Part, Study

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
        first_seed=1000,  # the rule was written after seeds 0 to 19 had been seen
        block=20,
        steps=0,
        claims=(C34,),
        figures=FIGURES,
    )


def gain(variant: str, span: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the gain over a span."""
    return lambda results: results["log10_gain"].sel(variant=variant, layer=f"span {span}").isel(step=-1)


def change(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The factor by which a step back multiplies the gradient, as a geometric mean over 100 steps, minus 1."""
    return lambda results: 10 ** (gain(variant, TIME)(results) / TIME) - 1


def self_loop() -> float:
    """The same for the cell of 1997 where the gradient flows through the self-loop alone, as its learning rule has it.

    The output, and with it the gates and the candidate, are constants in the derivative.
    """
    cell = nn.LSTM(INPUTS, UNITS, forget_gate=False)
    variables = cell.init(jax.random.key(0))

    def back(carry: tuple[Any, Array], x: Array) -> tuple[tuple[Any, Array], None]:
        state, product = carry
        jacobian = jax.jacfwd(lambda c: cell.step(variables, state._replace(cell=c[None]), x[None])[0].cell[0])
        return (cell.step(variables, state, x[None])[0], jacobian(state.cell[0]) @ product), None

    inputs = jax.random.normal(jax.random.key(1), (TIME, INPUTS))
    (_, product), _ = jax.lax.scan(back, (cell.start(1), jnp.eye(UNITS)), inputs)
    return float(jnp.linalg.norm(product) / UNITS**0.5) ** (1 / TIME) - 1


# "Keeps": a step back changes the gradient by less than a tenth; "vanishes": each step takes a tenth of it or more.
# Along the self-loop the factor is derived; with all paths it is measured.
C34 = Claim(
    "C34",
    (
        Exact("self-loop", self_loop, low=-0.1, high=0.1, unit="points"),
        Part("cell-of-1997", change(CELL_1997), low=-0.1, high=0.1, unit="points"),
        Part("cec-alone", change(BARE), low=-0.1, high=0.1, unit="points"),
        Part("rnn", change(RNN), high=-0.1, unit="points"),
        Part("large-rnn", change(LARGE), low=0.1, unit="points", further=True),
    ),
)


def percent(variant: str) -> Shown:
    """The mean change of the gradient at a step back, in percent."""
    return lambda results: float(change(variant)(results).mean()) * 100


def times(variant: str) -> Shown:
    """The factor over 100 steps, as a geometric mean over seeds."""
    return lambda results: float(10 ** gain(variant, TIME)(results).mean())


NUMBERS: dict[str, Shown] = {
    "cell1997": percent(CELL_1997),
    "alone": percent(BARE),
    "rnn_loses": lambda results: -percent(RNN)(results),
    "large": percent(LARGE),
    "gru_loses": lambda results: -percent(GATED)(results),
    "bias0_loses": lambda results: -percent(BIAS_0)(results),
    "bias1_loses": lambda results: -percent(BIAS_1)(results),
    "bias5": percent(BIAS_5),
    "cell1997_times": times(CELL_1997),
    "alone_times": times(BARE),
    "bias5_times": times(BIAS_5),
}
