"""E10: a small version of the LSTM search space odyssey: which parts does an LSTM need?"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza import data, models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.day3a_recurrent.gated_unit import RowByRow
from waza.curriculum.day3a_recurrent.several_tasks import OnTask, together
from waza.curriculum.figures.by_task import gains_by_task
from waza.curriculum.shown import Shown, points
from waza.data import tasks
from waza.learners import Supervised
from waza.study import Claim, Share, Study, Trained, Tuning, final, tuned_name

UNITS, STEPS, ROWS = 8, 1000, 20
ADDING, TIMING, DIGITS = "adding", "timing", "digits"
TASKS = (ADDING, TIMING, DIGITS)
VANILLA = "vanilla"
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    VANILLA: {},
    "no input gate": {"input_gate": False},
    "no forget gate": {"forget_gate": False},
    "no output gate": {"output_gate": False},
    "no input activation": {"input_activation": None},
    "no output activation": {"output_activation": None},
    "coupled gates": {"coupled": True},
    "no peepholes": {"peepholes": False},
    "full gate recurrence": {"full_gate_recurrence": True},
}
RATE = "learner.optimizer.optimizer.learning_rate.initial"
RATES, LIMIT = (0.003, 0.01, 0.03), 0.03
TRAINED = 0.5
ERRORS, POINTS = 1.5, 0.02  # the smallest differences that matter: of errors a factor, of accuracies 2 points


FIGURES = (partial(gains_by_task, baseline=VANILLA),)


def study() -> Study:
    """Nine LSTMs on three tasks, the rate tuned for each; 8 units, Adam to 0, 1,000 steps of 20 rows, clipped at 1."""
    sets = {
        ADDING: tasks.adding(30),
        TIMING: tasks.spike_delays(length=30, shortest=5, longest=25, rows=2000),
        DIGITS: data.hold_out(data.digits(), 500),
    }
    variants = {
        name_of(variant, task): OnTask(task, learner(task, **settings))
        for task in TASKS
        for variant, settings in VARIANTS.items()
    }
    return Study(
        name="lstm-odyssey",
        data=together(sets),
        variants=variants,
        steps=STEPS,
        evaluate_every=STEPS,
        tuning=Tuning(grid={name: {RATE: RATES} for name in variants}, seeds=6, limits={RATE: LIMIT}),
        trained=Trained("test_accuracy", TRAINED),
        seeds=30,
        block=30,
        first_seed=5000,  # the rules were written after seeds 0 to 43 and 2000 to 2039 had been seen
        mapping="vmap",  # 27 structures: compiling each mapping would take longer than it saves
        claims=(G1, G2, G3),
        figures=FIGURES,
    )


def name_of(variant: str, task: str) -> str:
    """The name of a variant on a task."""
    return f"{task}: {variant}"


def learner(task: str, **settings: Any) -> Supervised:
    """The vanilla LSTM (all gates, peepholes, both activations) with these settings changed."""
    loss: nn.Loss = nn.CrossEntropy()
    inputs, outputs = {ADDING: (2, 1), TIMING: (1, 1), DIGITS: (28, 10)}[task]
    cell = nn.LSTM(inputs, UNITS, **{"peepholes": True, **settings})
    model = models.SequenceModel(nn.Recurrent(cell), outputs, read="last")
    if task != DIGITS:
        # Within 0.04 as in the paper of 1997; a delay within half a step (20 steps correspond to 0 to 1).
        loss = nn.SquaredError(within=0.04 if task == ADDING else 0.025)
    network: nn.Layer = RowByRow(model) if task == DIGITS else model
    return Supervised(network, falling_adam(0.01, STEPS), loss, batch_size=ROWS, probes=False)


def tuned(results: xr.Dataset, measure: str, variant: str, task: str) -> xr.DataArray:
    """A measure of a variant at its best rate."""
    return final(results, measure, tuned_name(name_of(variant, task)))


def trains(results: xr.Dataset, variant: str, task: str) -> xr.DataArray:
    """Whether at least half of the test rows are right."""
    return tuned(results, "test_accuracy", variant, task) >= TRAINED


def better(results: xr.Dataset, variant: str, other: str, task: str) -> xr.DataArray:
    """Whether a variant is better than another by the smallest difference that matters, each at its best rate.

    Digits: the accuracy is higher by 2 points. Adding and timing: the root mean square of the error is smaller by a
    third. A trial that has not trained is worse than each that has.
    """
    if task == DIGITS:
        apart = tuned(results, "test_accuracy", variant, task) - tuned(results, "test_accuracy", other, task)
        return apart >= POINTS
    ratio = tuned(results, "test_loss", other, task) / tuned(results, "test_loss", variant, task)
    one, two = (trains(results, name, task) for name in (variant, other))
    return one & (~two | (ratio >= ERRORS**2))


def improves(variant: str, task: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether a variant is better than vanilla."""
    return lambda results: better(results, variant, VANILLA, task)


def loses(variant: str, task: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether vanilla is better than a variant."""
    return lambda results: better(results, VANILLA, variant, task)


def part_name(variant: str, task: str) -> str:
    """A part's name, with dashes."""
    return name_of(variant, task).replace(": ", "-").replace(" ", "-")


OTHERS = tuple(name for name in VARIANTS if name != VANILLA)
# "None improves": on a task, no variant is better than vanilla for half of the seeds or more.
G1 = Claim(
    "G1",
    tuple(
        Share(part_name(name, task), improves(name, task), high=0.5, unit="points", case=task)
        for task in TASKS
        for name in OTHERS
    ),
)
# "Critical": on a task, vanilla is better than the cell without the part for more than half of the seeds.
G2 = Claim(
    "G2",
    tuple(
        Share(part_name(name, task), loses(name, task), low=0.5, unit="points", case=task)
        for task in TASKS
        for name in ("no forget gate", "no output activation")
    ),
)
# "Simplify without loss": on a task, vanilla is better than the simpler cell for less than half of the seeds.
G3 = Claim(
    "G3",
    tuple(
        Share(part_name(name, task), loses(name, task), high=0.5, unit="points", case=task)
        for task in TASKS
        for name in ("coupled gates", "no peepholes")
    ),
)


def trained_share(variant: str, task: str) -> Shown:
    """The percentage of seeds that train."""
    return lambda results: float(trains(results, variant, task).mean()) * 100


def score(variant: str, task: str) -> Shown:
    """The mean accuracy on digits in percent; else the median over seeds of the error, as a ratio to vanilla's."""
    if task == DIGITS:
        return lambda results: float(tuned(results, "test_accuracy", variant, task).mean()) * 100

    def error(results: xr.Dataset, name: str) -> float:
        return float(np.sqrt(tuned(results, "test_loss", name, task).median()))

    return lambda results: error(results, variant) / error(results, VANILLA)


def number_name(variant: str, task: str) -> str:
    """A variant on a task, with underscores."""
    return part_name(variant, task).replace("-", "_")


EACH = [(variant, task) for task in TASKS for variant in VARIANTS]
NUMBERS: dict[str, Shown] = {
    **{f"{number_name(*one)}_trained": trained_share(*one) for one in EACH},
    **{f"{number_name(*one)}_score": score(*one) for one in EACH},
    **{f"{number_name(*one)}_better": points(improves(*one)) for one in EACH if one[0] != VANILLA},
    **{f"{number_name(*one)}_worse": points(loses(*one)) for one in EACH if one[0] != VANILLA},
}
