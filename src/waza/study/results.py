"""Results: an xarray.Dataset with the dimensions (variant, seed, step) and, for probes, layer."""

import numpy as np
import xarray as xr

from waza.core.errors import Error, nearest
from waza.core.showing import shown


def final(results: xr.Dataset, measure: str, variant: str | None = None) -> xr.DataArray:
    """A measure at the last step, one value a seed; a diverged trial counts at chance level.

    Chance levels are given by the learner and kept in the attributes, as `chance_test_accuracy`.

    Raises:
        Error: there is no such measure or variant.
    """
    values = measured(results, measure).isel(step=-1)
    chance = results.attrs.get(f"chance_{measure}")
    if chance is not None:
        values = xr.where(results["diverged_at"] >= 0, chance, values)
    return values if variant is None else values.sel(variant=_known(results, variant))


def at_best(results: xr.Dataset, measure: str, variant: str) -> xr.DataArray:
    """A measure at the evaluation where the validation loss is least, one value a seed: early stopping, afterwards.

    Stopping at the best evaluation and keeping its weights gives the same values; a diverged trial counts as in `final`
    unless it was at its best before.

    Source: Prechelt, "Early stopping - but when?", 1998.
    """
    judged = measured(results, "validation_loss").sel(variant=_known(results, variant))
    best = judged.where(np.isfinite(judged), np.inf).argmin("step")
    return measured(results, measure).sel(variant=variant).isel(step=best).drop_vars("step")


def measured(results: xr.Dataset, measure: str) -> xr.DataArray:
    """A measure of the results.

    Raises:
        Error: there is none of this name.
    """
    if not isinstance(results, xr.Dataset):
        raise Error(f"results is {shown(results)}; expected what waza.study.run returns")
    names = list(map(str, results.data_vars))
    if not isinstance(measure, str):
        raise Error(f"measure is {shown(measure)}; expected a text, such as {names[0]!r}")
    if measure not in names:
        raise Error(f"the results have no measure {measure!r}: {nearest(measure, names)}")
    return results[measure]


def _known(results: xr.Dataset, variant: str) -> str:
    """The name of a variant of the results; an `Error` where there is none."""
    names = list(map(str, results["variant"].values))
    if not isinstance(variant, str):
        raise Error(f"variant is {shown(variant)}; expected a text, such as {names[0]!r}")
    if variant not in names:
        raise Error(f"the results have no variant {variant!r}: {nearest(variant, names)}")
    return variant


def marked(results: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """The values with infinity in the place of each NaN that a trial has from its divergence on.

    A NaN that is left says that nothing was counted there (`waza.learners.Mean` of weight 0): other seeds still count.
    """
    stopped = (results["diverged_at"] >= 0) & (results["diverged_at"] <= values["step"])
    return values.where(values.notnull() | ~stopped, np.inf)


def diverged(results: xr.Dataset, variant: str) -> int:
    """The number of diverged trials of a variant."""
    return int((results["diverged_at"].sel(variant=variant) >= 0).sum())


def as_bytes(results: xr.Dataset) -> bytes:
    """The results as a netCDF file; the dtypes are declared, since the classic format has no 64-bit integers."""
    encoding = {
        name: {"dtype": "int32"} for name, value in results.variables.items() if np.issubdtype(value.dtype, np.integer)
    }
    plain = results.drop_encoding()  # that of the file from which they were read
    return bytes(plain.to_netcdf(engine="scipy", encoding=encoding))
