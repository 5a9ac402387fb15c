"""Where the paths down a landscape with two minima end: a small map a variant, every start in the colour of its end."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.report.bands import short
from waza.report.paths import descent_settings, ground, scales_of
from waza.report.style import PALETTE, titled
from waza.report.words import Words, labels, percent

ENDS = ("global", "local", "nowhere")
SHAPES = ("circle", "triangle-up", "cross")
FEW = 8
SIDES = {"few": 230, "many": 170}
COLUMNS = 6
ROOM = 0.1


def over_ends(results: xr.Dataset, words: Words, language: str) -> alt.ConcatChart:
    """A map a variant of its starts; its title is the share of starts that end in the global minimum."""
    names = [str(name) for name in results["variant"].values]
    columns = max(2, -(-len(names) // 2)) if len(names) <= FEW else COLUMNS
    side = SIDES["few" if len(names) <= FEW else "many"]
    ends = {name: ends_of(results, name) for name in names}
    occur = [end for end in ENDS if any((some == end).any() for some in ends.values())]
    maps = (
        _map(results, name, ends[name], occur, words, language).properties(width=side, height=side) for name in names
    )
    return alt.concat(*maps, columns=min(columns, len(names)))


def ends_of(results: xr.Dataset, variant: str) -> np.ndarray:
    """Where each seed's path ends, one of `ENDS`: for a tilt above zero the global minimum is the left one."""
    tilt = descent_settings(results, variant)["landscape"]["fields"]["tilt"]
    last = results["w"].sel(variant=variant, layer="w0").isel(step=-1).values
    stopped = (results["diverged_at"].sel(variant=variant).values >= 0) | ~np.isfinite(last)
    return np.where(stopped, "nowhere", np.where(last * tilt < 0, "global", "local"))


def _map(
    results: xr.Dataset, variant: str, ends: np.ndarray, occur: list[str], words: Words, language: str
) -> alt.LayerChart:
    label = labels(language)
    settings = descent_settings(results, variant)
    starts = results["w"].sel(variant=variant, layer=["w0", "w1"]).isel(step=0).transpose("seed", "layer").values
    rows: list[dict[str, Any]] = [
        {"x": short(x), "y": short(y), "end": label["ends"][end]} for (x, y), end in zip(starts, ends, strict=True)
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
        alt.Chart(alt.Data(values=rows))
        .mark_point(filled=True, size=38, opacity=1, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("x:Q", scale=scales_of(box)["x"]),
            y=alt.Y("y:Q", scale=scales_of(box)["y"]),
            color=alt.Color("end:N", scale=alt.Scale(domain=known, range=[PALETTE[i] for i in looks]), **domain),
            shape=alt.Shape("end:N", scale=alt.Scale(domain=known, range=[SHAPES[i] for i in looks]), **domain),
        )
    )
    share = percent(float(np.mean(ends == "global")))
    title = [words[language].variant(variant), label["reaches_global"].format(share=share)]
    under = ground(settings["landscape"], box, (label["starts_first"], label["starts_second"]))
    return titled(alt.layer(under, points), title)
