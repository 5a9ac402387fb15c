"""E10: what is a peephole, and does it help to measure time?"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.day3a_recurrent.several_tasks import OnTask, together
from waza.curriculum.shown import Shown, points
from waza.data import Dataset, Split, tasks
from waza.learners import Supervised
from waza.report import side_by_side
from waza.study import Claim, Exact, MoreOften, Study, final

STEPS = 1500
TASKS = MEASURE, ALARM = "measure", "alarm"
SHORTEST, LONGEST, LENGTH = 5, 35, 40
DELAY, STARTS = 15, 8
SOLVED = 0.25
FIGURES = (side_by_side,)


def name_of(task: str, peepholes: bool) -> str:
    """The name of a variant."""
    return f"{task}{', peepholes' * peepholes}"


def study() -> Study:
    """One unit on two tasks with delays; Adam 0.01 (0.03 for the alarm) to 0 along a cosine, 1,500 steps of 20 rows."""
    delays = tasks.spike_delays(length=LENGTH, shortest=SHORTEST, longest=LONGEST, rows=2000, validation_rows=0)
    return Study(
        name="peepholes",
        data=together({MEASURE: delays, ALARM: alarms()}),
        variants={name_of(task, seen): OnTask(task, learner(task, seen)) for task in TASKS for seen in (False, True)},
        measure="test_loss",
        seeds=400,
        first_seed=1000,  # the rule was written after seeds 0 to 99 had been seen
        block=100,
        steps=STEPS,
        evaluate_every=250,
        claims=(C37,),
        figures=FIGURES,
    )


def alarms() -> Dataset:
    """A spike at one of the first 8 steps, and targets that are 1 at the 15th step after it and 0 at all others.

    x (8, 24, 1); y (8, 24). The 8 rows are training and test data: the task is timing, not generalisation.
    """
    x = np.zeros((STARTS, STARTS + DELAY + 1, 1), np.float32)
    y = np.zeros((STARTS, STARTS + DELAY + 1), np.float32)
    start = np.arange(STARTS)
    x[start, start] = 1
    y[start, start + DELAY] = 1
    return Dataset("alarms", Split(x, y), Split(x, y))


def learner(task: str, peepholes: bool) -> Supervised:
    """An LSTM of one unit, read at the second spike, or at each step for the alarm."""
    layer = nn.Recurrent(nn.LSTM(1, 1, peepholes=peepholes))
    model = models.SequenceModel(layer, 1, read="last" if task == MEASURE else "each")
    optimizer = falling_adam(0.01 if task == MEASURE else 0.03, STEPS)
    return Supervised(model, optimizer, nn.SquaredError(), batch_size=20, probes=False)


def constant_loss(task: str) -> float:
    """The squared error of the best constant answer, for the alarm of the best one at each step."""
    if task == MEASURE:
        delays = np.arange(SHORTEST, LONGEST + 1)
        return float(np.var((delays - SHORTEST) / (LONGEST - SHORTEST)))
    return float(np.mean(np.var(alarms().test.y, axis=0)))


def solves(task: str, peepholes: bool) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether the test loss is at most a quarter of that of a constant answer."""
    return lambda results: final(results, "test_loss", name_of(task, peepholes)) <= SOLVED * constant_loss(task)


def mask() -> float:
    """The largest change of cell and output when peepholes are replaced by additions to the gates' biases.

    If a peephole acted on the cell itself, as a mask does, no input of a gate could replace it.
    """
    cell, plain = nn.LSTM(1, 4, peepholes=True), nn.LSTM(1, 4)
    variables = cell.init(jax.random.key(0))
    before: Any = cell.start(1)
    largest = 0.0
    for x in jax.random.normal(jax.random.key(1), (50, 1, 1)):
        after, _ = cell.step(variables, before, x)
        seen = jnp.stack([before.cell[0], before.cell[0], after.cell[0]])  # by input, forget and output gate
        added = jnp.concatenate([(variables["peephole"] * seen).ravel(), jnp.zeros(4)])
        given = {name: value for name, value in variables.items() if name != "peephole"}
        other, _ = plain.step(given | {"bias": variables["bias"] + added}, before, x)
        changes = (jnp.max(jnp.abs(one - two)) for one, two in zip(after[:2], other[:2], strict=True))
        largest, before = max(largest, *map(float, changes)), after
    return largest


# "Mask": a peephole acts on the cell in another way than as an input of the gates. Whether it helps is not in the
# notes, and qualifies the answer: at least 5 more of 100 seeds solve a task with peepholes.
C37 = Claim(
    "C37",
    (
        Exact("mask", mask, low=0.001),
        MoreOften("measure", solves(MEASURE, True), solves(MEASURE, False), low=0.05, unit="points", further=True),
        MoreOften("alarm", solves(ALARM, True), solves(ALARM, False), low=0.05, unit="points", further=True),
    ),
)


NUMBERS: dict[str, Shown] = {
    "measure_with": points(solves(MEASURE, True)),
    "measure_without": points(solves(MEASURE, False)),
    "alarm_with": points(solves(ALARM, True)),
    "alarm_without": points(solves(ALARM, False)),
}
