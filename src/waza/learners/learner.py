"""Learner: everything that learns, as pure functions."""

from typing import Any

from jaxtyping import Array, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Measure, Measures
from waza.core.recipe import Recipe
from waza.learners.source import Resident, Source


class Learner(Recipe):
    """A frozen recipe with pure functions. Data are an argument, never a field.

    The engine compiles `update` and `evaluate` once for all variants of one structure, stacks their numbers and
    states, and maps over them; so no function may branch on a number. `update` and `evaluate` are compiled
    without the initializers, which only `init` may read.

    A learner must define `measures`, `init`, `update` and `evaluate`, and `batch` where its data are resident.
    """

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The measures of `evaluate` and `judge`, the main one first.

        A record of `update` may be declared too, as "batch_" and its name; one that is not has no better direction.
        """
        kind = type(self).__name__
        raise Error(f"{kind} has no measures(data): return a tuple with a Measure for each value that evaluate returns")

    def selection(self, data: Any) -> Measure:
        """The measure by which early stopping and `keep="best"` compare evaluations; the main one by default."""
        return self.measures(data)[0]

    def init(self, key: PRNGKeyArray, data: Any) -> PyTree[Array]:
        """The state before the first step: a tree of arrays."""
        raise NotImplementedError(f"{type(self).__name__} has no init(key, data)")

    def source(self, data: Any) -> Source:
        """Where batches come from: `data` or `data.train` where that is a `Source`, else the data as they are."""
        train = getattr(data, "train", data)
        return train if isinstance(train, Source) else Resident(data)

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> PyTree[Array] | None:
        """What one step learns from; None where `update` makes its own, as on-policy learning does.

        Drawn once a seed and shared by all variants: it may not read a number that varies. The step's number says which
        part of a stream is next. It is not called where the source is a `Stream`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no batch(data, key, step)")

    def update(self, state: PyTree[Array], batch: Any, key: PRNGKeyArray) -> tuple[PyTree[Array], Measures]:
        """The next state, and records of the step: scalars or `Mean`s by name, averaged between evaluations."""
        raise NotImplementedError(f"{type(self).__name__} has no update(state, batch, key)")

    def evaluate(self, state: PyTree[Array], data: Any, key: PRNGKeyArray) -> Measures | tuple[Measures, PyTree[Array]]:
        """Measures by name: a scalar or a `Mean`, or a dict of them by layer; with outputs for `judge`, if any."""
        raise NotImplementedError(f"{type(self).__name__} has no evaluate(state, data, key)")

    def judge(self, outputs: Any, data: Any) -> Measures:
        """Measures that cannot be compiled, such as BLEU, of the outputs that `evaluate` returned beside its measures.

        It runs on the host between segments, for one trial at a time, on NumPy arrays.
        """
        raise NotImplementedError(f"{type(self).__name__} evaluates to outputs, but has no judge(outputs, data)")

    def kept(self, state: PyTree[Array]) -> PyTree[Array]:
        """The part of the state that a saved model consists of."""
        return state

    def chance(self, data: Any) -> dict[str, float]:
        """The level at which a diverged trial counts, for each measure that has one."""
        return {}
