"""E10: a small version of the LSTM search space odyssey: which parts does an LSTM need?"""

from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr
from jaxtyping import PRNGKeyArray, PyTree

from waza import data, models, nn, optim
from waza.core.errors import Error, nearest
from waza.curriculum.day3a_recurrent.gated_unit import RowByRow
from waza.data import Dataset, Split, tasks
from waza.learners import Learner, Measure, Measures, Supervised
from waza.report import side_by_side
from waza.study import Claim, Part, Study, Tuning, final
from waza.study.tuning import tuned_name

UNITS, STEPS, ROWS = 8, 1500, 20
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
RATES = (0.003, 0.01, 0.03)
LIMIT = 0.1


class OnTask(Learner):
    """A learner on one of several data sets of a study.

    The study's data are a `Dataset` whose splits hold a dictionary by task for x and for y.

    Args:
        task: the name of its task.
        learner: the learner of this task.
    """

    task: str
    learner: Supervised

    def own(self, given: Dataset) -> Dataset:
        """The data of this task."""
        if self.task not in given.train.x:
            raise Error(f"no task is called {self.task!r}: {nearest(self.task, given.train.x)}")

        def part(split: Split) -> Split:
            return Split(split.x[self.task], split.y[self.task])

        validation = None if given.validation is None else part(given.validation)
        return given._replace(train=part(given.train), test=part(given.test), validation=validation)

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """The learner's measures."""
        return self.learner.measures(self.own(data))

    def init(self, key: PRNGKeyArray, data: Dataset) -> PyTree:
        """The learner's state."""
        return self.learner.init(key, self.own(data))

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Any) -> Any:
        """The learner's batch."""
        return self.learner.batch(self.own(data), key, step)

    def update(self, state: PyTree, batch: Any, key: PRNGKeyArray) -> tuple[PyTree, Measures]:
        """The learner's step."""
        return self.learner.update(state, batch, key)

    def evaluate(self, state: PyTree, data: Dataset, key: PRNGKeyArray) -> Measures:
        """The learner's measures."""
        return self.learner.evaluate(state, self.own(data), key)

    def chance(self, data: Dataset) -> dict[str, float]:
        """The learner's levels."""
        return self.learner.chance(self.own(data))


def together(sets: Mapping[str, Dataset]) -> Dataset:
    """Several data sets as one, with a dictionary for each x and y."""

    def of(split: str) -> Split:
        parts = {name: getattr(one, split) for name, one in sets.items()}
        return Split({name: part.x for name, part in parts.items()}, {name: part.y for name, part in parts.items()})

    return Dataset("+".join(sets), of("train"), of("test"), of("validation"))


FIGURES = (side_by_side,)


def study() -> Study:
    """Nine LSTMs on three tasks, the rate tuned for each; 8 units, Adam, 1,500 steps of 20 rows, clipped at 1."""
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
    grid = {name: {"learner.optimizer.optimizer.learning_rate": RATES} for name in variants}
    limits = {"learner.optimizer.optimizer.learning_rate": LIMIT}
    return Study(
        name="lstm-odyssey",
        data=together(sets),
        variants=variants,
        steps=STEPS,
        evaluate_every=STEPS,
        tuning=Tuning(grid=grid, seeds=10, limits=limits),
        seeds=30,
        first_seed=2000,  # earlier seeds were used to choose the number of seeds
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
    optimizer = optim.ClipByNorm(optim.Adam(0.01), 1.0)
    return Supervised(network, optimizer, loss, batch_size=ROWS, probes=False)


def ahead(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy minus that of vanilla, each at its best rate, as a mean over the tasks."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        gaps = [
            final(results, "test_accuracy", tuned_name(name_of(variant, task)))
            - final(results, "test_accuracy", tuned_name(name_of(VANILLA, task)))
            for task in TASKS
        ]
        return sum(gaps[1:], gaps[0]) / len(gaps)

    return effect


def part_name(variant: str) -> str:
    """A part's name: the variant's, with dashes."""
    return variant.replace(" ", "-")


OTHERS = tuple(name for name in VARIANTS if name != VANILLA)
# "None improves": no variant is better than vanilla by 2 points or more.
G1 = Claim("G1", tuple(Part(part_name(name), ahead(name), high=0.02, unit="points") for name in OTHERS))
# "Critical": without them it loses at least 2 points.
G2 = Claim(
    "G2",
    tuple(
        Part(part_name(name), ahead(name), high=-0.02, unit="points")
        for name in ("no forget gate", "no output activation")
    ),
)
# "Simplify without loss": it loses less than 2 points.
G3 = Claim(
    "G3",
    tuple(Part(part_name(name), ahead(name), low=-0.02, unit="points") for name in ("coupled gates", "no peepholes")),
)
