"""The parts of dialogues: given, or held out dialogue by dialogue."""

from collections.abc import Mapping

import numpy as np

from waza.core.errors import Error
from waza.data.notes import Note
from waza.data.text.dialogue.text import DialogueCorpus, DialogueText, is_new
from waza.data.text.held_out import FEWEST, held_out, text_hashes

HELD = ("validation", "test")


def dialogue_corpus(
    text: DialogueText, validation: DialogueText | None = None, test: DialogueText | None = None, seed: int = 0
) -> tuple[DialogueCorpus, list[Note]]:
    """The dialogues in three parts, and notes: parts that are not given are held out.

    A held-out part has 5 % of the dialogues, but not more than about 1,000. A dialogue is in one part as a whole, and
    dialogues with the same turns are in the same part. Which ones are held out follows from what is said and the seed,
    not from their order.

    Args:
        text: what to train on.
        validation: dialogues by which settings are chosen.
        test: dialogues for the test.
        seed: of what is held out.

    Raises:
        Error: there are too few different dialogues to hold out a part, or no training dialogue has two turns.

    >>> from waza.data.text.dialogue.text import cleaned
    >>> text = cleaned("numbers", [[("A", str(i)), ("B", str(-i))] for i in range(200)])[0]
    >>> corpus, notes = dialogue_corpus(text)
    >>> corpus.train.size, corpus.validation.size, corpus.test.size, [note.kind for note in notes]
    (180, 10, 10, ['dialogues_set_aside'])
    """
    given = {"validation": validation, "test": test}
    missing = [name for name in HELD if given[name] is None]
    parts = {"train": text} | {name: part for name, part in given.items() if part is not None}
    if missing:
        part_of = held_out(text_hashes(text.contents(), seed), len(missing))
        for number, name in enumerate(["train", *missing]):
            parts[name] = text.rows(np.flatnonzero(part_of == number).tolist())
        if not parts["train"].size or any(not parts[name].size for name in missing):
            raise Error(
                f"{text.name} has {text.size:,} dialogues, {len(set(text.contents())):,} of them different; expected "
                f"at least {3 * FEWEST}, since some are held out: give more dialogues (in plain text, a blank line "
                "ends one), or files for validation and test"
            )
    if all(len(dialogue) < 2 for dialogue in parts["train"].dialogues):
        raise Error(
            f"none of the {parts['train'].size:,} training dialogues of {text.name} has two turns: give dialogues with "
            "replies; in plain text, a blank line ends a dialogue"
        )
    corpus = DialogueCorpus(text.name, **parts)
    return corpus, split_notes(corpus, bool(missing))


def split_notes(corpus: DialogueCorpus, drawn: bool) -> list[Note]:
    """Notes on the sizes of the parts, where one was held out, and on dialogues that are in two parts."""
    parts: Mapping[str, DialogueText] = {name: getattr(corpus, name) for name in ("train", *HELD)}
    sizes = {name: f"{part.size:,}" for name, part in parts.items()}
    notes = [Note("dialogues_set_aside", sizes)] if drawn else []
    for name in HELD:
        if repeated := int(np.sum(~is_new(parts[name], corpus.train))):
            values = {"count": f"{repeated:,}", "dialogues": sizes[name]}
            notes.append(Note(f"dialogues_repeated_{name}", values))
    if both := int(np.sum(~is_new(corpus.test, corpus.validation))):
        notes.append(Note("dialogues_repeated_held", {"count": f"{both:,}", "dialogues": sizes["test"]}))
    return notes
