"""The report of a language model: text that it generates at several temperatures."""

from typing import NamedTuple

from waza.kinds.language_model.generation import generate
from waza.kinds.material import Material
from waza.kinds.model import Model
from waza.report.training_page import Training, render_training

TEMPERATURES, TOKENS, GIVEN = (0.5, 0.8, 1.0), 300, 24
CHARTED = ("loss", "perplexity")


class Sample(NamedTuple):
    """A text that was generated after a prompt, at a temperature."""

    temperature: float
    prompt: str
    text: str


def text_page(model: Model, given: Material, training: Training, language: str) -> str:
    """The report in both languages, with continuations of the beginning of the test text."""
    prompt = given.preparation.tokenizer.decode(given.dataset.test.x[:GIVEN])
    samples = [Sample(one, prompt, "".join(generate(model, prompt, TOKENS, one))) for one in TEMPERATURES]
    return render_training(training, language, CHARTED, samples=samples)
