"""Short pieces of real dialogues in two languages, as arrays of one shape."""

import functools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.data.catalogue import dialogues
from waza.data.text.dialogue import DialogueCorpus, DialogueText, dialogue_corpus, read_dialogues
from waza.data.text.pieces import Pieces

ENGLISH, JAPANESE = "English", "Japanese"
LANGUAGES = (ENGLISH, JAPANESE)
CODES = {ENGLISH: "en", JAPANESE: "ja"}
SETS = "sgd+real_persona_chat"  # the default data set of each language
TURNS, STEPS = 6, 20  # of a piece of a dialogue, and tokens of a turn at most, with the one that ends it
TRAIN, TEST, TOGETHER = 3_000, 80, 40  # pieces at most, if no other numbers are given; those evaluated together
PIECES, TYPES = 2_400, 800  # subwords that are learned, and those of them that are kept, with the unknown one
LEARNED_FROM = 20_000  # turns
UNKNOWN = 0


class Turns(NamedTuple):
    """Pieces of dialogues: tokens (rows, turns, steps) int32, and the tokens of each turn with the end's."""

    tokens: Any
    lengths: Any


class ShortDialogues(NamedTuple):
    """The pieces of one language.

    Attributes:
        train: one piece a dialogue.
        test: those of other dialogues, by the pieces that are evaluated together: (parts, rows, turns, ...).
        end: the token that ends a turn; with it there are `end` + 1.
        unknown: the share of the test tokens that are the unknown one.
    """

    train: Turns
    test: Turns
    end: int
    unknown: float


class InLanguages(NamedTuple):
    """The dialogues by language, and a name for both."""

    name: str
    languages: dict[str, ShortDialogues]


@functools.cache
def in_languages(names: str, train: int = TRAIN, test: int = TEST) -> InLanguages:
    """An English and a Japanese data set.

    Args:
        names: two names of dialogues of the catalogue, or files of dialogues, joined by "+".
        train, test: the largest numbers of pieces.

    Raises:
        Error: they are not two, or one cannot be read, or has too few short dialogues.
    """
    sets = names.split("+")
    if len(sets) != len(LANGUAGES):
        raise Error(f"{names!r} names {len(sets)} sets of dialogues; expected an English and a Japanese one, as {SETS}")
    named = zip(LANGUAGES, sets, strict=True)
    return InLanguages(names, {language: short_dialogues(_corpus(name), train, test) for language, name in named})


def _corpus(name: str) -> DialogueCorpus:
    if Path(name).exists():
        return dialogue_corpus(read_dialogues(name)[0])[0]
    return dialogues(name)


def short_dialogues(corpus: DialogueCorpus, most_train: int = TRAIN, most_test: int = TEST) -> ShortDialogues:
    """Six turns in a row of each dialogue in which none has more than 19 tokens; tokens are subwords.

    Pieces begin where the first speaker talks. The tokens are the most frequent subwords of the training part; all
    others are the unknown one. They are numbered by frequency.

    Raises:
        Error: there is no such piece in the training or in the test part.
    """
    turns = corpus.train.texts()[:LEARNED_FROM]
    pieces = Pieces.learn("\n".join(turns), size=PIECES, algorithm="bpe", prefix=True, exact=False)
    parts = ((corpus.train, most_train), (corpus.test, most_test))
    train, test = (_chosen(part, pieces, most) for part, most in parts)
    if not train or not test:
        raise Error(
            f"{corpus.name} has {len(train)} training and {len(test)} test dialogues with {TURNS} turns in a row of at "
            f"most {STEPS - 1} tokens; expected one of each: give more dialogues"
        )
    counts = np.bincount(np.concatenate([turn for piece in train for turn in piece]), minlength=pieces.size)
    kept = np.argsort(-counts, kind="stable")[: min(TYPES - 1, int(np.sum(counts > 0)))]
    number = np.full(pieces.size, UNKNOWN)
    number[kept] = 1 + np.arange(len(kept))
    end = len(kept) + 1
    count = -(-len(test) // TOGETHER)
    size = len(test) // count
    given = _arrays(test[: count * size], number, end)
    unknown = float(np.mean(np.concatenate([number[turn] for piece in test for turn in piece]) == UNKNOWN))
    together = Turns(*(array.reshape(count, size, *array.shape[1:]) for array in given))
    return ShortDialogues(_arrays(train, number, end), together, end, unknown)


def _chosen(text: DialogueText, pieces: Pieces, most: int) -> list[list[np.ndarray]]:
    """The first short piece of each dialogue, as subwords."""
    found: list[list[np.ndarray]] = []
    for dialogue in text.dialogues:
        ids = [pieces.encode(turn.text) for turn in dialogue]
        short = [len(turn) < STEPS for turn in ids]
        first = next((i for i in range(0, len(ids) - TURNS + 1, 2) if all(short[i : i + TURNS])), None)
        if first is not None:
            found.append(ids[first : first + TURNS])
        if len(found) == most:
            break
    return found


def _arrays(found: list[list[np.ndarray]], number: np.ndarray, end: int) -> Turns:
    tokens = np.full((len(found), TURNS, STEPS), end, np.int32)
    for row, piece in enumerate(found):
        for turn, ids in enumerate(piece):
            tokens[row, turn, : len(ids)] = number[ids]
    lengths = np.array([[len(ids) + 1 for ids in piece] for piece in found], np.int32)
    return Turns(tokens, lengths)
