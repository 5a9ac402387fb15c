"""Check of token ids before decoding."""

from typing import Any

import numpy as np

from waza.core.errors import Error


def checked_ids(ids: Any, size: int) -> np.ndarray:
    """The ids (n,) as int32.

    Raises:
        Error: they are not a row of whole numbers from 0 to size - 1.

    >>> checked_ids([0, 2], size=3)
    array([0, 2], dtype=int32)
    """
    ids = np.asarray(ids)
    if ids.ndim != 1 or not (ids.size == 0 or np.issubdtype(ids.dtype, np.integer)):
        raise Error(f"ids of shape {ids.shape} and type {ids.dtype} given; expected one row of whole numbers")
    wrong = ids[(ids < 0) | (ids >= size)]
    if wrong.size:
        raise Error(f"the id {wrong[0]} is not in this tokenizer: expected 0 to {size - 1}")
    return ids.astype(np.int32)
