"""Results that are read from a file: whether they are results of trials, with a record that fits them."""

import numpy as np
import xarray as xr

from waza.study.record import NUMBERS, TRIAL, record_of

DIVERGED = "diverged_at"


def checked_results(results: xr.Dataset) -> xr.Dataset:
    """The results, whose variables, coordinates and record fit each other.

    Raises:
        ValueError: they do not; the message names the variable.
        Error: an attribute is malformed.
    """
    for name in TRIAL:
        if name not in results.coords or results[name].dims != (name,):
            raise ValueError(f"the coordinate {name!r} is missing")
        if results.sizes[name] == 0:
            raise ValueError(f"the coordinate {name!r} is empty")
        values = results[name].values
        if len(set(values.tolist())) < len(values):
            raise ValueError(f"the coordinate {name!r} has a value twice")
        whole = np.issubdtype(values.dtype, np.integer)
        if not (whole or name == "variant") or (name == "step" and (np.diff(values) <= 0).any()):
            raise ValueError(f"the coordinate {name!r} has values that are no rising whole numbers")
    if not all(isinstance(one, str) for one in results["variant"].values.tolist()):
        raise ValueError("the coordinate 'variant' has values that are no texts")
    for measure, variable in results.data_vars.items():
        expected = TRIAL[:2] if measure == DIVERGED else TRIAL
        kind = np.integer if measure == DIVERGED else np.floating
        if variable.dims not in (expected, (*TRIAL, "layer")) or not np.issubdtype(variable.dtype, kind):
            dims = ", ".join(map(str, variable.dims))
            raise ValueError(f"the variable {measure!r} has {variable.dtype} values by {dims}")
    if DIVERGED not in results.data_vars:
        raise ValueError(f"the variable {DIVERGED!r} is missing")
    record = record_of(results)
    for name in (*NUMBERS, "study", "baseline", "measure"):
        if getattr(record, name) in (None, ""):
            raise ValueError(f"the attribute {name!r} is missing")
    if record.measure not in results.data_vars:
        raise ValueError(f"the main measure {record.measure!r} is missing")
    if record.baseline not in results["variant"].values:
        raise ValueError(f"the baseline {record.baseline!r} is no variant")
    return results
