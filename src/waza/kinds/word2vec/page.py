"""The report of word vectors: neighbours of words, and the scores of the published word tests with their intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from waza.kinds.word2vec.model import Word2VecModel
from waza.report.inline import Inline
from waza.report.style import PALETTE
from waza.report.training_page import Training, render_training

CHARTED = ("loss",)
ROW, WIDTH = 22, 420


def words_page(model: Word2VecModel, training: Training, language: str) -> str:
    """The report in both languages."""
    result = training.result

    def charts(say: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for name in ("similarity", "analogies"):
            rows = [one for one in result[name] if one["value"] is not None]
            if rows:
                found[name] = _ranges(rows, say, name)
        return found

    return render_training(
        training,
        language,
        CHARTED,
        charts,
        neighbours=result["neighbours"],
        similarity=result["similarity"],
        analogies=result["analogies"],
        tests=result["tests"],
    )


def _ranges(scores: Sequence[Mapping[str, Any]], say: Mapping[str, Any], name: str) -> Any:
    """A dot with its interval for each set."""
    factor = 100 if name == "analogies" else 1
    rows = [
        {
            "set": say["sections"].get(one["name"], one["name"]),
            **{key: round(factor * one[key], 4) for key in ("value", "low", "high")},
            "known": f"{one['known']:,} / {one['asked']:,}",
        }
        for one in scores
    ]
    order = [row["set"] for row in rows]
    base = alt.Chart(Inline(values=rows)).encode(
        y=alt.Y("set:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, ticks=False, grid=False)),
        tooltip=["set:N", alt.Tooltip("value:Q", title=say[name]), "low:Q", "high:Q", "known:N"],
    )
    scale = alt.Scale(zero=True)
    bars = base.mark_rule(strokeWidth=2.5, color=PALETTE[5]).encode(
        x=alt.X("low:Q", title=say[name], scale=scale), x2="high:Q"
    )
    dots = base.mark_circle(size=70, color=PALETTE[0], opacity=1).encode(x="value:Q")
    return (bars + dots).properties(width=WIDTH, height=ROW * len(rows))
