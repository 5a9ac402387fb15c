"""Text generation: a language model continues a prompt."""

from collections.abc import Iterator

import numpy as np

from waza.core.errors import Error
from waza.data.text.growing import Growing
from waza.kinds.language_model.model import LENGTH, TEMPERATURE, TextModel
from waza.kinds.language_model.options import WritingOptions
from waza.kinds.model import Model
from waza.kinds.option import check_given


def generate(
    model: Model, prompt: str, length: int = LENGTH, temperature: float = TEMPERATURE, seed: int = 0
) -> Iterator[str]:
    r"""The text that the model generates after the prompt, in pieces.

    Each token is drawn from

    $$p(w) \propto e^{v_w / \tau},$$

    with the logits $v$ that the model gives after all tokens before it. At a temperature $\tau$ of 1 tokens have the
    model's own probabilities. A lower temperature favours probable tokens, and 0 always takes the most probable one.

    Args:
        model: a trained language model.
        prompt: the beginning of the text; an empty one stands for the beginning of a line.
        length: tokens to generate.
        temperature: tau, at least 0.
        seed: of the sampling.

    Raises:
        Error: the model is of another kind, or a number is out of range.
    """
    if not isinstance(model, TextModel):
        raise Error(f"a {type(model).__name__} is given; expected a language model (TextModel)")
    check_given(WritingOptions, temperature=temperature, seed=seed)
    if length != 0:
        check_given(WritingOptions, length=length)
    ids = model.preparation.encode(prompt)
    return _written(model, ids if len(ids) else model.preparation.encode("\n"), length, temperature, seed)


def _written(model: TextModel, ids: np.ndarray, length: int, temperature: float, seed: int) -> Iterator[str]:
    growing = Growing(model.preparation.tokenizer, int(ids[-1]))
    for chunk in model.tokens(ids, temperature, seed):
        if length <= 0:
            break
        for token in chunk[:length].tolist():
            if new := growing.more(token):
                yield new
        length -= len(chunk)
    if rest := growing.rest():
        yield rest
