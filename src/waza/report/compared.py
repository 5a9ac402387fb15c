"""Variants as they were given and tuned, side by side."""

import json

import altair as alt
import xarray as xr

from waza.report.charts import PALETTE
from waza.report.words import Words, labels
from waza.study.results import final
from waza.study.statistics import t_interval
from waza.study.tuning import tuned_name


def given_and_tuned(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart | None:
    """The main measure at the last step, a row a variant: a dot as given, a dot tuned, bars for 95 % intervals."""
    choices = json.loads(results.attrs.get("tuning", "[]"))
    if not choices:
        return None
    label, measure = labels(language), results.attrs["measure"]
    rows = []
    for choice in choices:
        for how, name in (("given", choice["variant"]), ("tuned", tuned_name(choice["variant"]))):
            interval = t_interval(final(results, measure, name).values)
            values = {"mean": interval.mean, "low": interval.low, "high": interval.high}
            rows.append(
                {
                    "variant": words[language].variant(choice["variant"]),
                    "how": label["how"][how],
                    **{key: float(f"{value:.4g}") for key, value in values.items()},
                }
            )
    names, hows = list(dict.fromkeys(row["variant"] for row in rows)), [label["how"][how] for how in ("given", "tuned")]
    colour = alt.Color(
        "how:N",
        title=None,
        sort=hows,
        scale=alt.Scale(domain=hows, range=[PALETTE[1], PALETTE[0]]),
        legend=alt.Legend(orient="bottom", symbolSize=120, symbolOpacity=1),
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("variant:N", sort=names, title=None, axis=alt.Axis(labelLimit=220)),
        yOffset=alt.YOffset("how:N", sort=hows),
        color=colour,
    )
    x = alt.X("mean:Q", title=label["measures"].get(measure, measure), scale=alt.Scale(zero=False))
    bars = base.mark_rule(strokeWidth=2.2).encode(x=alt.X("low:Q", scale=alt.Scale(zero=False)), x2="high:Q")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x, tooltip=["variant:N", "how:N", "mean:Q", "low:Q", "high:Q"]
    )
    return (bars + dots).properties(width=410, height=max(48 * len(names), 120))
