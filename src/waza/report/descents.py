"""The figures of paths down landscapes: maps, heights and distances, steps and effective rates, ways out of saddles."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from waza.report.bands import lines_of
from waza.report.charts import over_lines
from waza.report.ends import over_ends
from waza.report.paths import descent_settings, landscape_of, over_landscapes
from waza.report.words import Words, labels, number

HEIGHTS = (1e-12, 1e6)
SIZES = (1e-12, 1e12)

Make = Callable[[xr.Dataset, Words, str], list[Any]]


def descents(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """What the study's texts name in `figures`, else what goes with each kind of landscape."""
    kinds = dict.fromkeys(landscape_of(results, str(name)) for name in results["variant"].values)
    usual = dict.fromkeys(figure for kind in kinds for figure in USUAL.get(kind, ("step_size",)))
    charts: list[Any] = []
    for figure in words[language].figures or usual:
        charts += FIGURES[figure](results, words, language)
    return charts


def on(results: xr.Dataset, *kinds: str) -> xr.Dataset:
    """The variants on landscapes of these kinds."""
    names = [str(name) for name in results["variant"].values]
    return results.sel(variant=[name for name in names if landscape_of(results, name) in kinds])


def maps(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The paths over quadratics."""
    return list(over_landscapes(on(results, "Quadratic"), words, language))


def ends(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """Which starts end in the global minimum of two."""
    return [over_ends(on(results, "TwoMinima"), words, language)]


def heights(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The heights on quadratics."""
    lines = lines_of(on(results, "Quadratic")["value"], words, language)
    return [over_lines(lines, labels(language)["measures"]["value"], language, HEIGHTS)]


def distance(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """How far the minimum of a quadratic is along the coordinate of least curvature: a valley's floor."""
    lines = {}
    for name in map(str, on(results, "Quadratic")["variant"].values):
        curvatures = descent_settings(results, name)["landscape"]["fields"]["curvatures"]
        lines[words[language].variant(name)] = abs(
            results["w"].sel(variant=name, layer=f"w{int(np.argmin(curvatures))}", drop=True)
        )
    return [over_lines(lines, labels(language)["paths"]["distance"], language, HEIGHTS)]


def rates(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The last step over the gradient, along each coordinate: the rate used in effect. A panel a kind of landscape."""
    label, charts = labels(language), []
    kinds = [landscape_of(results, str(name)) for name in results["variant"].values]
    for kind in dict.fromkeys(kind for kind in kinds if kind not in ("TwoMinima", "Saddle")):
        some = on(results, kind).isel(step=slice(1, None))
        lines = _by_coordinate(abs(some["moved"] / some["gradient"]), results, words, language)
        title = label["rates"].get(kind, label["rates"]["other"])
        charts.append(over_lines(lines, title, language, SIZES))
    return charts


def step_sizes(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The sizes of the steps down slopes along each coordinate; under noise the steps of one trial, once settled.

    A mean over trials of steps that change their sign says nothing, and a size on a logarithmic scale little.
    """
    label = labels(language)["paths"]
    slopes = on(results, "Slope").isel(step=slice(1, None))
    names = [str(name) for name in slopes["variant"].values]
    noisy = [name for name in names if descent_settings(results, name).get("noise", 0.0)]
    exact = slopes.sel(variant=[name for name in names if name not in noisy])
    charts = []
    if exact.sizes["variant"]:
        lines = _by_coordinate(abs(exact["moved"]), results, words, language)
        charts.append(over_lines(lines, label["step_size"], language, SIZES))
    if noisy:
        late = slopes.isel(step=slice(slopes.sizes["step"] // 3, None), seed=slice(1))
        lines = lines_of(late["moved"].sel(variant=noisy, layer="w0"), words, language)
        charts.append(over_lines(lines, label["noisy_steps"], language, None, dashed=False))
    return charts


def ways_out(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The paths from beside a saddle, and how fast they leave it."""
    saddles, lines = on(results, "Saddle"), {}
    for name in map(str, saddles["variant"].values):
        turn = np.radians(descent_settings(results, name)["landscape"]["fields"].get("turn", 0.0))
        w = saddles["w"].sel(variant=name, drop=True)
        out = np.cos(turn) * w.sel(layer="w1", drop=True) - np.sin(turn) * w.sel(layer="w0", drop=True)
        lines[words[language].variant(name)] = abs(out)
    lines = {name: values.isel(step=slice(1, None)) for name, values in lines.items()}
    chart = over_lines(lines, labels(language)["paths"]["away"], language, SIZES, first_steps=True)
    return [*over_landscapes(saddles, words, language), chart]


def _by_coordinate(values: xr.DataArray, results: xr.Dataset, words: Words, language: str) -> dict[str, xr.DataArray]:
    """A line a variant and coordinate, named by the gradient there where the landscape is a slope."""
    label, lines = labels(language), {}
    for name in map(str, values["variant"].values):
        gradients = descent_settings(results, name)["landscape"]["fields"].get("gradient")
        for i, layer in enumerate(values["layer"].values):
            known = gradients is not None and isinstance(gradients[i], int | float)
            what = label["at_gradient"] if known else label["at_coordinate"]
            shown = what.format(words[language].variant(name), number(gradients[i]) if known else i + 1)
            lines[shown] = values.sel(variant=name, layer=layer, drop=True)
    return lines


FIGURES: dict[str, Make] = {
    "maps": maps,
    "ends": ends,
    "heights": heights,
    "distance": distance,
    "rates": rates,
    "step_size": step_sizes,
    "ways_out": ways_out,
}
USUAL = {
    "Quadratic": ("maps", "heights"),
    "TwoMinima": ("ends",),
    "Saddle": ("ways_out",),
    "Slope": ("step_size",),
}
