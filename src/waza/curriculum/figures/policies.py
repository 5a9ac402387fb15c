"""Policies: values of a corridor whose states look alike, steps of the gradient, two objectives, and variances."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.day4b_reinforcement import corridor, fatigue
from waza.curriculum.day4b_reinforcement.exact_gradients import (
    corridor_gradient,
    corridor_value,
    share_improved,
    variance_ratio,
)
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.learning_curves import every_seed
from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.rows import Row, barred
from waza.report.style import HEIGHT, PALETTE, WIDTH, colours, dashes, power_axis, titled
from waza.report.words import Words, number
from waza.rl.tabular import deterministic, state_values

LOWEST, START = -60.0, -1.5  # of the values shown; the logit from which steps are shown
STEPS = {"small": 0.03, "large": 0.25}  # epsilon of the two steps that are shown
RATES = np.logspace(-4, 2, 25)
DISCOUNTS = np.linspace(0.5, 0.995, 100)

learned_probabilities = partial(every_seed, measure="right")


def aliased_values(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart:
    """The value of each probability of going right in the corridor, with the best one marked."""
    say = own_labels(language)["policies"]
    right = np.linspace(0.02, 0.98, 200)
    best = {"x": corridor.BEST, "y": corridor.value(corridor.BEST), "text": say["best"].format(number(corridor.BEST))}
    values = {"": (right, corridor.value(right))}
    chart = _curves(values, say["right"], alt.Axis(tickCount=5), (LOWEST, -8.0))
    return titled(chart + _marked([best], dy=-12), say["value"], say["ends"])


def steps_of_the_gradient(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart:
    """J over the corridor's only parameter, and where a small and a large step along the gradient lead."""
    say = own_labels(language)["policies"]
    logits = np.linspace(-4, 4, 200)
    places = {say["start"]: START}
    places |= {say[name].format(rate): START + rate * corridor_gradient(START) for name, rate in STEPS.items()}
    marks = [{"x": float(x), "y": max(float(corridor_value(x)), LOWEST), "text": name} for name, x in places.items()]
    chart = _curves({"": (logits, corridor_value(logits))}, say["logit"], alt.Axis(tickCount=5), (LOWEST, -8.0))
    return titled(chart + _marked(marks, dx=10), say["over_theta"])


def improvements(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart:
    """The share of starts that one step along the gradient improves, by the step's rate."""
    say = own_labels(language)["policies"]
    lines = {
        say[problem]: (RATES, np.array([100 * share_improved(problem, rate) for rate in RATES]))
        for problem in ("mailing", "corridor")
    }
    scale = alt.Scale(type="log", nice=False)
    chart = _curves(lines, say["rate"], power_axis(RATES[0], RATES[-1]), (0.0, 102.0), scale)
    return titled(chart, say["improved"])


def two_objectives(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart:
    """The discounted profit of two ways to mail, as profit a month, by the discount rate; at 1 it is the average."""
    say = own_labels(language)["policies"]
    policies = {say["always"]: (fatigue.MAIL, fatigue.MAIL), say["patient"]: (fatigue.MAIL, fatigue.WAIT)}
    lines = {
        name: (DISCOUNTS, np.array([_monthly(actions, discount) for discount in DISCOUNTS]))
        for name, actions in policies.items()
    }
    meets = alt.Chart(Inline(values=[{"x": fatigue.agreement()}])).mark_rule(color="#888", strokeDash=[4, 4])
    chart = _curves(lines, say["discount"], alt.Axis(tickCount=6), (18.0, 62.0))
    return titled(chart + meets.encode(x="x:Q"), say["monthly"], say["meets"].format(number(fatigue.agreement())))


def exact_variances(results: xr.Dataset, words: Words, language: str) -> Any:
    """The variance of four estimates of the same gradient, in percent of the first's."""
    say = own_labels(language)["policies"]
    shares = {name: 100 * variance_ratio(name, "whole") for name in ("whole", "to_go", "by_time", "by_state")}
    rows = [Row(say[name], np.array([share]), middle=share) for name, share in shares.items()]
    return barred(rows, say["variance"], [f"{share:.0f} %" for share in shares.values()])


def _monthly(actions: tuple[int, int], discount: float) -> float:
    """(1 - gamma) times the discounted profit from a fresh customer: the same sum each month has this height."""
    policy = deterministic(actions, 2)
    return float((1 - discount) * state_values(fatigue.model(), policy, discount)[fatigue.FRESH])


def _curves(
    lines: Mapping[str, tuple[np.ndarray, np.ndarray]],
    x_title: str,
    x_axis: alt.Axis,
    within: tuple[float, float],
    x_scale: alt.Scale | None = None,
) -> Any:
    """Curves by name; a single one has no legend. What lies outside of the vertical range is left out."""
    rows = [
        {"variant": name, "x": short(x), "y": short(y)}
        for name, (xs, ys) in lines.items()
        for x, y in zip(xs, ys, strict=True)
        if within[0] <= y <= within[1]
    ]
    x = alt.X("x:Q", title=x_title, axis=x_axis, scale=x_scale or alt.Scale(zero=False, nice=False))
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=list(within), nice=False), axis=alt.Axis(tickCount=6))
    line = alt.Chart(Inline(values=rows)).mark_line(strokeWidth=2.4)
    several = len(lines) > 1
    drawn = (
        line.encode(x, y, color=colours(rows), strokeDash=dashes(rows))
        if several
        else line.encode(x, y, color=alt.value(PALETTE[0]))
    )
    return alt.layer(drawn).properties(width=WIDTH, height=HEIGHT)


def _marked(marks: list[dict[str, Any]], dx: int = 0, dy: int = 0) -> Any:
    """Points with a text above them or, with `dx`, on the left of those below 0 and on the right of the others."""
    points = alt.Chart(Inline(values=marks)).mark_point(filled=True, size=80, opacity=1, color=PALETTE[1])
    layers = [points.encode(x="x:Q", y="y:Q")]
    sides: dict[Any, list[dict[str, Any]]] = {"right": [], "left": []} if dx else {"center": marks}
    for mark in marks if dx else ():
        sides["right" if mark["x"] < 0 else "left"].append(mark)
    for align, some in sides.items():
        text = alt.Chart(Inline(values=some)).mark_text(
            align=align, dx=-dx if align == "right" else dx, dy=dy, fontSize=12, fontWeight="bold", color="#222"
        )
        layers.append(text.encode(x="x:Q", y="y:Q", text="text:N"))
    return alt.layer(*layers)
