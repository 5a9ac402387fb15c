"""What a saved dialogue model needs to know of its utterances."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from waza.core.errors import Error
from waza.data.notes import Note, listed
from waza.data.text.lines import one_line
from waza.data.text.preparation import composed
from waza.data.text.tokenizer import Tokenizer, tokenizer_from_json


@dataclasses.dataclass(frozen=True)
class DialoguePreparation:
    """Converts utterances to tokens, and tokens to utterances.

    Args:
        tokenizer: learned from the training dialogues.
        longest: the largest number of tokens of an utterance; the training cut longer ones.
    """

    kind: ClassVar[str] = "dialogue"

    tokenizer: Tokenizer
    longest: int

    @property
    def end(self) -> int:
        """The token that ends an utterance."""
        return self.tokenizer.size

    @property
    def outputs(self) -> int:
        """The number of tokens, with the one that ends an utterance."""
        return self.end + 1

    def encode(self, utterance: str) -> np.ndarray:
        """The tokens of an utterance, (n,) int32, at most `longest`, and then the one that ends it."""
        if not isinstance(utterance, str):
            raise Error(f"a value of the type {type(utterance).__name__} is among the turns; expected texts")
        ids = self.tokenizer.encode(composed(one_line(utterance)))
        return np.append(ids[: self.longest], np.int32(self.end))

    def decode(self, ids: Any) -> str:
        """The utterance of these tokens, in one line, without the one that ends it."""
        return one_line(self.tokenizer.decode(ids))

    def notes(self, utterances: Iterable[str]) -> list[Note]:
        """What is decided about utterances: unknown words or characters, and the end of long ones."""
        unknown: Counter[str] = Counter()
        cut = 0
        for utterance in utterances:
            line = composed(one_line(utterance))
            unknown.update(self.tokenizer.unknown(line))
            cut += len(self.tokenizer.encode(line)) > self.longest
        notes = []
        if unknown:
            kind = "reply_unknown_words" if self.tokenizer.kind == "words" else "reply_unknown_characters"
            names = listed(one for one, _ in unknown.most_common())
            notes.append(Note(kind, {"count": f"{unknown.total():,}", "names": names}))
        if cut:
            notes.append(Note("turns_long", {"count": f"{cut:,}", "longest": self.longest}))
        return notes

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return {"tokenizer": self.tokenizer.to_json(), "longest": self.longest}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The preparation that `to_json` described."""
        longest = values["longest"]
        if not isinstance(longest, int) or longest < 1:
            raise ValueError(f"longest is {longest!r}, and not a number of tokens")
        return cls(tokenizer_from_json(values["tokenizer"]), longest)
