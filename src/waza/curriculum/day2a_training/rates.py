"""Measures of a sweep over learning rates, shared by several exercises.

The first seeds of a study choose each sweep's rate on the validation rows; the other seeds judge on the test rows.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from waza.study import rate_name
from waza.study.statistics import t_interval

CHOOSING = 5  # seeds that choose and do not judge
GOOD = 0.05


def judging(results: xr.Dataset) -> xr.Dataset:
    """The results of the seeds that choose no rate."""
    return results.isel(seed=slice(CHOOSING, None))


def over_rates(results: xr.Dataset, measure: str, what: str, rates: Sequence[float], step: int) -> xr.DataArray:
    """A measure of accuracy at each rate of a sweep (rate, seed); a trial that has diverged has an accuracy of 0."""
    values = results[measure].sel(variant=[rate_name(what, rate) for rate in rates], step=step).fillna(0.0)
    return values.rename(variant="rate").assign_coords(rate=list(rates))


def lower_bounds(results: xr.Dataset, what: str, rates: Sequence[float], step: int) -> xr.DataArray:
    """The lower end of the 95 % interval of each rate's mean validation accuracy, by the choosing seeds."""
    accuracy = over_rates(results.isel(seed=slice(CHOOSING)), "validation_accuracy", what, rates, step)
    return accuracy.reduce(
        lambda values, axis: np.apply_along_axis(lambda one: t_interval(one).low, axis, values), "seed"
    )


def chosen(results: xr.Dataset, what: str, rates: Sequence[float], step: int) -> float:
    """The rate whose mean validation accuracy has the highest lower bound at this step."""
    return float(lower_bounds(results, what, rates, step).idxmax("rate"))


def at_own_rate(results: xr.Dataset, what: str, rates: Sequence[float], step: int) -> xr.DataArray:
    """The test accuracy of the judging seeds at the chosen rate."""
    rate = chosen(results, what, rates, step)
    return over_rates(judging(results), "test_accuracy", what, rates, step).sel(rate=rate, drop=True)


def good_decades(results: xr.Dataset, what: str, rates: Sequence[float], step: int) -> xr.DataArray:
    """Decades of rates whose test accuracy is within 5 points of that at the chosen rate, for each judging seed.

    Between two rates the accuracy is taken to be linear in the rate's logarithm.
    """
    accuracy = over_rates(judging(results), "test_accuracy", what, rates, step)
    over = (accuracy - at_own_rate(results, what, rates, step) + GOOD).transpose("rate", "seed").values
    high, low = np.maximum(over[:-1], over[1:]), np.minimum(over[:-1], over[1:])
    share = np.where(low >= 0, 1.0, np.where(high > 0, high / np.where(high > low, high - low, 1.0), 0.0))
    decades = np.diff(np.log10(rates)) @ share
    return xr.DataArray(decades, {"seed": accuracy["seed"]}, ["seed"])
