"""What saved word vectors need to know of their words."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self, get_args

from waza.kinds.word2vec.options import TokensName


@dataclasses.dataclass(frozen=True)
class Word2VecPreparation:
    """The words of the vectors.

    Args:
        words: the most frequent first.
        tokens: "words" or "pieces".
        name: of the text.
    """

    kind: ClassVar[str] = "corpus"

    words: tuple[str, ...]
    tokens: TokensName
    name: str

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return {"words": list(self.words), "tokens": self.tokens, "name": self.name}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The preparation that `to_json` described."""
        words = values["words"]
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise ValueError("the words are no list of texts")
        if values["tokens"] not in get_args(TokensName):
            raise ValueError("the tokens are neither words nor pieces")
        return cls(tuple(words), values["tokens"], str(values["name"]))
