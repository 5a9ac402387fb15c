"""Rows of data for charts: means over seeds with 95 % intervals."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from waza.core.measure import Measure
from waza.report.words import Words
from waza.study.deciding import CONFIDENCE
from waza.study.record import record_of
from waza.study.results import final, marked, measured
from waza.study.statistics import Interval, t_interval

Lines = Mapping[str, xr.DataArray]


def lines_of(values: xr.DataArray, words: Words, language: str) -> dict[str, xr.DataArray]:
    """A line a variant, under the name by which it is shown."""
    names = [str(name) for name in values["variant"].values]
    return {words[language].variant(name): values.sel(variant=name, drop=True) for name in names}


def bands(
    lines: Lines, along: str, within: tuple[float, float] | None = None, overlap: float = 0.0
) -> list[dict[str, Any]]:
    """Rows with the mean over seeds and its interval, at each point of the axis at which no seed is infinite.

    NaN is a gap, where nothing was counted: the other seeds still count. Where no seed has a value, the line is
    interrupted, and the rows behind the gap have another "part".

    Args:
        lines: by name, values over seeds and `along`.
        along: the axis.
        within: for a logarithmic scale: means are geometric, a point whose mean lies outside is left out, and intervals
            end at the range's ends.
        overlap: how far the seeds share rows; see `waza.study.statistics.t_interval`.
    """
    rows = []
    for name, values in lines.items():
        part, begun, gap = 0, False, False
        for at, one in zip(values[along].values, values.transpose("seed", along).values.T.astype(float), strict=True):
            if np.isnan(one).all():
                gap = begun
                continue
            row = _arithmetic(one, overlap) if within is None else _geometric(one[~np.isnan(one)], within, overlap)
            if row:
                part, begun, gap = part + gap, True, False
                shown = {key: short(value) for key, value in row.items()}
                rows.append({"variant": name, along: int(at), **shown, **({"part": part} if part else {})})
    return rows


def parted(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The field that separates the parts of interrupted lines, if any line is interrupted; for `detail` of a chart."""
    return ["part:N"] if any("part" in row for row in rows) else []


def bounded(rows: list[dict[str, Any]], measure: Measure) -> list[dict[str, Any]]:
    """The rows, with intervals that end at the bounds of the measure."""
    return [row | {end: float(measure.bounded(row[end])) for end in ("low", "high")} for row in rows]


def final_interval(results: xr.Dataset, measure: str, variant: str) -> Interval:
    """The mean of a measure at the last step with its interval; NaN where no seed counted anything.

    Seeds in which nothing was counted are left out. A diverged trial counts at chance level; without one there is no
    mean. Where seeds draw their own splits, the interval counts that these share rows.

    Raises:
        Error: the results have no such measure.
    """
    measured(results, measure)
    trials = results[[measure, "diverged_at"]].sel(variant=variant)
    values = marked(trials, final(trials, measure)).values
    return _interval(values[~np.isnan(values)], record_of(results).overlap)


def final_row(results: xr.Dataset, measure: str, variant: str) -> dict[str, float]:
    """The same as fields of a chart's row; the mean alone where one seed gives no interval."""
    return _fields(final_interval(results, measure, variant))


def _interval(values: np.ndarray, overlap: float) -> Interval:
    """Mean and interval; NaN where there is no value, or one is not finite."""
    if not values.size or not np.isfinite(values).all():
        return Interval(math.nan, math.nan, math.nan, CONFIDENCE, 0)
    return t_interval(values, CONFIDENCE, overlap)


def _fields(interval: Interval) -> dict[str, float]:
    bounded = math.isfinite(interval.low)
    low, high = (interval.low, interval.high) if bounded else (interval.mean, interval.mean)
    return {"mean": interval.mean, "low": low, "high": high}


def _arithmetic(values: np.ndarray, overlap: float) -> dict[str, float]:
    """Mean, low and high of the seeds that counted something; empty where one is infinite."""
    counted = values[~np.isnan(values)]
    return _fields(_interval(counted, overlap)) if np.isfinite(counted).all() else {}


def _geometric(values: np.ndarray, within: tuple[float, float], overlap: float) -> dict[str, float]:
    """Geometric mean and interval; empty where a value is not positive and finite, or the mean not within the range."""
    if not ((values > 0) & np.isfinite(values)).all():
        return {}
    row = {key: 10**value for key, value in _fields(_interval(np.log10(values), overlap)).items()}
    inside = within[0] <= row["mean"] <= within[1]
    return {key: min(max(value, within[0]), within[1]) for key, value in row.items()} if inside else {}


def rounded(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows that have a mean, with mean, low and high in four digits."""
    ends = ("mean", "low", "high")
    return [{**row, **{end: short(row[end]) for end in ends}} for row in rows if math.isfinite(row["mean"])]


def short(value: float | np.floating) -> float:
    """The value with four digits, so that pages stay small."""
    return float(f"{float(value):.4g}")
