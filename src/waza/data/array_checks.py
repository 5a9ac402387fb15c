"""Checks of a user's arrays: finite numbers of 32 bits, which differ where the given ones do."""

from typing import Any

import numpy as np

from waza.core.digest import Once
from waza.core.errors import Error
from waza.data.dataset import Weighted
from waza.data.rounding import lost_in_32_bits

PIECE = 2**24  # numbers that are checked at once
LARGEST = float(np.finfo(np.float32).max)


def check_differences(part: str, split: Any) -> None:
    """Refuse training rows of which columns differ by less than 32 bits hold: nothing could be learned from them."""
    if part not in ("", "train") or isinstance(split, Weighted):
        return
    for name, values in split._asdict().items():
        if not hasattr(values, "dtype"):
            continue
        lost = _lost_once(values)
        if len(lost):
            which = "" if values.ndim < 2 else f", in {len(lost)} columns such as {name}[:, {lost[0]}],"
            raise Error(
                f"{name}{f' of {part}' if part else ''} has numbers{which} that differ by less than 32 bits hold: "
                "subtract their mean, and divide by their standard deviation"
            )


def check_inputs(part: str, x: Any) -> None:
    """Refuse inputs that are no finite numbers of 32 bits."""
    kind = np.dtype(x.dtype).kind if x.dtype != "bfloat16" else "f"
    if kind not in "fiubV":
        raise Error(f"x has values of {x.dtype}; expected numbers")
    wrong = _wrong_once(x)
    if wrong is not None:
        raise Error(f"x{f' of {part}' if part else ''} {wrong}")


def _wrong(x: Any) -> str | None:
    """What is wrong with inputs, as the end of a message; None if they are sound."""
    x = np.asarray(x)
    rows = max(1, PIECE // max(1, x[:1].size))
    pieces = range(0, len(x), rows)
    if x.dtype.kind in "iu" and x.dtype.itemsize > 4:
        if x.size and (int(x.min()) < -(2**31) or int(x.max()) >= 2**31):
            return "has whole numbers of more than 32 bits: give x.astype(numpy.float32)"
        return None
    if x.dtype.kind != "f" or not x.size or all(_sound(x[at : at + rows]) for at in pieces):
        return None
    wide = x.reshape(len(x), -1)
    bad = np.concatenate([~(np.abs(wide[at : at + rows]) <= LARGEST) for at in pieces])
    columns, first = np.flatnonzero(bad.any(axis=0)), int(np.flatnonzero(bad.any(axis=1))[0])
    where = f"in {len(columns)} of {bad.shape[1]} columns such as x[:, {columns[0]}], " if x.ndim == 2 else ""
    return (
        f"has values that are NaN, infinite or too large for 32 bits ({int(bad.sum())}, {where}first in row {first}): "
        "leave these rows out, or fill the values in"
    )


def _sound(piece: np.ndarray) -> bool:
    """Whether all numbers are finite with 32 bits."""
    if piece.dtype.itemsize > 4:
        return bool(np.abs(piece).max() <= LARGEST)
    return bool(np.isfinite(piece).all())


_wrong_once = Once(_wrong)
_lost_once = Once(lambda values: lost_in_32_bits(np.asarray(values)))
