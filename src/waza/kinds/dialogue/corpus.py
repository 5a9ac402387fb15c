"""Dialogues as what a model is trained on: read, divided, and split into tokens."""

import dataclasses
from typing import Any

from waza.core.errors import Error
from waza.core.given_files import exists
from waza.data import Note
from waza.data.catalogue import dialogues, listing
from waza.data.notes import with_notes
from waza.data.text.dialogue import (
    DialogueCorpus,
    DialogueText,
    DialogueTokens,
    dialogue_corpus,
    dialogue_tokens,
    read_dialogues,
)
from waza.data.text.dialogue.splits import HELD, split_notes
from waza.data.text.dialogue.tokens import LONGEST
from waza.data.text.vocabulary import LEARNED_FROM, learned
from waza.kinds.dialogue.options import DialogueOptions
from waza.kinds.dialogue.preparation import DialoguePreparation
from waza.kinds.material import Subject

UNIGRAM_FROM = 24_000  # utterances from which on pieces are learned as "unigram", else by "bpe"


@dataclasses.dataclass(frozen=True)
class DialogueMaterial(Subject):
    """Dialogues as `DialogueTokens`, with their `DialoguePreparation`.

    Args:
        test: the test dialogues as text.
    """

    dataset: DialogueTokens
    preparation: DialoguePreparation
    test: DialogueText | None = None

    @property
    def name(self) -> str:
        """Of the corpus."""
        return self.dataset.name

    def digest(self) -> str:
        """Of all tokens."""
        return self.dataset.digest()[:16]


def material(asked: DialogueOptions, data: Any) -> DialogueMaterial:
    """What a dialogue model is trained on.

    Args:
        asked: the files of parts, and the tokens.
        data: a file, the name of dialogues of the catalogue, or a `DialogueCorpus`.

    Raises:
        Error: the data cannot be read, or the vocabulary does not fit them.
    """
    corpus, notes = _corpus(asked, data)
    with with_notes(notes):
        return _material(asked, corpus, notes)


def _material(asked: DialogueOptions, corpus: DialogueCorpus, notes: list[Note]) -> DialogueMaterial:
    """The same for dialogues that were read, with the notes on that."""
    utterances = corpus.train.texts()
    some = utterances[:: -(-len(utterances) // LEARNED_FROM) or 1]
    kind = asked.tokens or "pieces"
    try:
        tokenizer = learned(some, kind, asked.vocabulary, "unigram" if len(utterances) >= UNIGRAM_FROM else "bpe")
    except Error as error:
        size = "" if asked.vocabulary is None else f" --vocabulary {asked.vocabulary}"
        raise Error(f"--tokens {kind}{size}: {error}") from error
    tokens, more = dialogue_tokens(corpus, tokenizer)
    size_note = Note(f"dialogue_{kind}", {"size": f"{tokenizer.size:,}"})
    return DialogueMaterial(tokens, DialoguePreparation(tokenizer, LONGEST), (*notes, size_note, *more), corpus.test)


def _corpus(asked: DialogueOptions, data: Any) -> tuple[DialogueCorpus, list[Note]]:
    if not isinstance(data, DialogueCorpus) and exists(data):
        text, notes = read_dialogues(data)
        held: dict[str, Any] = {}
        for part in HELD:
            if (path := getattr(asked, part)) is not None:
                held[part], more = read_dialogues(path)
                notes += more
        with with_notes(notes):
            corpus, more = dialogue_corpus(text, **held)
        return corpus, [*notes, *more]
    corpus = data if isinstance(data, DialogueCorpus) else _published(str(data))
    for part in HELD:
        if getattr(asked, part) is not None:
            raise Error(f"{corpus.name} has its own {part} part: leave --{part} out")
    return corpus, split_notes(corpus, drawn=False)


def _published(name: str) -> DialogueCorpus:
    known = [one.name for one in listing() if one.kind == "dialogues"]
    if name not in known:
        raise Error(
            f"{name!r} is neither a file nor dialogues of the catalogue ({', '.join(known)}): give JSON lines "
            'such as {"turns": [["A", "Hello."], ["B", "Hi."]]}, or a text with a blank line between dialogues'
        )
    return dialogues(name)
