"""Variants that differ in their learning rate alone, by name."""

import re
from collections.abc import Sequence

import xarray as xr

from waza.study.results import final

_NAME = re.compile(r"(?P<what>.*), rate (?P<rate>[-+.e\d]+)")


def rate_name(what: str, rate: float) -> str:
    """The name of a variant at this learning rate.

    >>> rate_name("Adam", 0.001)
    'Adam, rate 0.001'
    """
    return f"{what}, rate {rate:g}"


def swept(names: Sequence[str]) -> dict[str, dict[float, str]]:
    """The variants that stand at a rate: by what is swept, then by rate, their names.

    >>> swept(["plain", "Adam, rate 0.001", "Adam, rate 0.01"])
    {'Adam': {0.001: 'Adam, rate 0.001', 0.01: 'Adam, rate 0.01'}}
    """
    found: dict[str, dict[float, str]] = {}
    for name in names:
        match = _NAME.fullmatch(name)
        if match:
            found.setdefault(match["what"], {})[float(match["rate"])] = name
    return found


def condensed(results: xr.Dataset) -> xr.Dataset:
    """The results with the best rate alone of each sweep, by the mean of the main measure."""
    names = [str(name) for name in results["variant"].values]
    sweeps = swept(names)
    means = final(results, results.attrs["measure"]).mean("seed")
    sign = -1 if results.attrs["measure"].endswith("loss") else 1
    best = {max(rates.values(), key=lambda name: sign * float(means.sel(variant=name))) for rates in sweeps.values()}
    return results.sel(variant=[name for name in names if name in best or not _NAME.fullmatch(name)])


def unswept(results: xr.Dataset) -> xr.Dataset:
    """The results without the variants that stand at a rate of a sweep, if any others are left."""
    names = [str(name) for name in results["variant"].values]
    left = [name for name in names if not _NAME.fullmatch(name)]
    return results.sel(variant=left) if left else results
