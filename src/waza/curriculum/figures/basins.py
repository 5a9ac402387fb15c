"""A quartic with two minima: from where paths end in the global minimum, and how soon noise leads there."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.day2a_training.basins import SETTLED, crossed
from waza.curriculum.day2a_training.descents import end_of, line
from waza.curriculum.figures.labels import own_labels, without_common
from waza.curriculum.figures.landscapes import fields_of, on
from waza.curriculum.figures.replayed import descending
from waza.report.bands import short
from waza.report.compared import middle
from waza.report.inline import Inline
from waza.report.rows import Row, barred, dotted
from waza.report.style import PALETTE, WIDTH, titled
from waza.report.words import Words, number, percent

ENDS = ("global", "local", "nowhere")
STARTS, HALF = 800, 0.5  # along the axis of the two minima
REACHED, LEAST = "reached_after", 0.1  # of percentages that are told in digits
CURVE, NAME, STRIP = 150, 20, 16  # heights of the function's curve, of a name and of a strip
HIGHEST = 5.0  # of the function, above its minimum: what is above is cut


def basins(results: xr.Dataset, words: Words, language: str) -> list[alt.LayerChart]:
    """The function along its two minima, a panel a tilt, and below it where the paths of each variant end.

    Without noise the end follows from the start: each strip is coloured by the minimum in which the paths from there
    end. The starts are those of the variants' box, on a grid.
    """
    charts = []
    for tilt, names in _by_tilt(results, noisy=False):
        shown = without_common([words[language].variant(name) for name in names])
        charts.append(_panel(results, tilt, dict(zip(names, shown, strict=True)), language))
    return charts


def crossings(results: xr.Dataset, words: Words, language: str) -> list[alt.LayerChart]:
    """With noise, from the local minimum: the steps until each path is on the global side, a panel a tilt."""
    say, charts = own_labels(language)["basins"], []
    if REACHED not in results:
        return []
    for tilt, names in _by_tilt(results, noisy=True):
        rows = []
        for name, shown in zip(names, without_common([words[language].variant(name) for name in names]), strict=True):
            steps = results[REACHED].sel(variant=name).isel(step=-1).values.astype(float)
            late = ~(steps < float(results["step"][-1]))
            half = math.nan if late.mean() >= HALF else middle(steps)
            rows.append(Row(shown, np.where(late, np.nan, steps), "", half, stopped=int(late.sum())))
        note = say["crosses"].format(steps=int(results["step"][-1]))
        charts.append(dotted(rows, [_formula(tilt), say["crossings"]], note, logarithmic=True))
    return charts


def chances(results: xr.Dataset, words: Words, language: str, rates: Mapping[str, float], distance: float) -> Any:
    """The probabilities with which SGD with noise gets from the local to the global side, at equal rate times steps.

    They are computed: no results are shown.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        rates: learning rates by the name of their variant.
        distance: rate times steps.
    """
    say, rows = own_labels(language)["basins"], []
    for name, rate in rates.items():
        steps = round(distance / rate)
        shown = say["steps"].format(name=words[language].variant(name), steps=steps)
        rows.append(Row(shown, np.array([]), middle=100 * crossed(rate, steps)))
    title = say["chances"].format(distance=number(distance))
    texts = [percent(row.middle / 100) if row.middle >= LEAST else say["less"].format(LEAST) for row in rows]
    return barred(rows, title, texts, highest=100)


def _named(last: np.ndarray, tilt: float) -> np.ndarray:
    return np.where(~np.isfinite(last), "nowhere", np.where(last * tilt < 0, "global", "local"))


def _tilt(results: xr.Dataset, variant: str) -> float:
    return float(fields_of(results, variant)["landscape"]["fields"]["tilt"])


def _by_tilt(results: xr.Dataset, noisy: bool) -> Iterator[tuple[float, list[str]]]:
    """The names of the variants with or without noise for each tilt."""
    names = [str(name) for name in on(results, "TwoMinima")["variant"].values]
    names = [name for name in names if bool(fields_of(results, name).get("noise", 0.0)) == noisy]
    for tilt in dict.fromkeys(_tilt(results, name) for name in names):
        yield tilt, [name for name in names if _tilt(results, name) == tilt]


def _panel(results: xr.Dataset, tilt: float, names: dict[str, str], language: str) -> alt.LayerChart:
    say, first = own_labels(language)["basins"], next(iter(names))
    low, high = (fields_of(results, first)[end][0] for end in ("low", "high"))
    starts = line(low, high, STARTS)[:, 0]
    height = CURVE + len(names) * (NAME + STRIP) + 4
    texts, strips, top = [], [], float(CURVE)
    for name, shown in names.items():
        landscape, optimizer, _ = descending(results, name)
        found = _named(end_of(landscape, optimizer, line(low, high, STARTS), SETTLED)[:, 0], tilt)
        share = percent(float(np.mean(found == "global")))
        texts.append({"text": say["strip"].format(name=shown, share=share), "y": top + NAME / 2 + 2})
        strips += [
            {"x": short(a), "x2": short(b), "y": top + NAME, "y2": top + NAME + STRIP - 4, "end": say["ends"][end]}
            for a, b, end in _runs(starts, found)
        ]
        top += NAME + STRIP
    domain = [say["ends"][end] for end in ENDS[:2]]
    domain += [say["ends"][end] for end in ENDS[2:] if any(strip["end"] == say["ends"][end] for strip in strips)]
    colour = alt.Color(
        "end:N",
        title=None,
        sort=domain,
        scale=alt.Scale(domain=domain, range=[PALETTE[0], PALETTE[1], PALETTE[7]][: len(domain)]),
        legend=alt.Legend(orient="bottom", columns=1, symbolSize=140, symbolOpacity=1, symbolType="square"),
    )
    x_scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X("x:Q", title=say["start"], scale=x_scale, axis=alt.Axis(grid=False, tickCount=5))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=None)
    curve = alt.Chart(Inline(values=_curve(starts, tilt, say["ends"])))
    layers = [
        curve.mark_line(strokeWidth=3.5).encode(x=x, y=y, color=colour, detail="side:N", order="x:Q"),
        alt.Chart(Inline(values=strips)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour),
        alt.Chart(Inline(values=texts))
        .mark_text(align="left", baseline="middle", fontSize=12, color="#222")
        .encode(x=alt.value(0), y=y, text="text:N"),
    ]
    return titled(alt.layer(*layers).properties(width=WIDTH, height=height), _formula(tilt), say["below"])


def _formula(tilt: float) -> str:
    return f"f = (w1² − 1)² + {'' if tilt == 1 else f'{tilt:g} '}w1 + w2²/2"


def _curve(starts: np.ndarray, tilt: float, ends: dict[str, str]) -> list[dict[str, Any]]:
    """The function along w1 as pixels from the top, split at the top of its hill."""
    extremes = np.sort(np.roots([4.0, 0.0, -4.0, tilt]).real)
    value = (starts**2 - 1) ** 2 + tilt * starts
    least = value.min()
    visible = value - least <= HIGHEST
    hill = extremes[1]
    return [
        {
            "x": short(at),
            "y": round(CURVE - 12 - (CURVE - 20) * float(height - least) / HIGHEST, 1),
            "side": int(at > hill),
            "end": ends[str(_named(np.array(at - hill), tilt))],
        }
        for at, height in zip(starts[visible], value[visible], strict=True)
    ]


def _runs(starts: np.ndarray, found: np.ndarray) -> Iterator[tuple[float, float, str]]:
    """The intervals of neighbouring starts with the same end."""
    half = (starts[1] - starts[0]) / 2
    edges = [0, *(np.flatnonzero(found[1:] != found[:-1]) + 1), len(found)]
    for a, b in itertools.pairwise(edges):
        yield starts[a] - half, starts[b - 1] + half, str(found[a])
