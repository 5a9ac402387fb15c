"""The steps of optimisers where the gradient is known: a panel an optimiser, a line a gradient."""

import re
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.day2a_training.descents import slopes_of
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, kind_of, on
from waza.curriculum.figures.replayed import descending, path_of
from waza.report.bands import bands, lines_of
from waza.report.charts import drawn, over_lines, thinned
from waza.report.layout import small_panels
from waza.report.style import titled
from waza.report.words import Words, number
from waza.study.results import marked

SIZES = (1e-12, 1e12)
KINDS = ("Slope", "Quadratic")
Lines = dict[str, dict[str, xr.DataArray]]  # by panel, then by gradient


def effective_rates(results: xr.Dataset, words: Words, language: str, steps: int = 1000) -> Any:
    """Each step divided by the gradient after it, along each coordinate of slopes and quadratics."""
    return _panels(results, KINDS, words, language, steps, "rates")


def step_lengths(results: xr.Dataset, words: Words, language: str, steps: int = 300) -> Any:
    """The size of each step down slopes, along each coordinate."""
    return _panels(results, KINDS[:1], words, language, steps, "lengths")


def noisy_steps(results: xr.Dataset, words: Words, language: str) -> Any:
    """The late steps of a single trial down noisy slopes; None where there are none.

    Noisy steps change their sign, so that their mean over trials is close to zero.
    """
    slopes = on(results, "Slope")
    noisy = [name for name in map(str, slopes["variant"].values) if fields_of(results, name).get("noise", 0.0)]
    if not noisy:
        return None
    late = slopes.sel(variant=noisy).isel(step=slice(slopes.sizes["step"] // 3, None), seed=slice(1))
    lines = lines_of(marked(late, late["moved"]).sel(layer="w0"), words, language)
    return over_lines(lines, own_labels(language)["noisy_steps"], language, None, dashed=False)


def _panels(
    results: xr.Dataset, kinds: tuple[str, ...], words: Words, language: str, steps: int, what: str
) -> alt.ConcatChart | None:
    """A panel for each optimiser that is named first in the names of the variants without noise; None without any."""
    say = own_labels(language)["step_sizes"]
    lines: Lines = {}
    for name in (str(name) for kind in kinds for name in on(results, kind)["variant"].values):
        landscape, _, noise = descending(results, name)
        path = None if noise else path_of(results, name, int(results["seed"][0]), steps)
        if path is None:
            continue
        sizes = np.abs(np.diff(path, axis=0))
        if what == "rates":
            with np.errstate(divide="ignore", invalid="ignore"):  # where a path has arrived, its line ends
                sizes = sizes / np.abs(slopes_of(landscape, path[:, None])[1:, 0])
        optimiser = re.split(", |、", words[language].variant(name))[0]
        lines.setdefault(optimiser, {}).update(_lines(results, sizes, name, say))
    if not lines:
        return None
    every = list(dict.fromkeys(line for some in lines.values() for line in some))
    rows = {
        name: bands({one: thinned(line) for one, line in some.items()}, "step", SIZES) for name, some in lines.items()
    }
    ends = [row[end] for some in rows.values() for row in some for end in ("low", "high")]
    panels = [
        titled(drawn(some, "step", language, logarithmic=True, among=every, ends=ends), name)
        for name, some in rows.items()
    ]
    return small_panels(panels, say[what])


def _lines(results: xr.Dataset, sizes: np.ndarray, name: str, say: dict[str, str]) -> dict[str, xr.DataArray]:
    """A line for each coordinate of a variant, named by the gradient there."""
    landscape = fields_of(results, name)["landscape"]
    gradients = landscape["fields"].get("gradient", []) if kind_of(landscape) == "Slope" else []
    lines = {}
    for i, line in enumerate(sizes.T):
        gradient = gradients[i] if i < len(gradients) else None
        if gradient is None:
            shown = say["falling"].format(f"w{i + 1}")
        elif isinstance(gradient, dict):
            shown = say["changing"].format(number(max(gradient["fields"].values())))
        else:
            shown = say["constant"].format(number(gradient))
        lines[shown] = xr.DataArray(line[None], {"seed": [0], "step": range(1, len(line) + 1)}, ["seed", "step"])
    return lines
