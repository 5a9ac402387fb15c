"""A text that goes on: what a language model writes after a prompt."""

import math
from collections.abc import Iterator

import numpy as np

from waza.core.errors import Error
from waza.data import Tokenizer
from waza.kinds.language_model.model import TextModel
from waza.kinds.model import Model

LENGTH, TEMPERATURE = 500, 0.8
BROKEN, HELD = "\N{REPLACEMENT CHARACTER}", 3  # of four bytes, three tell no character yet
WRITES_NOT = {"table": "rows of a table", "images": "images"}


def generate(
    model: Model, prompt: str, length: int = LENGTH, temperature: float = TEMPERATURE, seed: int = 0
) -> Iterator[str]:
    r"""What the model writes after the prompt, piece by piece; joined, the pieces are the text.

    Each token is drawn from

    $$p(w) \propto e^{v_w / \tau},$$

    with the logits $v$ that the model gives for all before it. The lower the temperature $\tau$, the more it keeps to
    what is most probable, and at 0 it writes that alone (greedily). At 1 it writes as it was taught, above more wildly.

    Args:
        model: a kept language model.
        prompt: the text's beginning; an empty one is the beginning of a line.
        length: tokens that are written.
        temperature: tau, at least 0.
        seed: the same seed gives the same text.

    Raises:
        Error: the model is of another kind, or a number is out of range.
    """
    if not isinstance(model, TextModel):
        kind = model.preparation.kind
        raise Error(f"this model is for {WRITES_NOT.get(kind, kind)} and writes no text: give --input, not --prompt")
    if not (math.isfinite(temperature) and temperature >= 0):
        raise Error(f"temperature {temperature} given; expected a number of at least 0, such as {TEMPERATURE}")
    if length < 0:
        raise Error(f"length {length} given; expected a number of tokens of at least 0")
    tokenizer = model.preparation.tokenizer
    ids = tokenizer.encode(prompt)
    return _written(model, ids if len(ids) else tokenizer.encode("\n"), length, temperature, seed)


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
    """A text that comes token by token, after a token that has been told.

    A character of several bytes may come in several tokens: until it is whole, it is held back.
    """

    def __init__(self, tokenizer: Tokenizer, before: int):
        self._tokenizer = tokenizer
        self._told = len(tokenizer.decode([before]))
        self._ids = [before]

    def more(self, token: int) -> str:
        """What this token adds, but for a character that may still grow."""
        self._ids.append(token)
        text = self._tokenizer.decode(self._ids)
        broken = min(HELD, len(text) - len(text.rstrip(BROKEN)))
        new = text[self._told : len(text) - broken]
        if broken:
            self._told = max(self._told, len(text) - broken)
        else:  # begin anew after the last token, so that a long text takes no longer a token than a short one
            self._ids = [token]
            self._told = len(self._tokenizer.decode(self._ids))
        return new

    def rest(self) -> str:
        """What was held back."""
        return self._tokenizer.decode(self._ids)[self._told :]
