"""How far gradients reach: the gain of a recurrent memory against the span, a line a variant."""

import altair as alt
import xarray as xr

from waza.report.bands import bands, lines_of
from waza.report.charts import drawn
from waza.report.style import titled
from waza.report.words import Words, labels

GAIN = "log10_gain"
SPAN = "span"
VISIBLE = (1e-20, 1e9)


def over_spans(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart:
    """The gains before the first step on a logarithmic scale, where 1 is a memory that is kept as it is."""
    say = labels(language)["reach"]
    values = results[GAIN].isel(step=0)
    spans = [int(str(name).removeprefix(f"{SPAN} ")) for name in values["layer"].values]
    gains = 10.0 ** values.astype(float).rename(layer=SPAN).assign_coords({SPAN: spans}).sortby(SPAN)
    lines = lines_of(gains, words, language)
    rows = bands(lines, SPAN, VISIBLE)
    kept = alt.Chart(alt.Data(values=[{"kept": 1}])).mark_rule(color="#999", strokeDash=[2, 3]).encode(y="kept:Q")
    chart = alt.layer(kept, drawn(rows, SPAN, language, logarithmic=True, among=list(lines)))
    left = labels(language)["cut"] if len(rows) < gains.sizes["variant"] * gains.sizes[SPAN] else ""
    title = say["title"] if results.sizes["step"] == 1 else labels(language)["before_training"].format(say["title"])
    return titled(chart, title, left)
