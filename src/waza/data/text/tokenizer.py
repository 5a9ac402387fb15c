"""The protocol of tokenizers, and the three kinds by name."""

from typing import Any, Protocol, runtime_checkable

import numpy as np

from waza.core.errors import Error, nearest
from waza.data.text.characters import Characters
from waza.data.text.pieces import Pieces
from waza.data.text.words import Words


@runtime_checkable
class Tokenizer(Protocol):
    """Turns a text into tokens 0 to `size` - 1 and back; its class also has `learn(text)` and `from_json`."""

    @property
    def kind(self) -> str:
        """The name of its kind."""

    @property
    def size(self) -> int:
        """The number of tokens."""

    def encode(self, text: str) -> np.ndarray:
        """The text's tokens, (n,) int32."""

    def decode(self, ids: Any) -> str:
        """The text of these tokens."""

    def shown(self, ids: Any) -> list[str]:
        """Each of these tokens by itself, as a picture or a table shows it."""

    def unknown(self, text: str) -> list[str]:
        """The words or characters of the text that are not in the vocabulary, in their order."""

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values, including its `kind`."""


TOKENIZERS: dict[str, Any] = {one.kind: one for one in (Characters, Words, Pieces)}


def tokenizer(kind: str) -> Any:
    """The tokenizer class of this kind: "characters", "words" or "pieces".

    Raises:
        Error: there is none; the message names the nearest.

    >>> tokenizer("words").__name__
    'Words'
    """
    if kind not in TOKENIZERS:
        raise Error(f"no tokenizer is called {kind!r}: {nearest(str(kind), TOKENIZERS)}")
    return TOKENIZERS[kind]


def tokenizer_from_json(values: dict[str, Any]) -> Tokenizer:
    """The tokenizer whose `to_json` gave these values.

    Raises:
        Error: the kind is not known, or the package that it needs is missing.
        ValueError, KeyError, TypeError: the values are damaged.

    >>> tokenizer_from_json({"kind": "characters", "alphabet": "ab"})
    Characters(alphabet='ab')
    """
    return tokenizer(values["kind"]).from_json(values)
