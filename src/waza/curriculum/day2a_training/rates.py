"""Measures of a sweep over learning rates, shared by several exercises."""

import math
from collections.abc import Sequence

import xarray as xr

from waza.study import final, rate_name

GOOD = 0.05


def good_decades(results: xr.Dataset, what: str, rates: Sequence[float]) -> xr.DataArray:
    """Decades of rates within 5 points of the best test accuracy: their number times their log10 distance."""
    reached = [final(results, "test_accuracy", rate_name(what, rate)).drop_vars("variant") for rate in rates]
    accuracy = xr.concat(reached, "rate")
    step = math.log10(rates[-1] / rates[0]) / (len(rates) - 1)
    return (accuracy > accuracy.max("rate") - GOOD).sum("rate") * step
