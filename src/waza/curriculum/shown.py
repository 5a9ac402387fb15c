"""Numbers that texts name, as functions of a study's results."""

from collections.abc import Callable

import xarray as xr

from waza.study import Claim, Exact, final

Shown = Callable[[xr.Dataset], float]


def exact(value: Callable[[], float]) -> Shown:
    """A value that does not depend on the results."""
    return lambda _: value()


def exact_parts(*claims: Claim) -> dict[str, Shown]:
    """The values of the exact parts of claims, by name with underscores."""
    parts = [part for claim in claims for part in claim.parts]
    return {part.name.replace("-", "_"): exact(part.value) for part in parts if isinstance(part, Exact)}


def mean(effect: Callable[[xr.Dataset], xr.DataArray]) -> Shown:
    """The mean over seeds."""
    return lambda results: float(effect(results).mean())


def points(effect: Callable[[xr.Dataset], xr.DataArray]) -> Shown:
    """The mean over seeds of a share or of a difference of shares, times 100."""
    return lambda results: 100 * float(effect(results).mean())


def accuracy(variant: str, step: int | None = None) -> Shown:
    """The mean test accuracy of a variant in percent, at the last step or at the given one."""

    def percent(results: xr.Dataset) -> float:
        if step is None:
            return 100 * float(final(results, "test_accuracy", variant).mean())
        return 100 * float(results["test_accuracy"].sel(variant=variant, step=step).mean())

    return percent
