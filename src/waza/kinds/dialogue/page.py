"""The report of a dialogue model: its curves, replies to test dialogues, and the divergence of each utterance."""

from collections.abc import Mapping
from typing import Any

from waza.data.text.replies import Variety
from waza.kinds.dialogue.charts import divergence_chart
from waza.kinds.dialogue.corpus import DialogueMaterial
from waza.kinds.dialogue.model import DialogueReplies
from waza.report.training_page import Training, render_training
from waza.report.words import number

CHARTED = ("loss", "perplexity")
COUNTS = ("dialogues", "replies")
LATENT = ("kl", "mutual_information", "active_units")


def dialogue_page(model: DialogueReplies, given: DialogueMaterial, training: Training, language: str) -> str:
    """The report in both languages."""
    result: Mapping[str, Any] = training.result
    divergences = result["divergences"]

    def charts(say: Mapping[str, Any]) -> dict[str, Any]:
        return {"divergences": divergence_chart(divergences, say)} if divergences else {}

    charted = (*CHARTED, *(name for name in LATENT if f"test_{name}" in result["measures"]))
    return render_training(
        training,
        language,
        charted,
        charts,
        samples=result["samples"],
        variety=_shown(result["variety"]),
        divided=bool(divergences),
    )


def _shown(variety: Mapping[str, Any]) -> dict[str, str]:
    """The numbers as texts; empty where there was nothing to reply to."""
    if not variety["dialogues"]:
        return {}
    return {name: number(variety[name]) if name in variety else "–" for name in (*COUNTS, *Variety._fields)}
