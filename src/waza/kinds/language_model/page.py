"""What a trained language model writes, made ready for its page."""

from waza.kinds.classifier.material import Material
from waza.kinds.language_model.generation import generate
from waza.kinds.language_model.rendering import Sample, render_texts
from waza.kinds.model import Model
from waza.report.training_page import Training

TEMPERATURES, TOKENS, GIVEN = (0.5, 0.8, 1.0), 300, 24


def text_page(model: Model, given: Material, training: Training, language: str) -> str:
    """The report: how it went, and what the model writes after the beginning of the test text."""
    prompt = given.preparation.tokenizer.decode(given.dataset.test.x[:GIVEN])
    samples = [Sample(one, prompt, "".join(generate(model, prompt, TOKENS, one))) for one in TEMPERATURES]
    return render_texts(training, samples, language)
