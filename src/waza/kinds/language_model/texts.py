"""A text's tokens as streams, with the tokenizer that is learned from it: the material of a training."""

from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data import Corpus, Note, Tokenizer, corpus, token_stream, tokenizer
from waza.data.encodings import composed
from waza.data.notes import with_notes
from waza.data.text.preparation import TextPreparation
from waza.data.text.repeats import repeated_share
from waza.kinds.language_model.options import TokensName
from waza.kinds.material import Material

FEWEST = 8  # a part's loss means nothing with fewer tokens
REPEATED = 0.05  # the share of held-out text in the training text that is told
WORDED = "wikitext2"  # its text is prepared for words
LIMITS = {"words": "most", "pieces": "size"}  # the name of a tokenizer's limit of the vocabulary


def texts(given: str, tokens: str | None = None, vocabulary: int | None = None) -> Material:
    """A text of the catalogue or of a file, split into three parts and into tokens.

    Args:
        given: the catalogue's name, or the file.
        tokens: "characters", "words" or "pieces"; by default characters, and words of wikitext2.
        vocabulary: the largest number of words, or the number of pieces.

    Raises:
        Error: there is no such text, it is too short, or it has no such tokens.
    """
    as_read, notes = corpus(given)
    with with_notes(notes):
        return _texts(as_read, notes, tokens or usual_tokens(given), vocabulary)


def _texts(as_read: Corpus, notes: list[Note], kind: str, vocabulary: int | None) -> Material:
    """The same for a text that was read, with the notes on that."""
    whole = Corpus(as_read.name, *map(composed, as_read[1:]))
    learned = _learned(whole, kind, vocabulary)
    data = token_stream(whole, learned)
    for name in ("train", "validation", "test"):
        places = len(getattr(data, name).y)
        if places < FEWEST:
            raise Error(
                f"the {name} part of {whole.name} has {places + 1} tokens ({kind}); expected more than {FEWEST}: "
                "give a longer text, or finer tokens"
            )
    notes = [*notes, Note(f"text_{kind}", {"size": f"{learned.size:,}"}), *_unknown(data), *_repeated(whole)]
    if whole != as_read:
        notes.append(Note("text_composed"))
    return Material(data, TextPreparation(learned, composed=True), tuple(notes))


def usual_tokens(given: str) -> TokensName:
    """The tokens into which a text is split by default."""
    return "words" if given == WORDED else "characters"


def _learned(whole: Corpus, kind: str, vocabulary: int | None) -> Tokenizer:
    """The tokenizer of the training part."""
    if vocabulary is not None and kind not in LIMITS:
        raise Error(
            f"--vocabulary {vocabulary} is given, and {kind} are not limited: leave it out, or give --tokens words"
        )
    options: dict[str, Any] = {} if vocabulary is None else {LIMITS[kind]: vocabulary}
    try:
        learned: Tokenizer = tokenizer(kind).learn(whole.train, **options)
    except Error as error:
        asked = "" if vocabulary is None else f" --vocabulary {vocabulary}"
        raise Error(f"--tokens {kind}{asked}: {error}") from error
    return learned


def _unknown(data: Any) -> list[Note]:
    """A note if some tokens of the held-out texts are unknown."""
    share = unknown_share(np.concatenate([data.validation.y, data.test.y]))
    return [Note("text_unknown", {"share": f"{100 * share:.2g}"})] if share else []


def _repeated(whole: Corpus) -> list[Note]:
    """A note if much of the held-out text is in the training text."""
    share = repeated_share(whole)
    return [Note("text_repeated", {"share": round(100 * share)})] if share >= REPEATED else []


def unknown_share(ids: np.ndarray) -> float:
    """The share of tokens that are the token for the unknown, 0."""
    return float(np.mean(ids == 0))
