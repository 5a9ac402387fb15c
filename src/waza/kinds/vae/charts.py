"""Charts of a variational autoencoder: the divergence of each dimension over the steps, and codes in a plane."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from waza.report.inline import Inline
from waza.report.style import PALETTE

ROW, SMALLEST_ROW, TALLEST, WIDTH = 24, 6, 420, 780
MOST_DIMENSIONS = 64
PLANE = 440  # the side of the plane, and of the images beside it
COLOURS = [*PALETTE, "#8B4513", "#7B68EE"]


def divergence_chart(history: Sequence[Mapping[str, Any]], prefix: str, say: Mapping[str, Any]) -> Any:
    """A row for each dimension, a column for each evaluation, shaded by the divergence; None without dimensions.

    Args:
        history: of the training.
        prefix: of the measures of dimensions, before their names.
        say: the texts of a language.
    """
    names = [name for name in history[-1] if name.startswith(prefix)]
    if not names:
        return None
    order = sorted(names, key=lambda name: -_finite(history[-1][name]))[:MOST_DIMENSIONS]
    steps = [one["step"] for one in history]
    ends = [*steps[1:], 2 * steps[-1] - steps[-2] if len(steps) > 1 else steps[-1] + 1]
    shown = [name.removeprefix(prefix) for name in order]
    rows = [
        {"dimension": label, "step": one["step"], "until": until, "kl": float(f"{_finite(one.get(name)):.3g}")}
        for one, until in zip(history, ends, strict=True)
        for name, label in zip(order, shown, strict=True)
    ]
    height = max(SMALLEST_ROW, min(ROW, TALLEST // len(order)))
    return (
        alt.Chart(Inline(values=rows))
        .mark_rect()
        .encode(
            x=alt.X("step:Q", title=say["step"], scale=alt.Scale(nice=False), axis=alt.Axis(grid=False)),
            x2="until:Q",
            y=alt.Y("dimension:N", sort=shown, title=say["dimension"], axis=alt.Axis(grid=False, ticks=False)),
            color=alt.Color(
                "kl:Q",
                title=say["kl_nats"],
                scale=alt.Scale(type="sqrt", scheme="blues", domainMin=0),
                legend=alt.Legend(gradientLength=160),
            ),
            tooltip=["dimension:N", "step:Q", alt.Tooltip("kl:Q", title=say["kl_nats"])],
        )
        .properties(width=WIDTH, height=height * len(order))
    )


def plane_chart(codes: np.ndarray, classes: Sequence[str], reach: float, say: Mapping[str, Any]) -> Any:
    """Codes of two dimensions as dots, coloured by class if there are some.

    Args:
        codes: (n, 2).
        classes: the name of each image's class; empty where there are none.
        reach: the axes run from minus this to this.
        say: the texts of a language.
    """
    names = sorted(set(classes), key=lambda name: (len(name), name))
    rows = [
        {"z0": round(float(a), 3), "z1": round(float(b), 3)} | ({"class": classes[i]} if names else {})
        for i, (a, b) in enumerate(codes)
        if max(abs(a), abs(b)) <= reach
    ]
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(names))]
    colour: Any = (
        alt.Color(
            "class:N",
            title=None,
            sort=names,
            scale=alt.Scale(domain=names, range=colours),
            legend=alt.Legend(
                orient="bottom", columns=min(10, len(names)), symbolSize=90, symbolOpacity=1, labelLimit=120
            ),
        )
        if names
        else alt.value(PALETTE[0])
    )
    return (
        alt.Chart(Inline(values=rows))
        .mark_circle(size=14, opacity=0.65)
        .encode(
            x=alt.X("z0:Q", title="z0", scale=scale),
            y=alt.Y("z1:Q", title="z1", scale=scale),
            color=colour,
            tooltip=["z0:Q", "z1:Q", *(["class:N"] if names else [])],
        )
        .properties(width=PLANE, height=PLANE)
    )


def _finite(value: float | None) -> float:
    return 0.0 if value is None or not np.isfinite(value) else float(value)
