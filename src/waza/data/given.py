"""What a Python user gives: pairs of arrays (x, y) and data frames, checked."""

import collections
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import is_folder
from waza.data.answers import one_a_row
from waza.data.dataset import Dataset
from waza.data.notes import Note, short
from waza.data.tables import KINDS, column_name
from waza.data.targets import Task

STRANGE = {"c": "complex numbers", "m": "durations"}
FORMS = "(x, y) with arrays or lists, a pandas.DataFrame, a waza.data.Dataset, or a path or a data set's name"


def is_frame(data: Any) -> bool:
    """Whether this is a pandas.DataFrame."""
    import pandas as pd

    return isinstance(data, pd.DataFrame)


def is_images(data: Any) -> bool:
    """Whether data in memory, (x, y) or a `Dataset`, are images: x has three axes or four.

    >>> is_images((np.zeros((2, 8, 8)), [0, 1])), is_images((np.zeros((2, 8)), [0, 1]))
    (True, False)
    """
    if isinstance(data, Dataset):
        return np.ndim(data.train.x) in (3, 4)
    if not isinstance(data, tuple) or len(data) != 2 or is_frame(data[0]):
        return False
    return array_of("x", data[0]).ndim in (3, 4)


def is_table_file(data: Any) -> bool:
    """Whether this is the path of a table's file, by its ending.

    >>> is_table_file("wine.csv"), is_table_file("photos/")
    (True, False)
    """
    return isinstance(data, str | Path) and Path(data).suffix.lower() in KINDS and not is_folder(data)


def frame_of(x: Any) -> Any:
    """The rows as a pandas.DataFrame, whose columns have texts as names: an array's are x0, x1, ...

    Args:
        x: a DataFrame, or an array or lists (rows, columns).

    Raises:
        Error: it has another shape, or two columns of one name.

    >>> list(frame_of([[1, 2], [3, 4]]).columns)
    ['x0', 'x1']
    """
    import pandas as pd

    if is_frame(x):
        frame = x.reset_index(drop=True)
        names = [column_name(name) for name in frame.columns]
        doubled = [name for name, count in collections.Counter(names).items() if count > 1]
        if doubled:
            raise Error(f"two columns are called {short(doubled[0])!r}: give each column a different name")
        for column, kind in zip(names, frame.dtypes, strict=True):
            if kind.kind in STRANGE:
                raise Error(
                    f"the column {short(column)!r} holds {STRANGE[kind.kind]}; expected numbers, texts or dates: "
                    "convert it to numbers"
                )
        frame.columns = pd.Index(names)
        return frame
    array = array_of("x", x)
    if array.ndim != 2:
        hint = {1: ": give x[None] for one row, or x[:, None] for one column"}.get(array.ndim, "")
        raise Error(f"x has the shape {array.shape}; expected (rows, columns){hint}")
    return pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])])


def with_target(x: Any, y: np.ndarray, name: str = "y") -> tuple[Any, str]:
    """The rows and their targets as one pandas.DataFrame, and the name of the target's column."""
    frame = frame_of(x)
    while name in frame.columns:
        name += "_"
    return frame.assign(**{name: y}), name


def name_of_target(y: Any) -> str:
    """The name of a Series or of a DataFrame's one column; "y" if it has none.

    >>> import pandas as pd
    >>> name_of_target(pd.Series([1, 2], name="price")), name_of_target([1, 2])
    ('price', 'y')
    """
    own = y.columns[0] if is_frame(y) and len(y.columns) == 1 else getattr(y, "name", None)
    return own if isinstance(own, str) else "y"


def array_of(name: str, values: Any) -> np.ndarray:
    """The values as a NumPy array: lists, arrays of JAX, tensors of other libraries, and columns or rows of pandas.

    Raises:
        Error: rows have different lengths, or some values are masked.

    >>> array_of("x", [[1, 2], [3, 4]]).shape
    (2, 2)
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        count = int(np.ma.count_masked(values))
        raise Error(f"{name} has {count} masked values, which have no numbers: leave these rows out, or fill them in")
    if hasattr(values, "detach"):  # a tensor of PyTorch, perhaps on another device or of a type that NumPy lacks
        values = values.detach().cpu()
        values = values.float() if "bfloat16" in str(values.dtype) else values
    elif hasattr(values, "toarray"):  # a sparse matrix of SciPy
        values = values.toarray()
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise Error(f"{name} has rows of different lengths: give rows of one length") from error
    if array.dtype == object and array.ndim == 1 and len(array) and isinstance(array[0], list | tuple | np.ndarray):
        if len({np.shape(one) for one in array}) > 1:
            raise Error(f"{name} has rows of different lengths: give rows of one length")
        array = np.stack([np.asarray(one) for one in array])
    return _native(name, array)


def _native(name: str, array: np.ndarray) -> np.ndarray:
    """The array in the machine's byte order.

    Raises:
        Error: it holds complex numbers or records, which are no inputs.
    """
    if array.dtype.kind == "c" or array.dtype.names is not None:
        what = (
            "complex numbers" if array.dtype.kind == "c" else f"records ({short(', '.join(array.dtype.names or ()))})"
        )
        raise Error(f"{name} holds {what}; expected one number in each place: give an array of each part")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def checked_pair(data: tuple[Any, Any], task: Task | None = None) -> tuple[Any, np.ndarray, list[Note]]:
    """A pair (x, y), x as an array or a DataFrame, y (rows,), and a note if y had another shape.

    Raises:
        Error: there are no rows, the two differ in length, or y is no target a row or lacks values.

    >>> checked_pair(([[1.0], [2.0]], [0]))
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: x has 2 rows and y has 1: each row needs one target
    """
    import pandas as pd

    if len(data) != 2:
        raise Error(f"a tuple of {len(data)} is given as data; expected (x, y)")
    x = data[0] if is_frame(data[0]) else array_of("x", data[0])
    y, notes = one_a_row(array_of("y", data[1]), task)
    if is_frame(data[1]) and len(data[1].columns) > 1 and y.ndim == 1:  # one-hot rows, whose columns have names
        y = np.array([column_name(name) for name in data[1].columns])[y]
    if x.ndim == 0 or y.ndim != 1:
        raise Error(
            f"x has the shape {x.shape} and y {y.shape}; expected (rows, ...) and a target for each row: (rows,), "
            f"(rows, 1){', or one-hot rows' * (task != 'regression')}"
        )
    if len(x) != len(y):
        raise Error(f"x has {len(x)} rows and y has {len(y)}: each row needs one target")
    if len(y) == 0:
        raise Error("x and y have no rows; expected at least 20")
    if (missing := np.flatnonzero(pd.isna(y))).size:
        raise Error(
            f"y has no value in {missing.size} of {len(y)} rows, such as row {missing[0]}: leave these rows out"
        )
    return x, y, notes


def plain_labels(cells: Any) -> list[Any]:
    """The distinct cells as values that JSON has: numbers and booleans as they are, others as text."""
    values = [cell.item() if isinstance(cell, np.generic) else cell for cell in cells]
    return [one if isinstance(one, bool | int | float) else str(one) for one in values]
