"""E12: "by the way, I am very hungry, so let us ___": which gate makes a word irrelevant?"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import xarray as xr
from jaxtyping import Array

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.data import Dataset, tasks
from waza.learners import Measure, Measures, Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

SYMBOLS, DISTRACTORS, UNITS, STEPS = 8, 4, 16, 1000
WORDS = SYMBOLS + DISTRACTORS + 1
LSTM, NO_INPUT, NO_FORGET = "LSTM", "without input gate", "without forget gate"
OPEN = 30.0


class Gated(Supervised):
    """Supervised learning of an LSTM whose gates are measured, and held at 1, at the distractors.

    Further measures, for the gates "input" and "forget" if present: "GATE_at_distractors" and "GATE_at_symbols",
    their means at the distractors and at the symbols after the first step; "GATE_opened_accuracy", the test accuracy
    with this gate held at 1 at each distractor and nowhere else.
    """

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and these."""
        model: Any = self.model
        own: list[Measure] = []
        for gate in model.recurrent.cell.gates:
            if gate != "output":
                own += [Measure(f"{gate}_at_{where}", bounds=(0, 1)) for where in ("distractors", "symbols")]
                own += [Measure(f"{gate}_opened_accuracy", "higher", bounds=(0, 1))]
        return *super().measures(data), *own

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and these."""
        model: Any = self.model
        cell, variables = model.recurrent.cell, state.variables["recurrent"]["cell"]
        x, y = jnp.asarray(data.test.x), jnp.asarray(data.test.y)
        distracting = jnp.any(x[..., SYMBOLS:-1] > 0, axis=-1)
        symbol = jnp.any(x[:, 1:, :SYMBOLS] > 0, axis=-1)
        hidden, _ = model.recurrent.scan(state.variables["recurrent"], x, nn.Pass())
        before = jnp.pad(hidden[:, :-1], ((0, 0), (1, 0), (0, 0)))
        rows = cell.project(variables, x)["recurrent"] + before @ variables["recurrent"].T
        measures: Measures = {}
        for i, gate in enumerate(cell.gates):
            if gate == "output":
                continue
            value = jnp.mean(nn.sigmoid(rows[..., i * UNITS : (i + 1) * UNITS]), axis=-1)
            measures[f"{gate}_at_distractors"] = jnp.mean(value, where=distracting)
            measures[f"{gate}_at_symbols"] = jnp.mean(value[:, 1:], where=symbol)
            last = run_with(cell, variables, opened(variables, i), x, distracting)
            outputs = model.parts()["output"].apply(state.variables["output"], last, nn.Pass())
            measures[f"{gate}_opened_accuracy"] = jnp.mean(self.loss(outputs, y)["accuracy"])
        return super().evaluate(state, data, key) | measures


def opened(variables: dict[str, Array], gate: int) -> dict[str, Array]:
    """The variables of the cell with one gate fixed at 1 for all inputs."""
    rows = slice(gate * UNITS, (gate + 1) * UNITS)
    return {
        "input": variables["input"].at[rows].set(0.0),
        "recurrent": variables["recurrent"].at[rows].set(0.0),
        "bias": variables["bias"].at[rows].set(OPEN),
    }


def run_with(cell: nn.Cell, usual: Any, other: Any, x: Array, where: Array) -> Array:
    """The last outputs of a cell that uses the variables `other` at the steps in `where`."""

    def step(state: Any, now: tuple[Array, Array]) -> tuple[Any, Array]:
        word, here = now
        steps = [cell.step(variables, state, word) for variables in (other, usual)]
        return jax.tree.map(lambda one, two: jnp.where(here[:, None], one, two), *steps)

    _, outputs = jax.lax.scan(step, cell.start(x.shape[0]), (jnp.swapaxes(x, 0, 1), where.T))
    return outputs[-1]


FIGURES = (
    over_steps,
    partial(over_steps, measure="forget_opened_accuracy"),
    partial(over_steps, measure="input_opened_accuracy"),
)


def study() -> Study:
    """The answer is the latest symbol among distractors; 16 units, Adam 0.01 to 0, 1,000 steps of 20 rows."""
    cells = {
        LSTM: nn.LSTM(WORDS, UNITS),
        NO_INPUT: nn.LSTM(WORDS, UNITS, input_gate=False),
        NO_FORGET: nn.LSTM(WORDS, UNITS, forget_gate=False),
    }
    return Study(
        name="distractor",
        data=tasks.distractor(symbols=SYMBOLS, distractors=DISTRACTORS, rows=4000, validation_rows=0, updates=0.2),
        variants={
            name: Gated(
                models.SequenceModel(nn.Recurrent(cell), SYMBOLS, read="last"),
                falling_adam(0.01, STEPS),
                batch_size=20,
                probes=False,
            )
            for name, cell in cells.items()
        },
        steps=STEPS,
        evaluate_every=250,
        claims=(C40,),
        figures=FIGURES,
    )


def lost(gate: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy that the LSTM loses with a gate held open at the distractors."""
    return lambda results: final(results, "test_accuracy", LSTM) - final(results, f"{gate}_opened_accuracy", LSTM)


def more(results: xr.Dataset) -> xr.DataArray:
    """The loss of accuracy with the forget gate held open minus that with the input gate."""
    return lost("forget")(results) - lost("input")(results)


def closed(results: xr.Dataset) -> xr.DataArray:
    """The forget gate at symbols minus that at distractors: below 0 if it closes at new symbols."""
    at = (final(results, f"forget_at_{what}", LSTM) for what in ("symbols", "distractors"))
    return next(at) - next(at)


# "The forget gate": held at 1 (keep) at the distractors, it costs at least 5 points of accuracy, and more than the
# input gate held at 1 there. The last part says what the forget gate does: it closes at new symbols.
C40 = Claim(
    "C40",
    (
        Part("forget-gate", lost("forget"), low=0.05, unit="points"),
        Part("more-than-input", more, low=0.05, unit="points"),
        Part("clears", closed, high=-0.02),
    ),
)
