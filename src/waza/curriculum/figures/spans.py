"""The gain of a recurrent memory over the span of steps: how much of a gradient comes back."""

import altair as alt
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.bands import bands, lines_of
from waza.report.charts import cut_note, drawn
from waza.report.inline import Inline
from waza.report.style import titled
from waza.report.words import Words, labels
from waza.study.results import marked, measured

GAIN = "log10_gain"
SPAN = "span"
VISIBLE = (1e-20, 1e9)


def over_spans(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart:
    """The gains before training on a logarithmic scale; at a gain of 1 the memory is kept."""
    say = own_labels(language)["reach"]
    values = marked(results, measured(results, GAIN)).isel(step=0)
    spans = [int(str(name).removeprefix(f"{SPAN} ")) for name in values["layer"].values]
    gains = 10.0 ** values.astype(float).rename(layer=SPAN).assign_coords({SPAN: spans}).sortby(SPAN)
    lines = lines_of(gains, words, language)
    rows = bands(lines, SPAN, VISIBLE)
    kept = alt.Chart(Inline(values=[{"kept": 1}])).mark_rule(color="#999", strokeDash=[2, 3]).encode(y="kept:Q")
    chart = alt.layer(kept, drawn(rows, SPAN, language, logarithmic=True, among=list(lines), x_title=say["span"]))
    title = say["title"] if results.sizes["step"] == 1 else labels(language)["before_training"].format(say["title"])
    return titled(chart, title, cut_note(lines, rows, language))
