"""The chart of a latent variable: the divergence of each utterance of test dialogues."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from waza.report.inline import Inline

ROW, WIDTH = 16, 780
ENOUGH = 40  # turns that are shown


def divergence_chart(divergences: Sequence[Sequence[float]], say: Mapping[str, Any]) -> Any:
    """A row for each dialogue, a column for each of its first 40 turns, shaded by the divergence in nats.

    Args:
        divergences: of the turns of each dialogue.
        say: the texts of a language.
    """
    rows = [
        {"dialogue": i, "turn": turn, "kl": value}
        for i, turns in enumerate(divergences, 1)
        for turn, value in enumerate(turns[:ENOUGH], 1)
    ]
    return (
        alt.Chart(Inline(values=rows))
        .mark_rect()
        .encode(
            x=alt.X("turn:O", title=say["turn_number"], axis=alt.Axis(labelAngle=0, grid=False, ticks=False)),
            y=alt.Y("dialogue:O", title=say["dialogue_number"], axis=alt.Axis(grid=False, ticks=False)),
            color=alt.Color(
                "kl:Q",
                title=say["nats"],
                scale=alt.Scale(scheme="blues", domainMin=0),
                legend=alt.Legend(gradientLength=160),
            ),
            tooltip=["dialogue:O", "turn:O", alt.Tooltip("kl:Q", title=say["nats"])],
        )
        .properties(width=WIDTH, height=ROW * len(divergences))
    )
