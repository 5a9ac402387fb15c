"""Lines as rows for a chart: means and 95 % intervals over seeds, cut where a line leaves what can be shown."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from waza.report.words import Words
from waza.study.statistics import t_interval

Lines = Mapping[str, xr.DataArray]


def lines_of(values: xr.DataArray, words: Words, language: str) -> dict[str, xr.DataArray]:
    """A line a variant, under the name by which it is shown."""
    names = [str(name) for name in values["variant"].values]
    return {words[language].variant(name): values.sel(variant=name, drop=True) for name in names}


def bands(lines: Lines, along: str, within: tuple[float, float] | None = None) -> list[dict[str, Any]]:
    """Mean, low and high at each point of the axis where all seeds are finite.

    Args:
        lines: by name, values over seeds and `along`.
        along: the axis.
        within: for a logarithmic scale: means are geometric, a point whose mean is not inside is left out, and
            intervals end at the range's ends.
    """
    rows = []
    for name, values in lines.items():
        for at, one in zip(values[along].values, values.transpose("seed", along).values.T.astype(float), strict=True):
            row = interval_row(one) if within is None else _geometric(one, within)
            if np.isfinite(one).all() and row:
                rows.append({"variant": name, along: int(at), **{key: short(value) for key, value in row.items()}})
    return rows


def bounded(rows: list[dict[str, Any]], measure: str) -> list[dict[str, Any]]:
    """The rows, with the intervals of an accuracy ending at 0 and 1."""
    if measure.endswith("accuracy"):
        return [row | {"low": max(row["low"], 0.0), "high": min(row["high"], 1.0)} for row in rows]
    return rows


def interval_row(values: np.ndarray) -> dict[str, float]:
    """Mean, low and high; the mean alone where one seed gives no interval."""
    interval = t_interval(values)
    bounded = math.isfinite(interval.low)
    low, high = (interval.low, interval.high) if bounded else (interval.mean, interval.mean)
    return {"mean": interval.mean, "low": low, "high": high}


def _geometric(values: np.ndarray, within: tuple[float, float]) -> dict[str, float]:
    """The same of the logarithms, as values; empty where the mean is not within the range."""
    if not (values > 0).all():
        return {}
    row = {key: 10**value for key, value in interval_row(np.log10(values)).items()}
    inside = within[0] <= row["mean"] <= within[1]
    return {key: min(max(value, within[0]), within[1]) for key, value in row.items()} if inside else {}


def short(value: float) -> float:
    """Four digits: more cannot be seen, and the page stays small."""
    return float(f"{float(value):.4g}")
