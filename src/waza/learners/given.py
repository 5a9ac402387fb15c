"""Data that supervised learners are given: checked and converted for their loss and their network's outputs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.recipe import at
from waza.data import Dataset, Note, Split, Weighted
from waza.data.arrays import as_split, checked, from_arrays, say, with_arrays
from waza.data.targets import Task
from waza.learners.learner import Learner
from waza.learners.row_stream import RowStream
from waza.learners.rows import as_inputs
from waza.learners.source import Source, Stream
from waza.learners.supervised import Supervised
from waza.learners.truncated_bptt import TruncatedBPTT
from waza.nn import CrossEntropy, Pass, SquaredError

JUDGED = (Supervised.judged, TruncatedBPTT.judged)  # which need a training and a test split
MEASURED = (Supervised.mean_measures, TruncatedBPTT.mean_measures)  # which compare outputs with targets one by one
FORMS = "a waza.data.Dataset, ((x, y), (x_test, y_test)), or wz.data.from_arrays(x, y)"


def task_of(learner: Any) -> Task | None:
    """The task of a learner's loss; None for any other loss than the two, or one that measures in its own way."""
    kind = type(getattr(learner, "loss", None))
    if issubclass(kind, CrossEntropy):
        return "classification" if kind.__call__ is CrossEntropy.__call__ else None
    return "regression" if issubclass(kind, SquaredError) and kind.__call__ is SquaredError.__call__ else None


def as_data(learners: Mapping[str, Learner], data: Any) -> Any:
    """The data in the form that learners take, unchecked.

    Where all learners are supervised, ((x, y), (x_test, y_test)) becomes a `Dataset`, and (x, y) is split at random
    (`waza.data.from_arrays`). All other data, and those of other learners, stay as they are.

    Raises:
        Error: supervised learners are given a text, or rows without targets.
    """
    if not _all_supervised(learners):
        return data
    if type(data) in (tuple, list):
        tasks = _tasks(learners)
        stream = any(isinstance(one, TruncatedBPTT) for one in learners.values())
        data = _of_pairs(data, next(iter(tasks)) if len(tasks) == 1 else None, stream)
    if not hasattr(data, "train") and all(getattr(type(one), "judged", None) in JUDGED for one in learners.values()):
        shape = f" {tuple(data.shape)}" if hasattr(data, "shape") else ""
        kind = f"the text {data!r}" if isinstance(data, str) else f"of type {type(data).__name__}{shape}"
        raise Error(f"data is {kind}; expected {'wz.data.load(name)' if isinstance(data, str) else FORMS}")
    return with_arrays(data) if isinstance(data, Dataset) else data


def checked_data(
    learners: Mapping[str, Learner], data: Any, pool: Split | None = None
) -> tuple[Any, Split | None, list[Note]]:
    """The data and the pool, checked and converted for supervised learners, and notes on what was converted.

    The splits of a `Dataset` are checked (`waza.data.arrays.checked`). All other data stay as they are.

    Raises:
        Error: the data cannot be used.
    """
    if not _all_supervised(learners) or not isinstance(data, Dataset):
        return data, pool, []
    data, pool, notes = checked(data, None, None, pool)  # first as arrays, whose shapes the networks are asked about
    tasks = _tasks(learners)
    if len(tasks) > 1 or None in tasks or not _is_array(data.train):
        return data, pool, notes
    data, pool, more = checked(data, tasks.pop(), _shape(learners.values(), data), pool)
    return data, pool, [*notes, *more]


def check_pieces(learners: Mapping[str, Learner], data: Any) -> None:
    """Refuse a stream of the user's own whose pieces for evaluation have different shapes.

    Raises:
        Error: they have; all are evaluated by one compiled program.
    """
    looked_at: set[type] = {RowStream}  # its pieces are equal
    for learner in learners.values():
        source = learner.source(data)
        if not isinstance(source, Stream) or type(source) in looked_at or type(source).pieces is Source.pieces:
            continue
        looked_at.add(type(source))
        first = None
        for number, piece in enumerate(source.pieces(data)):
            shapes = [(str(leaf.dtype), leaf.shape) for leaf in jax.tree.leaves(piece) if hasattr(leaf, "dtype")]
            first = shapes if first is None else first
            if shapes != first:
                pairs = zip(first, shapes, strict=False)
                one, other = next((pair for pair in pairs if pair[0] != pair[1]), (len(first), len(shapes)))
                raise Error(
                    f"{type(source).__name__}.pieces gives {_said(one)} and, as piece {number}, {_said(other)}: give "
                    "pieces of equal shapes, filled up with rows of weight 0 (waza.data.Weighted)"
                )


def _said(shape: Any) -> str:
    return f"{shape} arrays" if isinstance(shape, int) else f"{shape[0]} {shape[1]}"


def _all_supervised(learners: Mapping[str, Learner]) -> bool:
    return all(isinstance(one, Supervised) for one in learners.values())


def _tasks(learners: Mapping[str, Learner]) -> set[Task | None]:
    """The tasks of the learners' losses."""
    return {task_of(one) if _is_plain(one) else None for one in learners.values()}


def is_pair(data: Any) -> bool:
    """Whether data are one pair (x, y), and no tuple of pairs, one for each split.

    >>> is_pair(([[1.0]], [0])), is_pair((([[1.0]], [0]), ([[2.0]], [1])))
    (True, False)
    """
    return type(data) is tuple and len(data) == 2 and not _are_splits(data)


def _are_splits(data: Sequence[Any]) -> bool:
    """Whether data are two or three tuples (x, y): training, validation and test rows, in this order."""
    return len(data) in (2, 3) and all(isinstance(one, tuple) and len(one) in (2, 3) for one in data)


def _of_pairs(data: Sequence[Any], task: Task | None, stream: bool) -> Dataset:
    """A data set of pairs (x, y): one for each split, or one alone."""
    if _are_splits(data):
        splits = [as_split(one) for one in data]
        return Dataset("arrays", splits[0], splits[-1], splits[1] if len(splits) == 3 else None)
    if len(data) != 2 or stream:
        raise Error(f"data is a {type(data).__name__} of {len(data)}; expected {FORMS}")
    found = from_arrays(*data, task=task)
    rows = {part: len(getattr(found, part).y) for part in ("train", "validation", "test")}
    say([Note("set_aside", rows)], 5)
    return found


def _is_plain(learner: Any) -> bool:
    """Whether a learner compares its network's outputs with the targets of the data, row by row."""
    kind = type(learner)
    return kind.row_measures is Supervised.row_measures and kind.mean_measures in MEASURED


def _is_array(split: Any) -> bool:
    return isinstance(split, Split | Weighted) and isinstance(split.x, np.ndarray | jax.Array)


def _shape(learners: Iterable[Any], data: Dataset) -> tuple[int, ...] | None:
    """The shape of a row's outputs, with the fewest classes of all networks; None if it is not known."""
    shapes = {
        shape for learner in {repr(one.model): one for one in learners}.values() if (shape := outputs_of(learner, data))
    }
    if not shapes or len({shape[:-1] for shape in shapes}) > 1:
        return None
    return min(shapes)


def outputs_of(learner: Any, data: Dataset) -> tuple[int, ...] | None:
    """The shape of a row's outputs, of a stream's at one place; None where the network fails in another way than with
    an `Error`.
    """
    now = at(learner, 0)
    row = (1, 1) if isinstance(learner, TruncatedBPTT) else (1,)
    x = jax.tree.map(lambda leaf: np.zeros((*row, *leaf.shape[1:]), leaf.dtype), data.train.x)

    def apply(x: Any) -> Any:
        key = jax.random.key(0)  # made inside: outside, it would start JAX before the number of devices is chosen
        variables, run = now.model.init(key), Pass(key=key)
        if isinstance(learner, TruncatedBPTT):
            return now.model.scan(variables, as_inputs(x), run, now.model.start(1))[0][0]  # as rows
        return now.model.apply(variables, now.plain(x), run)

    try:
        outputs = jax.eval_shape(apply, x)
    except Error:
        raise
    except Exception:  # the engine says more about it when it compiles the program
        return None
    return tuple(outputs.shape[1:]) if hasattr(outputs, "shape") and len(outputs.shape) > 1 else None
