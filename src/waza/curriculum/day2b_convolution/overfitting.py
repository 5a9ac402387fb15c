"""When a technique counts as reducing overfitting: the same two parts in each study of this part."""

from collections.abc import Callable

import xarray as xr

from waza.data import Dataset, Split
from waza.study import Part, final

SOME = 0.02  # of a loss: less is no difference


def first_rows(dataset: Dataset, rows: int) -> Dataset:
    """The data with their first training rows alone."""
    x, y = dataset.train
    return dataset._replace(train=Split(x[:rows], y[:rows]))


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss less training loss at the end."""
    return final(results, "test_loss", variant) - final(results, "train_loss", variant)


def narrower(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The variant's gap less the other's."""
    return lambda results: gap(results, variant) - gap(results, other)


def better(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The variant's test accuracy less the other's."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", other)


def reduces_overfitting(variant: str, other: str) -> tuple[Part, Part]:
    """The parts "the gap of the losses narrows" and "the test accuracy rises", which need not go together."""
    return (
        Part("gap", narrower(variant, other), high=0.0, margin=SOME),
        Part("accuracy", better(variant, other), low=0.0, unit="points", margin=0.01),
    )
