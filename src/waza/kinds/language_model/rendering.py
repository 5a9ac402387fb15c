"""The page of a language model: what it writes."""

from collections.abc import Sequence
from typing import NamedTuple

from waza.report.training_page import Training, render_training

CHARTED = ("loss", "perplexity")


class Sample(NamedTuple):
    """What was written after a prompt at a temperature."""

    temperature: float
    prompt: str
    text: str


def render_texts(training: Training, samples: Sequence[Sample], language: str = "en") -> str:
    """The page, in both languages; `language` is the one shown first."""
    return render_training(training, language, CHARTED, samples=samples)
