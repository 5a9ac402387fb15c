"""What a trained language model writes, made ready for its page."""

from waza.practice.generation import generate
from waza.practice.material import Material
from waza.practice.model import Model
from waza.report.training_page import Training
from waza.report.training_texts import Sample, render_texts

TEMPERATURES, TOKENS, GIVEN = (0.5, 0.8, 1.0), 300, 24


def text_page(model: Model, given: Material, training: Training, language: str) -> str:
    """The report: how it went, and what the model writes after the beginning of the test text."""
    prompt = given.preparation.tokenizer.decode(given.dataset.test.x[:GIVEN])
    samples = [Sample(one, prompt, "".join(generate(model, prompt, TOKENS, one))) for one in TEMPERATURES]
    return render_texts(training, samples, language)
