"""Sweeps: variants whose names differ only in a number, such as a learning rate or a width."""

import math
import re
from collections.abc import Sequence

import xarray as xr

from waza.study.record import record_of
from waza.study.results import final, marked

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])")
_RATE = ", rate {}"
FEWEST = 3


def rate_name(what: str, rate: float) -> str:
    """The name of a variant at this learning rate.

    >>> rate_name("Adam", 0.001)
    'Adam, rate 0.001'
    """
    return f"{what}, rate {rate:g}"


def swept(names: Sequence[str]) -> dict[str, dict[float, str]]:
    """The names of variants of sweeps over learning rates: by what is swept, then by rate.

    >>> swept(["plain", "Adam, rate 0.001", "Adam, rate 0.01"])
    {'Adam': {0.001: 'Adam, rate 0.001', 0.01: 'Adam, rate 0.01'}}
    """
    return {key.removesuffix(_RATE): same for key, same in _alike(names).items() if key.endswith(_RATE)}


def numbered(names: Sequence[str]) -> dict[str, dict[float, str]]:
    """The names of variants that differ only in a number: by the rest of the name, then by the number.

    Where names hold several numbers, the one with the most values counts; fewer than three values are no sweep.

    >>> grid = [f"width {width}, {rows} images" for rows in (300, 3000) for width in (5, 20, 100)]
    >>> {key: list(same) for key, same in numbered(["plain", *grid]).items()}
    {'width {}, 300 images': [5.0, 20.0, 100.0], 'width {}, 3000 images': [5.0, 20.0, 100.0]}
    """
    alike = _alike(names)
    meant = {}
    for name in names:
        keys = [key for key, same in alike.items() if name in same.values() and len(same) >= FEWEST]
        if keys:
            meant[max(keys, key=lambda key: len(alike[key]))] = True
    return {key: alike[key] for key in meant}


def _alike(names: Sequence[str]) -> dict[str, dict[float, str]]:
    """For each number of each name: the name with {} in its place, and all names that differ only in this number."""
    found: dict[str, dict[float, str]] = {}
    for name in names:
        for match in _NUMBER.finditer(name):
            key = f"{name[: match.start()]}{{}}{name[match.end() :]}"
            found.setdefault(key, {})[float(match[0].replace(",", ""))] = name
    return found


def condensed(results: xr.Dataset) -> xr.Dataset:
    """The results with the best rate alone of each sweep, by the mean of the main measure over seeds.

    A rate with a trial that diverged without a chance level to count at is the worst. Where neither direction of the
    main measure is better, every rate stays.
    """
    names = [str(name) for name in results["variant"].values]
    sweeps, main = swept(names), record_of(results).main
    if not sweeps or not main.sign:
        return results
    means = marked(results, final(results, main.name)).mean("seed")

    def merit(name: str) -> float:
        mean = float(means.sel(variant=name))
        return main.sign * mean if math.isfinite(mean) else -math.inf

    best = {max(rates.values(), key=merit) for rates in sweeps.values()}
    at_rates = {name for rates in sweeps.values() for name in rates.values()}
    return results.sel(variant=[name for name in names if name in best or name not in at_rates])


def unswept(results: xr.Dataset) -> xr.Dataset:
    """The results without the variants of sweeps over learning rates, if any others are left."""
    names = [str(name) for name in results["variant"].values]
    at_rates = {name for rates in swept(names).values() for name in rates.values()}
    left = [name for name in names if name not in at_rates]
    return results.sel(variant=left) if left else results
