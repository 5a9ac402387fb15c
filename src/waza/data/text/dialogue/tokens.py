"""Dialogues as tokens: all utterances in one row, with the places where each dialogue begins."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from waza.core.sealed import sum_of
from waza.data.notes import Note
from waza.data.text.dialogue.text import DialogueCorpus, DialogueText, divided
from waza.data.text.sentences import Sentences, digest_of, joined
from waza.data.text.tokenizer import Tokenizer

LONGEST = 128  # tokens of an utterance, without the end's


class TokenDialogues(NamedTuple):
    """Dialogues as tokens, without the tokens that end utterances.

    Args:
        utterances: of all dialogues, one after another.
        starts: the utterance with which each dialogue begins, and the number of all utterances, (dialogues + 1,).
        digest: of both.
    """

    utterances: Sentences
    starts: np.ndarray
    digest: str

    @property
    def size(self) -> int:
        """The number of dialogues."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> np.ndarray:
        """The numbers of utterances and of tokens, with the ends', of each dialogue, (dialogues, 2)."""
        turns = np.diff(self.starts)
        return np.stack([turns, np.diff(self.utterances.starts[self.starts]) + turns], 1)

    @property
    def longest(self) -> int:
        """The number of tokens of the longest utterance, with the end's."""
        return int(self.utterances.lengths.max()) + 1


class DialogueTokens(NamedTuple):
    """Dialogues in three parts as tokens.

    Args:
        name: of the corpus.
        train: the training dialogues.
        test: the dialogues for the test.
        validation: those by which settings are chosen.
        end: the token that ends an utterance, the largest one.
    """

    name: str
    train: TokenDialogues
    test: TokenDialogues
    validation: TokenDialogues
    end: int

    @property
    def ends(self) -> tuple[int, int]:
        """The token that ends an utterance that is read, and one that is written: the same."""
        return self.end, self.end

    def digest(self) -> str:
        """A digest of all tokens."""
        return sum_of(repr([self.train.digest, self.test.digest, self.validation.digest, self.end]).encode())


def dialogue_tokens(
    corpus: DialogueCorpus, tokenizer: Tokenizer, longest: int = LONGEST
) -> tuple[DialogueTokens, list[Note]]:
    """The tokens of dialogues, and a note on utterances of more than `longest` tokens, which are cut there.

    A long utterance is cut and not left out, since a dialogue without it would have another meaning. A dialogue of more
    than 500 turns is divided within its part (`divided`). The tokenizer's
    ids are 0 ... size - 1; the id after them, `size`, ends an utterance.

    Args:
        corpus: the dialogues.
        tokenizer: learned from the training part.
        longest: the largest number of tokens of an utterance, without the token that ends it.

    >>> from waza.data.text.dialogue.text import cleaned
    >>> from waza.data.text.words import Words
    >>> text = cleaned("one", [[("A", "a b c"), ("B", "b")]])[0]
    >>> data, notes = dialogue_tokens(DialogueCorpus("one", text, text, text), Words.learn("a b c"), longest=2)
    >>> data.train.utterances.tokens.tolist(), data.train.lengths.tolist(), [note.kind for note in notes]
    ([2, 3, 3], [[2, 5]], ['turns_long'])
    """
    parts, cut = {}, 0
    for name in ("train", "validation", "test"):
        parts[name], more = token_dialogues(divided(getattr(corpus, name)), tokenizer, longest)
        cut += more
    notes = [Note("turns_long", {"count": f"{cut:,}", "longest": longest})] if cut else []
    return DialogueTokens(corpus.name, **parts, end=tokenizer.size), notes


def token_dialogues(text: DialogueText, tokenizer: Tokenizer, longest: int = LONGEST) -> tuple[TokenDialogues, int]:
    """The dialogues as tokens, and the number of utterances that were cut after `longest` tokens."""
    ids = [tokenizer.encode(one) for one in text.texts()]
    utterances = joined([one[:longest] for one in ids], tokenizer.size)
    starts = np.cumsum([0, *map(len, text.dialogues)], dtype=np.int64)
    digest = digest_of([utterances, Sentences(starts, starts)])
    return TokenDialogues(utterances, starts, digest), sum(len(one) > longest for one in ids)


def together(several: Sequence[TokenDialogues]) -> TokenDialogues:
    """The dialogues of several parts as one, in this order."""
    lengths = np.concatenate([part.utterances.lengths for part in several])
    tokens = np.concatenate([np.asarray(part.utterances.tokens) for part in several])
    turns = np.concatenate([np.diff(part.starts) for part in several])
    utterances = Sentences(tokens, np.cumsum([0, *lengths], dtype=np.int64))
    return TokenDialogues(
        utterances, np.cumsum([0, *turns], dtype=np.int64), sum_of(repr([one.digest for one in several]).encode())
    )
