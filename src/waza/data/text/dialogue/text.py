"""Dialogues: turns of speakers, one after another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from waza.data.notes import Note
from waza.data.text.lines import CONTROL, one_line
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
    "contexts_empty",
    "contexts_long",
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

    Each turn becomes one line (`one_line`) of composed letters (Unicode NFC). A turn without text is left out, and a
    dialogue without any. A turn without a speaker is kept. Dialogues of more than `most_turns` turns stay whole here
    and are counted: they are divided once it is known which part each belongs to (`divided`).

    Args:
        name: of the text.
        dialogues: the turns of each, as (speaker, text).
        most_turns: the number of turns from which on a dialogue counts as long.

    >>> text, counts = cleaned("two", [[("A", " hello\nyou "), ("B", "")], [("B", " ")]])
    >>> text.dialogues
    ((Turn(speaker='A', text='hello you'),),)
    >>> [note.kind for note in counted_notes(counts)]
    ['dialogues_empty', 'dialogues_single', 'turns_empty', 'turns_joined']
    """
    kept: list[tuple[Turn, ...]] = []
    counts: Counter[str] = Counter()
    for given in dialogues:
        turns = _turns(given, counts)
        counts["dialogues_empty"] += not turns
        counts["dialogues_single"] += len(turns) == 1
        counts["dialogues_divided"] += len(turns) > most_turns
        kept += [tuple(turns)] * bool(turns)
    return DialogueText(name, tuple(kept)), counts


def divided(text: DialogueText, most_turns: int = MOST_TURNS) -> DialogueText:
    """The text with each dialogue of more than `most_turns` turns divided, so that one cannot fill the memory.

    >>> long = cleaned("one", [[("A", str(i)) for i in range(5)]])[0]
    >>> [[turn.text for turn in part] for part in divided(long, most_turns=2).dialogues]
    [['0', '1'], ['2', '3'], ['4']]
    """
    given = text.dialogues
    return text._replace(
        dialogues=tuple(one[i : i + most_turns] for one in given for i in range(0, len(one), most_turns))
    )


def contexts(
    dialogues: Iterable[Sequence[tuple[str | None, str]]], most_turns: int = MOST_TURNS
) -> tuple[list[list[str]], Counter[str]]:
    """What was said in each dialogue that is to be replied to, and the counts of `cleaned`.

    No dialogue is left out or divided: of a long one the last `most_turns` turns are kept, and one without any text is
    a dialogue that has not begun.

    Args:
        dialogues: the turns of each, as (speaker, text).
        most_turns: the largest number of turns of a dialogue.

    >>> contexts([[("A", "one"), ("B", "two")], [("A", " ")]], most_turns=1)[0]
    [['two'], []]
    """
    kept: list[list[str]] = []
    counts: Counter[str] = Counter()
    for given in dialogues:
        said = [turn.text for turn in _turns(given, counts)]
        counts["contexts_empty"] += not said
        counts["contexts_long"] += len(said) > most_turns
        kept.append(said[-most_turns:])
    return kept, counts


def _turns(given: Iterable[tuple[str | None, str]], counts: Counter[str]) -> list[Turn]:
    """The turns that have a text, as lines; what was decided is counted."""
    turns = []
    for speaker, raw in given:
        line = one_line(raw)
        text = composed(line)
        if not text:
            counts["turns_empty"] += 1
            continue
        counts["turns_joined"] += CONTROL.search(raw.strip()) is not None
        counts["turns_composed"] += text != line
        counts["turns_unknown"] += speaker is None
        turns.append(Turn(speaker, text))
    return turns


def counted_notes(counts: Counter[str], most_turns: int = MOST_TURNS) -> list[Note]:
    """The notes on decisions of `cleaned` or `contexts`."""
    more = {kind: {"most": f"{most_turns:,}"} for kind in ("dialogues_divided", "contexts_long")}
    return [Note(kind, {"count": f"{counts[kind]:,}"} | more.get(kind, {})) for kind in KINDS if counts[kind]]


def is_new(held: DialogueText, train: DialogueText) -> np.ndarray:
    """Whether no training dialogue has the same turns as a held-out one, (dialogues,) booleans.

    >>> one = cleaned("one", [[("A", "hi"), ("B", "hello")]])[0]
    >>> is_new(one, cleaned("other", [[("X", "hi"), ("Y", "hello")]])[0]).tolist()
    [False]
    """
    known = set(train.contents())
    return np.array([content not in known for content in held.contents()], bool)
