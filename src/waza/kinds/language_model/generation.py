"""Text generation: a language model continues a prompt."""

import math
from collections.abc import Iterator

import numpy as np

from waza.core.errors import Error
from waza.data import Tokenizer
from waza.kinds.language_model.model import LENGTH, TEMPERATURE, TextModel
from waza.kinds.model import Model

BROKEN, HELD = "\N{REPLACEMENT CHARACTER}", 3  # up to three of a character's four bytes are incomplete


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
    if not (math.isfinite(temperature) and temperature >= 0):
        raise Error(f"temperature {temperature} given; expected a number of at least 0, such as {TEMPERATURE}")
    if length < 0:
        raise Error(f"length {length} given; expected a number of tokens of at least 0")
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


class Growing:
    """A text that is decoded token by token, after a first token that is not part of it.

    A character of several bytes may come in several tokens: it is held back until it is complete.
    """

    def __init__(self, tokenizer: Tokenizer, before: int):
        self._tokenizer = tokenizer
        self._shown = len(tokenizer.decode([before]))
        self._ids = [before]

    def more(self, token: int) -> str:
        """The text that this token adds, without an incomplete character at its end."""
        self._ids.append(token)
        text = self._tokenizer.decode(self._ids)
        broken = min(HELD, len(text) - len(text.rstrip(BROKEN)))
        new = text[self._shown : len(text) - broken]
        if broken:
            self._shown = max(self._shown, len(text) - broken)
        else:  # restart after the last token, so that the cost of a token does not grow with the text
            self._ids = [token]
            self._shown = len(self._tokenizer.decode(self._ids))
        return new

    def rest(self) -> str:
        """The text that was held back."""
        return self._tokenizer.decode(self._ids)[self._shown :]
