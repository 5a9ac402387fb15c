"""Bandits: measures over pulls, regret by epsilon, and how often greedy choice comes back to the better arm."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.day4b_reinforcement.two_arms import Rates, finds_better
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of
from waza.report.bands import bands, bounded, lines_of, short
from waza.report.charts import drawn
from waza.report.inline import Inline
from waza.report.style import HEIGHT, WIDTH, colours, dashes, power_axis, titled
from waza.report.words import Words
from waza.study.deciding import CONFIDENCE
from waza.study.record import record_of
from waza.study.results import marked, measured
from waza.study.statistics import t_interval

PULLS = "pulls"
REGRET = "regret"


def by_pulls(results: xr.Dataset, measure: str) -> xr.DataArray:
    """A measure with the number of pulls as its axis, from the first evaluation after a pull."""
    values = marked(results, measured(results, measure)).isel(step=slice(1, None))
    pulls = int(fields_of(results, str(values["variant"].values[0]))[PULLS])
    return values.assign_coords(step=values["step"] * pulls).rename(step=PULLS)


def over_pulls(
    results: xr.Dataset, words: Words, language: str, measure: str, variants: Sequence[str] = (), bound: float = 0.0
) -> alt.LayerChart | None:
    """A measure over the logarithm of the number of pulls, a line a variant; None where no variant is there.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        measure: which.
        variants: all by default.
        bound: the factor of the logarithm in the lower bound of regret, which is drawn as a line; 0 for none.
    """
    say, known = own_labels(language)["bandits"], set(map(str, results["variant"].values))
    names = [name for name in variants or map(str, results["variant"].values) if name in known]
    if not names:
        return None
    values = by_pulls(results, measure).sel(variant=names)
    lines = lines_of(values, words, language)
    if bound:
        lower = values.isel(variant=0, seed=slice(1), drop=True).astype(float).copy()
        lower[:] = bound * np.log(values[PULLS].values)
        lines[say["bound"]] = lower
    rows = bounded(bands(lines, PULLS), record_of(results).declared(measure))
    chart = drawn(rows, PULLS, language, logarithmic=False, first_steps=True, among=list(lines), x_title=say[PULLS])
    return titled(chart, words[language].measure(measure))


def by_epsilon(
    results: xr.Dataset, words: Words, language: str, epsilons: Mapping[str, float], horizons: Sequence[int]
) -> alt.LayerChart | None:
    """The mean regret of a pull by epsilon, a line a horizon, with its least value marked; None without variants.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        epsilons: above 0, by the name of their variant.
        horizons: numbers of pulls; those are shown after which there is an evaluation.
    """
    say, known = own_labels(language)["bandits"], set(map(str, results["variant"].values))
    names = [name for name in epsilons if name in known]
    regret = by_pulls(results, REGRET)
    rows, least = [], []
    for horizon in (one for one in horizons if names and one in regret[PULLS].values):
        found = [
            {
                "variant": say["horizon"].format(f"{horizon:,}"),
                "epsilon": epsilons[name],
                **_interval(regret.sel(variant=name, pulls=horizon).values / horizon),
            }
            for name in names
        ]
        rows += found
        least.append(min(found, key=lambda row: row["mean"]))
    if not rows:
        return None
    low, high = (end([epsilons[name] for name in names]) for end in (min, max))
    scale = alt.Scale(type="log", nice=False, domain=[low, high], padding=8)
    x = alt.X("epsilon:Q", title=say["epsilon"], scale=scale, axis=power_axis(low, high))
    height: dict[str, Any] = {"scale": alt.Scale(zero=True), "axis": alt.Axis(tickCount=6)}
    y, colour = alt.Y("mean:Q", title=None, **height), colours(rows)
    base = alt.Chart(Inline(values=rows))
    layers = [
        base.mark_rule(strokeWidth=1.2).encode(x, alt.Y("low:Q", title=None, **height), y2="high:Q", color=colour),
        base.mark_line(strokeWidth=2.2).encode(x, y, color=colour, strokeDash=dashes(rows), tooltip=["mean:Q"]),
        alt.Chart(Inline(values=least)).mark_point(filled=True, size=110, opacity=1).encode(x, y, color=colour),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    return titled(chart, say["regret_a_pull"], say["least"])


def finding_back(
    results: xr.Dataset, words: Words, language: str, rates: Rates, tries: Sequence[int], pulls: int
) -> alt.LayerChart:
    """The probability that greedy choice pulls the better of two arms again, a line a number of tries; computed.

    Args:
        results: of a run; not shown.
        words: the study's texts by language.
        language: of the chart.
        rates: of the better and of the worse arm.
        tries: of each arm beforehand.
        pulls: afterwards.
    """
    say = own_labels(language)["bandits"]
    places = np.unique(np.round(np.geomspace(1, pulls, 80)).astype(int))
    lines = {
        say["tries"][min(count, 2)].format(count): xr.DataArray(
            finds_better(rates, count, pulls)[None, places - 1], {"seed": [0], PULLS: places}, ["seed", PULLS]
        )
        for count in tries
    }
    chart = drawn(
        bands(lines, PULLS), PULLS, language, logarithmic=False, first_steps=True, x_title=say["later"], ends=(0, 1)
    )
    return titled(chart, say["found"], say["computed"])


def _interval(values: np.ndarray) -> dict[str, float]:
    found = t_interval(values.astype(float), CONFIDENCE)
    ends = (found.low, found.high) if len(values) > 1 else (found.mean, found.mean)
    return {"mean": short(found.mean), "low": short(ends[0]), "high": short(ends[1])}
