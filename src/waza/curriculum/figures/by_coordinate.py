"""Lines of single coordinates of paths."""

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of
from waza.report.words import Words, number

SIZES = (1e-12, 1e12)


def by_coordinate(values: xr.DataArray, results: xr.Dataset, words: Words, language: str) -> dict[str, xr.DataArray]:
    """A line for each variant and coordinate, named by the gradient there where the landscape is a slope."""
    say, lines = own_labels(language), {}
    for name in map(str, values["variant"].values):
        gradients = fields_of(results, name)["landscape"]["fields"].get("gradient")
        for i, layer in enumerate(values["layer"].values):
            known = gradients is not None and isinstance(gradients[i], int | float)
            what = say["at_gradient"] if known else say["at_coordinate"]
            shown = what.format(words[language].variant(name), number(gradients[i]) if known else i + 1)
            lines[shown] = values.sel(variant=name, layer=layer, drop=True)
    return lines
