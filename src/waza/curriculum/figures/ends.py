"""Maps of starts by the minimum in which their paths end."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, ground, on, scales_of
from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.style import PALETTE, titled
from waza.report.words import Words, percent

ENDS = ("global", "local", "nowhere")
SHAPES = ("circle", "triangle-up", "cross")
FEW = 8
SIDES = {"few": 230, "many": 170}
COLUMNS = 6
ROOM = 0.1


def ends(results: xr.Dataset, words: Words, language: str) -> alt.ConcatChart:
    """A map of starts for each variant on a landscape with two minima, titled by the share in the global one."""
    results = on(results, "TwoMinima")
    names = [str(name) for name in results["variant"].values]
    columns = max(2, -(-len(names) // 2)) if len(names) <= FEW else COLUMNS
    side = SIDES["few" if len(names) <= FEW else "many"]
    found = {name: ends_of(results, name) for name in names}
    occur = [end for end in ENDS if any((some == end).any() for some in found.values())]
    maps = (
        _map(results, name, found[name], occur, words, language).properties(width=side, height=side) for name in names
    )
    return alt.concat(*maps, columns=min(columns, len(names)))


def ends_of(results: xr.Dataset, variant: str) -> np.ndarray:
    """Where each seed's path ends, one of `ENDS`; the global minimum is the left one for a tilt above zero."""
    tilt = fields_of(results, variant)["landscape"]["fields"]["tilt"]
    last = results["w"].sel(variant=variant, layer="w0").isel(step=-1).values
    stopped = (results["diverged_at"].sel(variant=variant).values >= 0) | ~np.isfinite(last)
    return np.where(stopped, "nowhere", np.where(last * tilt < 0, "global", "local"))


def _map(
    results: xr.Dataset, variant: str, found: np.ndarray, occur: list[str], words: Words, language: str
) -> alt.LayerChart:
    label = own_labels(language)
    settings = fields_of(results, variant)
    starts = results["w"].sel(variant=variant, layer=["w0", "w1"]).isel(step=0).transpose("seed", "layer").values
    rows: list[dict[str, Any]] = [
        {"x": short(x), "y": short(y), "end": label["ends"][end]} for (x, y), end in zip(starts, found, strict=True)
    ]
    box = {
        axis: [low - ROOM * (high - low or 1), high + ROOM * (high - low or 1)]
        for axis, low, high in zip("xy", settings["low"], settings["high"], strict=True)
    }
    known = [label["ends"][end] for end in occur]
    looks = [ENDS.index(end) for end in occur]
    legend = alt.Legend(orient="bottom", symbolSize=80, symbolOpacity=1, labelLimit=400)
    domain: dict[str, Any] = {"title": None, "sort": known, "legend": legend}
    points = (
        alt.Chart(Inline(values=rows))
        .mark_point(filled=True, size=38, opacity=1, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("x:Q", scale=scales_of(box)["x"]),
            y=alt.Y("y:Q", scale=scales_of(box)["y"]),
            color=alt.Color("end:N", scale=alt.Scale(domain=known, range=[PALETTE[i] for i in looks]), **domain),
            shape=alt.Shape("end:N", scale=alt.Scale(domain=known, range=[SHAPES[i] for i in looks]), **domain),
        )
    )
    share = percent(float(np.mean(found == "global")))
    title = [words[language].variant(variant), label["reaches_global"].format(share=share)]
    under = ground(settings["landscape"], box, (label["starts_first"], label["starts_second"]))
    return titled(alt.layer(under, points), title)
