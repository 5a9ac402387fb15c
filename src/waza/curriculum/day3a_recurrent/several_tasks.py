"""Several tasks in one study: their data as one data set, and learners that each see one task."""

from collections.abc import Mapping
from typing import Any

from jaxtyping import PRNGKeyArray, PyTree

from waza.core.errors import Error, nearest
from waza.data import Dataset, Split
from waza.learners import Learner, Measure, Measures, Supervised


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
    """Several data sets as one, with a dictionary for each x and y; all have validation rows, or none is used."""

    def of(split: str) -> Split:
        parts = {name: getattr(one, split) for name, one in sets.items()}
        return Split({name: part.x for name, part in parts.items()}, {name: part.y for name, part in parts.items()})

    validated = all(one.validation is not None for one in sets.values())
    return Dataset("+".join(sets), of("train"), of("test"), of("validation") if validated else None)
