"""The check of a task's sizes: a whole number within its bounds."""

import numpy as np

from waza.core.errors import Error


def check_size(name: str, given: int | np.integer, least: int, most: int | None = None) -> None:
    """Check that a size is a whole number of at least `least` and, if given, at most `most`.

    Raises:
        Error: it is not whole (True and 3.0 are not), or out of these bounds.

    >>> check_size("length", 5, 2)
    >>> check_size("length", 1, 2, 9)
    Traceback (most recent call last):
    waza.core.errors.Error: length=1 given: choose a whole number from 2 to 9
    """
    is_whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if is_whole and given >= least and (most is None or given <= most):
        return
    bounds = f"of {least} or more" if most is None else f"from {least} to {most}"
    raise Error(f"{name}={given!r} given: choose a whole number {bounds}")
