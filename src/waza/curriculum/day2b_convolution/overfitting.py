"""The parts of "reduces overfitting", shared by the studies of this part."""

from collections.abc import Callable

import xarray as xr

from waza.study import Part, final

SOME = 0.02  # smaller differences of losses do not matter
POINT = 0.01  # nor do those of accuracies


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss minus training loss at the end."""
    return final(results, "test_loss", variant) - final(results, "train_loss", variant)


def narrower(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The gap of `variant` minus that of `other`."""
    return lambda results: gap(results, variant) - gap(results, other)


def better(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy of `variant` minus that of `other`."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", other)


def reduces_overfitting(variant: str, other: str, some: float = POINT) -> tuple[Part, Part, Part]:
    """The gap of the losses narrows and the test accuracy does not fall; further: the test accuracy rises.

    Args:
        variant, other: what is compared.
        some: smaller differences of accuracies do not matter.
    """
    return (
        Part("gap", narrower(variant, other), high=-SOME),
        Part("accuracy", better(variant, other), low=-some, unit="points"),
        Part("better", better(variant, other), low=some, unit="points", further=True),
    )
