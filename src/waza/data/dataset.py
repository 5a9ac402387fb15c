"""Data sets of labelled examples, and how one is split."""

import numbers
import types
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from waza.core.digest import is_constant
from waza.core.errors import Error
from waza.core.showing import shown

Rows: TypeAlias = Any  # np.ndarray as loaded, jax.Array inside a compiled program; Any does not import JAX


def _shape(rows: Rows) -> str:
    """Type and shape of an array, such as "float32 (100, 8)"; anything else as it is."""
    return f"{rows.dtype} {tuple(rows.shape)}" if hasattr(rows, "dtype") and hasattr(rows, "shape") else repr(rows)


class Split(NamedTuple):
    """Examples and their labels: images `x` (n, height, width, channels) uint8, classes `y` (n,) int32.

    NumPy arrays when data are loaded and split; JAX arrays inside a compiled program.

    >>> Split(np.zeros((3, 2), np.float32), np.zeros(3, np.int32))
    Split(x=float32 (3, 2), y=int32 (3,))
    """

    x: Rows
    y: Rows

    def __repr__(self) -> str:
        return f"Split(x={_shape(self.x)}, y={_shape(self.y)})"


class Weighted(NamedTuple):
    """Examples that do not count alike: `weights` (n,) or (n, ...), such as 0 where a sequence is padded."""

    x: Rows
    y: Rows
    weights: Rows


class Dataset(NamedTuple):
    """A named data set: training and test examples, and validation examples by which settings are chosen, if any.

    Images are NHWC uint8 in 0..255, (n, 28, 28, 1) for the digits; labels are int32 (n,), counted from 0.
    `classes` are the names of the labels, in order; empty if labels need no names, such as digits.
    """

    name: str
    train: Split
    test: Split
    validation: Split | None = None
    classes: tuple[str, ...] = ()


def check_dataset(data: Any) -> None:
    """Refuse a data set whose fields are of other kinds than those of `Dataset`.

    Splits may also be tuples (x, y) and sources of batches.

    Raises:
        Error: it says which field, what is given and what is expected.
    """
    if not isinstance(data, Dataset):
        raise Error(f"data is {shown(data)}; expected a waza.data.Dataset")
    if not isinstance(data.name, str):
        raise Error(f"Dataset.name is {shown(data.name)}; expected a text")
    if not isinstance(data.classes, tuple | list) or not all(isinstance(one, str) for one in data.classes):
        raise Error(f"Dataset.classes is {shown(data.classes)}; expected a tuple of texts")
    for part in ("train", "test", "validation"):
        split = getattr(data, part)
        if split is None and part == "validation":
            continue
        if _is_single(split) or isinstance(split, Mapping) or hasattr(split, "dtype"):
            raise Error(f"Dataset.{part} is {shown(split)}; expected Split(x, y)")
        for name, value in zip(("x", "y"), split, strict=False) if isinstance(split, tuple | list) else ():
            if _is_single(value):
                raise Error(f"Dataset.{part}.{name} is {shown(value)}; expected an array with one row for each example")


def _is_single(value: Any) -> bool:
    """Whether a value has no rows."""
    if isinstance(value, Mapping):
        return not value or any(map(_is_single, value.values()))
    if isinstance(value, tuple | list) and not value:
        return True
    if value is None or type(value) is object or callable(value):
        return True
    return isinstance(value, str | bytes | numbers.Number | types.ModuleType) or getattr(value, "shape", None) == ()


def read_only(split: Split) -> Split:
    """The split with arrays that nothing can change, so that `waza.core.digest.array_digest` reads them once a process.

    Arrays of a memory-mapped file stay as they are. Others are copied into `bytes`: a flag alone could be set back.

    >>> read_only(Split(np.zeros(2), np.zeros(2))).x.flags.writeable
    False
    """

    def constant(array: np.ndarray) -> np.ndarray:
        if isinstance(array, np.memmap) or is_constant(array):
            return array
        return np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)

    return Split(*map(constant, split))


def stratified(x: np.ndarray, y: np.ndarray, test_per_class: int, seed: int) -> tuple[Split, Split]:
    """Split (x, y) at random into train and test, with `test_per_class` examples of each class in test.

    Both parts are shuffled, and the same seed gives the same parts with every version of NumPy.

    Raises:
        Error: x and y differ in length, or a class has fewer than `test_per_class` examples.

    >>> train, test = stratified(np.arange(6), np.array([0, 0, 0, 1, 1, 1]), test_per_class=1, seed=0)
    >>> sorted(test.y.tolist()), sorted([*train.x.tolist(), *test.x.tolist()])
    ([0, 1], [0, 1, 2, 3, 4, 5])
    """
    if len(x) != len(y):
        raise Error(f"{len(x)} examples and {len(y)} labels given: each example needs one label")
    labels, counts = np.unique(y, return_counts=True)
    smallest = int(counts.min(initial=len(y)))
    if not 0 <= test_per_class <= smallest:
        raise Error(f"test_per_class={test_per_class} given: choose 0 to {smallest}, the smallest class")
    # RandomState's stream is frozen; Generator's may change (NEP 19).
    order = np.random.RandomState(seed).permutation(len(y))
    tested = np.zeros(len(y), bool)
    for label in labels:
        tested[order[y[order] == label][:test_per_class]] = True
    train, test = order[~tested[order]], order[tested[order]]
    return Split(x[train], y[train]), Split(x[test], y[test])


def hold_out(data: Dataset, rows: int, seed: int = 0) -> Dataset:
    """The data with `rows` random training rows set aside for validation; the test split stays the same.

    The new arrays are read-only.

    Raises:
        Error: no row would be left for validation or for training, or an argument is of another kind.

    >>> x = np.arange(10)
    >>> split = hold_out(Dataset("ten", Split(x, x), Split(x, x)), 3)
    >>> len(split.train.x), len(split.validation.x)
    (7, 3)
    """
    check_dataset(data)
    for name, value in (("rows", rows), ("seed", seed)):
        if not isinstance(value, numbers.Integral) or value < 0:
            raise Error(f"{name} is {shown(value)}; expected a whole number of at least 0")
    if not isinstance(data.train, Split):
        raise Error(f"Dataset.train is {shown(data.train)}; expected Split(x, y), from which rows are set aside")
    count = len(data.train.y)
    if len(data.train.x) != count:
        raise Error(f"{len(data.train.x)} examples and {count} labels given: each example needs one label")
    if not 1 <= rows < count:
        raise Error(f"{rows} rows given for validation; expected 1 to {count - 1}, to leave some for training")
    order = np.random.RandomState(seed).permutation(count)
    held, kept = np.sort(order[:rows]), np.sort(order[rows:])
    return data._replace(
        train=read_only(Split(data.train.x[kept], data.train.y[kept])),
        validation=read_only(Split(data.train.x[held], data.train.y[held])),
    )
