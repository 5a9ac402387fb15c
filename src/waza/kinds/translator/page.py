"""The report of a translator: scores, translations, attention, and BLEU by the length of the source."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.kinds.translator.alignment import alignment_chart
from waza.kinds.translator.corpus import TranslatorMaterial
from waza.kinds.translator.model import Alignment, TranslatorModel
from waza.kinds.translator.options import BEAM
from waza.kinds.translator.telling import score_rows
from waza.report.inline import Inline
from waza.report.style import PALETTE
from waza.report.training_page import Training, render_training

CHARTED = ("loss", "perplexity")
PICTURES, READABLE, WIDEST = 2, (5, 14), 420  # source tokens of sentences whose attention is shown


def translator_page(model: TranslatorModel, given: TranslatorMaterial, training: Training, language: str) -> str:
    """The report in both languages."""
    result = training.result
    aligned = alignments(model, given)

    def charts(say: Mapping[str, Any]) -> dict[str, Any]:
        found = {f"attention-{i}": alignment_chart(one, say, WIDEST) for i, one in enumerate(aligned)}
        if len(result["by_length"]) > 1:
            found["lengths"] = _by_length(result["by_length"], say)
        return found

    # The scores are of the saved step alone, so that the curves leave them out.
    return render_training(
        training,
        language,
        CHARTED,
        charts,
        scores={one: score_rows(result, one) for one in LANGUAGES},
        samples=result["samples"],
        aligned=aligned,
        binned=len(result["by_length"]) > 1,
        beam=BEAM,
    )


def alignments(model: TranslatorModel, given: TranslatorMaterial) -> list[Alignment]:
    """The attention in the translations of two test sentences; none for a model without attention.

    They are the first test sentences of 5 to 14 tokens, or of any number where there are none.
    """
    sentences = given.held["test"].source
    least, most = READABLE
    readable = [one for one in sentences if least <= len(given.preparation.encode(one)) - 1 <= most]
    try:
        return [model.attention(one) for one in (readable or list(sentences))[:PICTURES]]
    except Error:
        return []


def _by_length(binned: Sequence[Mapping[str, Any]], say: Mapping[str, Any]) -> Any:
    """A bar for each range of lengths."""
    rows = [
        {
            "length": f"{one['low']}–{one['high']}",
            "bleu": round(one["bleu"], 1),
            "count": one["pairs"],
        }
        for one in binned
    ]
    return (
        alt.Chart(Inline(values=rows))
        .mark_bar(color=PALETTE[0], size=34)
        .encode(
            x=alt.X("length:N", sort=None, title=say["length"], axis=alt.Axis(labelAngle=0)),
            y=alt.Y("bleu:Q", title="BLEU", scale=alt.Scale(zero=True)),
            tooltip=["length:N", alt.Tooltip("bleu:Q", title="BLEU"), alt.Tooltip("count:Q", title=say["sentences"])],
        )
        .properties(width=370, height=220)
    )
