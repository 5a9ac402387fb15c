"""Writing word2vec's files of vectors, text or binary."""

from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.core.files import check_path, write_whole
from waza.data.notes import quoted
from waza.data.text.vectors.keyed_vectors import KeyedVectors
from waza.data.text.vectors.reading import BINARY, BLANKS, LONGEST_WORD

ENDINGS = (".txt", ".vec", BINARY)


def write_vectors(path: str | Path, vectors: KeyedVectors) -> None:
    """Write vectors to a file that word2vec, gensim (`KeyedVectors.load_word2vec_format`) and `read_vectors` read.

    Args:
        path: of the file; its ending decides the format: ".txt" or ".vec" for text, ".bin" for binary. Both give the
            same numbers when they are read.
        vectors: what to write.

    Raises:
        Error: the ending is another, the formats cannot hold a word, there is none, or the file cannot be written.
    """
    path = check_ending(path)
    if not vectors.words or not vectors.width:
        raise Error(f"{len(vectors.words)} words of width {vectors.width} are given; expected at least 1 of each")
    for word in vectors.words:
        _check_word(word)
    header = f"{len(vectors.words)} {vectors.width}\n".encode()
    if path.suffix.lower() == BINARY:
        rows = np.ascontiguousarray(vectors.vectors, "<f4")
        pieces = (b"%s %s\n" % (word.encode(), row.tobytes()) for word, row in zip(vectors.words, rows, strict=True))
    else:
        numbers = " %.9g" * vectors.width + "\n"  # nine digits give the same float32 again
        pieces = (
            (word + numbers % tuple(row)).encode()
            for word, row in zip(vectors.words, vectors.vectors.tolist(), strict=True)
        )
    write_whole(path, header + b"".join(pieces))


def _check_word(word: str) -> None:
    """Refuse what neither format can hold, or `read_vectors` does not take for a word."""
    if not word:
        raise Error("a word is empty, which word2vec's files cannot hold: leave it out")
    if any(blank in word for blank in BLANKS.decode()):
        raise Error(f"the word {word!r} has a blank, which word2vec's files cannot hold: replace it with _")
    try:
        size = len(word.encode())
    except UnicodeEncodeError as error:
        raise Error(f"the word {word!a} has half a surrogate, which UTF-8 cannot hold: leave it out") from error
    if size > LONGEST_WORD:
        raise Error(
            f"the word {quoted(word[:20])}... has {size:,} bytes; expected at most {LONGEST_WORD:,}: leave it out"
        )


def check_ending(path: str | Path) -> Path:
    """The path of a file of vectors.

    Raises:
        Error: its ending names no format.

    >>> check_ending("words.bin").name
    'words.bin'
    """
    path = check_path(path)
    if path.suffix.lower() not in ENDINGS:
        raise Error(f"{path} names no format of word vectors: give a name that ends in {', '.join(ENDINGS)}")
    return path
