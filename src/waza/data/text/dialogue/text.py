"""Dialogues: turns of speakers, one after another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from waza.data.notes import Note
from waza.data.text.preparation import composed

MOST_TURNS = 500  # of a dialogue; longer ones are divided
KINDS = (
    "dialogues_empty",
    "dialogues_single",
    "dialogues_divided",
    "turns_empty",
    "turns_unknown",
    "turns_joined",
    "turns_composed",
)


class Turn(NamedTuple):
    """What one speaker says.

    Args:
        speaker: the speaker's name; None where it is not known.
        text: one line.
    """

    speaker: str | None
    text: str


class DialogueText(NamedTuple):
    """Dialogues in one language.

    Args:
        name: of the text.
        dialogues: the turns of each dialogue, at least one in each.
    """

    name: str
    dialogues: tuple[tuple[Turn, ...], ...]

    @property
    def size(self) -> int:
        """The number of dialogues."""
        return len(self.dialogues)

    @property
    def turns(self) -> int:
        """The number of turns of all dialogues."""
        return sum(map(len, self.dialogues))

    def rows(self, index: Iterable[int]) -> "DialogueText":
        """The dialogues at these positions."""
        return self._replace(dialogues=tuple(self.dialogues[i] for i in index))

    def texts(self) -> list[str]:
        """What is said, turn by turn, of all dialogues."""
        return [turn.text for dialogue in self.dialogues for turn in dialogue]

    def contents(self) -> list[str]:
        """Each dialogue's turns as one text, without the speakers: equal texts are repeated dialogues."""
        return ["\n".join(turn.text for turn in dialogue) for dialogue in self.dialogues]


class DialogueCorpus(NamedTuple):
    """Dialogues in three parts: for training, for choosing settings, and for the test."""

    name: str
    train: DialogueText
    validation: DialogueText
    test: DialogueText


def cleaned(
    name: str, dialogues: Iterable[Sequence[tuple[str | None, str]]], most_turns: int = MOST_TURNS
) -> tuple[DialogueText, Counter[str]]:
    r"""Dialogues as they are used, and how many of them or of their turns a decision was made about, by its note.

    Blanks at both ends of a turn are removed, line ends inside it become spaces, and letters are composed (Unicode
    NFC). A turn without text is left out, and a dialogue without any. A turn without a speaker is kept. A dialogue of
    more than `most_turns` turns is divided, so that one dialogue cannot fill the memory.

    Args:
        name: of the text.
        dialogues: the turns of each, as (speaker, text).
        most_turns: the largest number of turns of a dialogue.

    >>> text, counts = cleaned("two", [[("A", " hello\nyou "), ("B", "")], [("B", " ")]])
    >>> text.dialogues
    ((Turn(speaker='A', text='hello you'),),)
    >>> [note.kind for note in counted_notes(counts)]
    ['dialogues_empty', 'dialogues_single', 'turns_empty', 'turns_joined']
    """
    kept: list[tuple[Turn, ...]] = []
    counts: Counter[str] = Counter()
    for given in dialogues:
        turns = []
        for speaker, raw in given:
            line = " ".join(raw.split("\n")).strip()
            text = composed(line)
            if not text:
                counts["turns_empty"] += 1
                continue
            counts["turns_joined"] += "\n" in raw.strip()
            counts["turns_composed"] += text != line
            counts["turns_unknown"] += speaker is None
            turns.append(Turn(speaker, text))
        counts["dialogues_empty"] += not turns
        counts["dialogues_single"] += len(turns) == 1
        counts["dialogues_divided"] += len(turns) > most_turns
        kept += [tuple(turns[i : i + most_turns]) for i in range(0, len(turns), most_turns)]
    return DialogueText(name, tuple(kept)), counts


def counted_notes(counts: Counter[str], most_turns: int = MOST_TURNS) -> list[Note]:
    """The notes on decisions of `cleaned`."""
    more = {"dialogues_divided": {"most": f"{most_turns:,}"}}
    return [Note(kind, {"count": f"{counts[kind]:,}"} | more.get(kind, {})) for kind in KINDS if counts[kind]]


def is_new(held: DialogueText, train: DialogueText) -> np.ndarray:
    """Whether no training dialogue has the same turns as a held-out one, (dialogues,) booleans.

    >>> one = cleaned("one", [[("A", "hi"), ("B", "hello")]])[0]
    >>> is_new(one, cleaned("other", [[("X", "hi"), ("Y", "hello")]])[0]).tolist()
    [False]
    """
    known = set(train.contents())
    return np.array([content not in known for content in held.contents()], bool)
