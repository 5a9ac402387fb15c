"""The error for a table that lacks columns which a model needs: each with the nearest name that it has."""

from collections.abc import Sequence
from typing import Any

from waza.core.errors import Error, alike
from waza.data.notes import listed, short

MOST_NAMED = 3


def check_columns(frame: Any, needed: Sequence[str]) -> None:
    """Refuse a table that lacks a column.

    Args:
        frame: a pandas.DataFrame.
        needed: the columns' names.

    Raises:
        Error: it lacks some; the message has the first of them, those with a similar name in the table before others.

    >>> import pandas as pd
    >>> check_columns(pd.DataFrame({"Age": [1]}), ["age"])
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: the table lacks 1 of 1 columns: 'age' (did you mean 'Age'?): name the columns as in training
    """
    given = list(map(str, frame.columns))
    missing = [name for name in needed if name not in set(given)]
    if not missing:
        return
    unused = [name for name in given if name not in set(needed)]
    meant = {name: close[0] for name in missing if (close := alike(name, unused))}
    first = sorted(missing, key=lambda name: name not in meant)[:MOST_NAMED]
    hints = {name: f" (did you mean {short(meant[name])!r}?)" for name in meant}
    named = ", ".join(f"{short(name)!r}{hints.get(name, '')}" for name in first)
    more = ", ..." if len(missing) > len(first) else ""
    has = "" if meant else f"; it has {listed(given)}"
    raise Error(
        f"the table lacks {len(missing)} of {len(needed)} columns: {named}{more}{has}: name the columns as in training"
    )
