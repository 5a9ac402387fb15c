"""Preparation of texts: from files to tokens, as in training."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from waza.core.errors import Error
from waza.data.encodings import composed
from waza.data.notes import Note
from waza.data.text.reading import read_text
from waza.data.text.tokenizer import Tokenizer, tokenizer_from_json


class Texts(NamedTuple):
    """Texts from files, by their names as given."""

    names: tuple[str, ...]
    texts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class TextPreparation:
    """Converts texts to tokens, and tokens to texts.

    Args:
        tokenizer: learned from the training text.
        composed: whether texts are composed before they are encoded, as the training text was.
    """

    kind: ClassVar[str] = "text"

    tokenizer: Tokenizer
    composed: bool = False

    @property
    def outputs(self) -> int:
        """The number of outputs of the network."""
        return self.tokenizer.size

    def encode(self, text: str) -> np.ndarray:
        """The text's tokens, (n,) int32.

        Raises:
            Error: it is no text.
        """
        if not isinstance(text, str):
            raise Error(f"a value of the type {type(text).__name__} is given; expected a text")
        return self.tokenizer.encode(composed(text) if self.composed else text)

    def read(self, paths: Sequence[Path]) -> tuple[Texts, list[Note]]:
        """The texts in files, and notes on their encodings.

        Raises:
            Error: a file cannot be read.
        """
        read = [read_text(path) for path in paths]
        notes = [note for _, notes in read for note in notes]
        return Texts(tuple(map(str, paths)), tuple(text for text, _ in read)), notes

    def apply(self, given: Texts) -> list[np.ndarray]:
        """The tokens of each text, (n,) int32.

        Raises:
            Error: a text has fewer than two.
        """
        tokens = [self.encode(text) for text in given.texts]
        for name, ids in zip(given.names, tokens, strict=True):
            if len(ids) < 2:
                raise Error(f"{name} has one token; expected at least two: each is predicted from those before it")
        return tokens

    def of_prompt(self, prompt: str) -> list[Note]:
        """A note if a prompt has tokens that are unknown to the tokenizer."""
        ids = self.encode(prompt)
        unknown = int(np.sum(ids == 0))
        return [Note("prompt_unknown", {"count": unknown, "tokens": len(ids)})] if unknown else []

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return {"tokenizer": self.tokenizer.to_json()} | ({"composed": True} if self.composed else {})

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The preparation from the values of `to_json`."""
        return cls(tokenizer_from_json(values["tokenizer"]), values.get("composed") is True)
