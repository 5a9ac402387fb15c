"""Which trials have trained: those that did not diverge and reached what the study declares."""

import dataclasses

import xarray as xr

from waza.core.construction import Fields
from waza.core.measure import Measure


@dataclasses.dataclass(frozen=True)
class Trained(metaclass=Fields):
    """A trial has trained if a measure reaches a bound at the last step, and the trial did not diverge.

    Args:
        measure: the name of a measure with a better direction.
        bound: the least value that counts where higher is better, the largest where lower is better.
    """

    measure: str
    bound: float

    def trials(self, results: xr.Dataset, declared: Measure) -> xr.DataArray:
        """Whether each trial has trained, (variant, seed)."""
        return finite_trials(results) & (declared.sign * (results[self.measure].isel(step=-1) - self.bound) >= 0)


def finite_trials(results: xr.Dataset) -> xr.DataArray:
    """Whether each trial went on without diverging, (variant, seed)."""
    return results["diverged_at"] < 0
