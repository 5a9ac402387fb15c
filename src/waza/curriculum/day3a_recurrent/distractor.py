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
from waza.curriculum.day3a_recurrent.several_tasks import OnTask, together
from waza.curriculum.figures.gate_values import gate_values, held_accuracy
from waza.curriculum.shown import Shown, points
from waza.data import Dataset, tasks
from waza.learners import Measure, Measures, Supervised
from waza.report import side_by_side
from waza.study import Claim, MoreOften, Part, Share, Study, Trained, final

SYMBOLS, DISTRACTORS, UNITS, STEPS = 8, 4, 16, 1000
WORDS = SYMBOLS + DISTRACTORS + 1
ONCE, REPLACED = "written once", "replaced"
LSTM, NO_INPUT, NO_FORGET, NEITHER = "LSTM", "without input gate", "without forget gate", "without both gates"
UPDATES = {ONCE: 0.0, REPLACED: 0.2}
OPEN, SHUT = 30.0, -30.0  # biases at which a gate is 1, and 0
SOLVED = 0.95


class Gated(Supervised):
    """Supervised learning of an LSTM whose gates are measured, and held at 1 or 0, at the distractors.

    Further measures, for the gates "input" and "forget" if present: "GATE_at_distractors" and "GATE_at_symbols",
    their means at the distractors and at the symbols after the first step (0 without such symbols);
    "GATE_opened_accuracy", the test accuracy with this gate held at 1 at each distractor and nowhere else; with an
    input gate also "skipped_accuracy", with the input gate held at 0 and the forget gate at 1 there, so that a
    distractor leaves the cell as it is.
    """

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and these."""
        model: Any = self.model
        own: list[Measure] = []
        for gate in model.recurrent.cell.gates:
            if gate != "output":
                own += [Measure(f"{gate}_at_{where}", bounds=(0, 1)) for where in ("distractors", "symbols")]
                own += [Measure(f"{gate}_opened_accuracy", "higher", bounds=(0, 1))]
        if "input" in model.recurrent.cell.gates:
            own.append(Measure("skipped_accuracy", "higher", bounds=(0, 1)))
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

        def accuracy_with(biases: dict[int, float]) -> Array:
            last = run_with(cell, variables, held(variables, biases), x, distracting)
            outputs = model.parts()["output"].apply(state.variables["output"], last, nn.Pass())
            return jnp.mean(self.loss(outputs, y)["accuracy"])

        measures: Measures = {}
        places = {gate: i for i, gate in enumerate(cell.gates) if gate != "output"}
        for gate, i in places.items():
            value = jnp.mean(nn.sigmoid(rows[..., i * UNITS : (i + 1) * UNITS]), axis=-1)
            measures[f"{gate}_at_distractors"] = jnp.mean(value, where=distracting)
            at_symbols = jnp.sum(value[:, 1:], where=symbol) / jnp.maximum(jnp.sum(symbol), 1)
            measures[f"{gate}_at_symbols"] = at_symbols
            measures[f"{gate}_opened_accuracy"] = accuracy_with({i: OPEN})
        if "input" in places:
            measures["skipped_accuracy"] = accuracy_with({i: SHUT if g == "input" else OPEN for g, i in places.items()})
        return super().evaluate(state, data, key) | measures


def held(variables: dict[str, Array], biases: dict[int, float]) -> dict[str, Array]:
    """The variables of the cell with these gates, by number, set by a bias alone for all inputs."""
    given = dict(variables)
    for gate, bias in biases.items():
        rows = slice(gate * UNITS, (gate + 1) * UNITS)
        for name, value in (("input", 0.0), ("recurrent", 0.0), ("bias", bias)):
            given[name] = given[name].at[rows].set(value)
    return given


def run_with(cell: nn.Cell, usual: Any, other: Any, x: Array, where: Array) -> Array:
    """The last outputs of a cell that uses the variables `other` at the steps in `where`."""

    def step(state: Any, now: tuple[Array, Array]) -> tuple[Any, Array]:
        word, here = now
        steps = [cell.step(variables, state, word) for variables in (other, usual)]
        return jax.tree.map(lambda one, two: jnp.where(here[:, None], one, two), *steps)

    _, outputs = jax.lax.scan(step, cell.start(x.shape[0]), (jnp.swapaxes(x, 0, 1), where.T))
    return outputs[-1]


def name_of(task: str, cell: str) -> str:
    """The name of a variant."""
    return f"{task}: {cell}"


_REPLACED = tuple(name_of(REPLACED, cell) for cell in (LSTM, NO_INPUT, NO_FORGET, NEITHER))
FIGURES = (
    partial(gate_values, variant=name_of(REPLACED, LSTM)),
    partial(held_accuracy, variants=_REPLACED),
    partial(side_by_side, variants=tuple(name_of(ONCE, cell) for cell in (LSTM, NO_INPUT, NO_FORGET, NEITHER))),
)


def study() -> Study:
    """The answer is the latest symbol among distractors; 16 units, Adam 0.01 to 0, 1,000 steps of 20 rows."""
    cells = {
        LSTM: nn.LSTM(WORDS, UNITS),
        NO_INPUT: nn.LSTM(WORDS, UNITS, input_gate=False),
        NO_FORGET: nn.LSTM(WORDS, UNITS, forget_gate=False),
        NEITHER: nn.LSTM(WORDS, UNITS, input_gate=False, forget_gate=False),
    }
    learners = {
        name: Gated(
            models.SequenceModel(nn.Recurrent(cell), SYMBOLS, read="last"),
            falling_adam(0.01, STEPS),
            batch_size=20,
            probes=False,
        )
        for name, cell in cells.items()
    }
    rows: dict[str, Any] = {"symbols": SYMBOLS, "distractors": DISTRACTORS, "rows": 4000, "validation_rows": 0}
    return Study(
        name="distractor",
        data=together({task: tasks.distractor(**rows, updates=updates) for task, updates in UPDATES.items()}),
        variants={name_of(task, cell): OnTask(task, learner) for task in UPDATES for cell, learner in learners.items()},
        baseline=name_of(REPLACED, LSTM),
        seeds=20,
        first_seed=1000,  # the rule was written after seeds 0 to 9 had been seen
        trained=Trained("test_accuracy", SOLVED),
        steps=STEPS,
        evaluate_every=250,
        claims=(C40,),
        figures=FIGURES,
    )


def solves(task: str, cell: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether at least 95 % of the answers are right."""
    return lambda results: final(results, "test_accuracy", name_of(task, cell)) >= SOLVED


def lost(held_measure: str, cell: str = LSTM, task: str = REPLACED) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy that a trained cell loses with gates held at the distractors."""
    name = name_of(task, cell)
    return lambda results: final(results, "test_accuracy", name) - final(results, held_measure, name)


FORGET_HELD, INPUT_HELD, SKIPPED = "forget_opened_accuracy", "input_opened_accuracy", "skipped_accuracy"
TRAINED_LSTM = (name_of(REPLACED, LSTM),)


def closed(results: xr.Dataset) -> xr.DataArray:
    """The forget gate at symbols minus that at distractors: below 0 if it closes at new symbols."""
    at = (final(results, f"forget_at_{what}", name_of(REPLACED, LSTM)) for what in ("symbols", "distractors"))
    return next(at) - next(at)


# "The gate is the forget gate": of the cells that are trained without it fewer solve the task, by at least 20 points,
# and most that have it alone, without an input gate, do. This is judged where the memory is replaced by new symbols and
# where it is written once. What a trained LSTM loses when gates are held at the distractors qualifies the answer.
C40 = Claim(
    "C40",
    (
        MoreOften("needed", solves(REPLACED, LSTM), solves(REPLACED, NO_FORGET), low=0.2, unit="points", case=REPLACED),
        Share("enough", solves(REPLACED, NO_INPUT), low=0.5, unit="points", case=REPLACED),
        MoreOften("needed-once", solves(ONCE, LSTM), solves(ONCE, NO_FORGET), low=0.2, unit="points", case=ONCE),
        Share("enough-once", solves(ONCE, NO_INPUT), low=0.5, unit="points", case=ONCE),
        Part("skipped", lost(SKIPPED), high=0.05, unit="points", among=TRAINED_LSTM, further=True),
        Part("forget-held", lost(FORGET_HELD), low=0.05, unit="points", among=TRAINED_LSTM, further=True),
        Part("input-held", lost(INPUT_HELD), low=0.05, unit="points", among=TRAINED_LSTM, further=True),
        Part("input-alone", lost(INPUT_HELD, NO_FORGET), low=0.05, unit="points", further=True),
        Part("clears", closed, high=-0.05, among=TRAINED_LSTM, further=True),
    ),
)


def mean(measure: str, task: str, cell: str, times: float = 100) -> Shown:
    """The mean of a measure, in percent."""
    return lambda results: float(final(results, measure, name_of(task, cell)).mean()) * times


NUMBERS: dict[str, Shown] = {
    "lstm": points(solves(REPLACED, LSTM)),
    "no_input": points(solves(REPLACED, NO_INPUT)),
    "no_forget": points(solves(REPLACED, NO_FORGET)),
    "neither": points(solves(REPLACED, NEITHER)),
    "lstm_once": points(solves(ONCE, LSTM)),
    "no_input_once": points(solves(ONCE, NO_INPUT)),
    "no_forget_once": points(solves(ONCE, NO_FORGET)),
    "neither_once": points(solves(ONCE, NEITHER)),
    "no_forget_right": mean("test_accuracy", REPLACED, NO_FORGET),
    "neither_right": mean("test_accuracy", REPLACED, NEITHER),
    "skipped": points(lost(SKIPPED)),
    "forget_held": points(lost(FORGET_HELD)),
    "input_held": points(lost(INPUT_HELD)),
    "input_alone": points(lost(INPUT_HELD, NO_FORGET)),
    "input_alone_once": points(lost(INPUT_HELD, NO_FORGET, ONCE)),
    "forget_at_distractors": mean("forget_at_distractors", REPLACED, LSTM, 1),
    "forget_at_symbols": mean("forget_at_symbols", REPLACED, LSTM, 1),
    "input_at_distractors": mean("input_at_distractors", REPLACED, LSTM, 1),
    "input_alone_at_distractors": mean("input_at_distractors", REPLACED, NO_FORGET, 1),
}
