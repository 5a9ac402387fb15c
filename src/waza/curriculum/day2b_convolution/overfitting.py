"""The two parts of "reduces overfitting", shared by the studies of this part."""

from collections.abc import Callable

import xarray as xr

from waza.data import Dataset, Split
from waza.study import Part, final

SOME = 0.02  # smaller differences of losses do not matter


def first_rows(dataset: Dataset, rows: int) -> Dataset:
    """The data with only their first training rows."""
    x, y = dataset.train
    return dataset._replace(train=Split(x[:rows], y[:rows]))


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss minus training loss at the end."""
    return final(results, "test_loss", variant) - final(results, "train_loss", variant)


def narrower(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The gap of `variant` minus that of `other`."""
    return lambda results: gap(results, variant) - gap(results, other)


def better(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy of `variant` minus that of `other`."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", other)


def reduces_overfitting(variant: str, other: str) -> tuple[Part, Part]:
    """The parts "the gap of the losses narrows" and "the test accuracy rises", which can differ."""
    return (
        Part("gap", narrower(variant, other), high=-SOME),
        Part("accuracy", better(variant, other), low=0.01, unit="points"),
    )
