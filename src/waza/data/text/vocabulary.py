"""The tokenizer of sentences: pieces, words or characters, of a size that suits the text."""

from collections.abc import Sequence
from typing import Literal

from waza.core.errors import Error
from waza.data.text.pieces import LEAST, Algorithm
from waza.data.text.tokenizer import Tokenizer, tokenizer

Kind = Literal["pieces", "words", "characters"]

PIECES = 8_000  # by default, or fewer for a small text
LEARNED_FROM = 200_000  # most sentences, or pairs of them, that are learned from


def usual_pieces(sentences: Sequence[str]) -> int:
    """The usual number of pieces: 8,000, or for few sentences a piece for each three, the characters and the bytes.

    Small corpora need small vocabularies: a piece is learned from the sentences that it occurs in (Sennrich and Zhang,
    "Revisiting low-resource neural machine translation", 2019).

    >>> usual_pieces(["a b c"] * 600)
    463
    """
    return min(PIECES, LEAST + len(set("".join(sentences))) + len(sentences) // 3)


def learned(sentences: Sequence[str], kind: Kind, size: int | None, algorithm: Algorithm) -> Tokenizer:
    """The tokenizer of these sentences.

    Args:
        sentences: of the training part only.
        kind: "pieces" of words, "words" between spaces, or "characters".
        size: the number of pieces, or the largest number of words; by default `usual_pieces`, and all words.
        algorithm: of the pieces, "unigram" or "bpe".

    Raises:
        Error: the size does not fit the text, or the kind has no size.

    >>> learned(["a b", "b c"], "words", None, "unigram").words
    ('<unk>', '<eos>', 'b', 'a', 'c')
    """
    learner = tokenizer(kind)
    if kind == "pieces":
        most = {"size": usual_pieces(sentences), "exact": False} if size is None else {"size": size}
        return learner.learn("\n".join(sentences), algorithm=algorithm, prefix=True, **most)
    if kind == "words":
        return learner.learn("\n".join(sentences), most=size)
    if size is not None:
        raise Error(f"a vocabulary of {size} {kind} was asked for, and {kind} are not limited: give no size, or pieces")
    return learner.learn("".join(sentences))
