"""Writing word2vec's files of vectors, text or binary."""

from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.core.files import check_path, write_whole
from waza.data.text.vectors.keyed_vectors import KeyedVectors
from waza.data.text.vectors.reading import BINARY

ENDINGS = (".txt", ".vec", BINARY)


def write_vectors(path: str | Path, vectors: KeyedVectors) -> None:
    """Write vectors to a file that word2vec, gensim (`KeyedVectors.load_word2vec_format`) and `read_vectors` read.

    Args:
        path: of the file; its ending decides the format: ".txt" or ".vec" for text, ".bin" for binary. Both give the
            same numbers when they are read.
        vectors: what to write.

    Raises:
        Error: the ending is another, a word has a blank, which neither format can hold, or the file cannot be written.
    """
    path = check_ending(path)
    blank = next((word for word in vectors.words if word.split() != [word] or " " in word), None)
    if blank is not None:
        raise Error(f"the word {blank!r} has a blank, which word2vec's files cannot hold: replace it with _")
    header = f"{len(vectors.words)} {vectors.width}\n".encode()
    if path.suffix == BINARY:
        rows = np.ascontiguousarray(vectors.vectors, "<f4")
        pieces = (b"%s %s\n" % (word.encode(), row.tobytes()) for word, row in zip(vectors.words, rows, strict=True))
    else:
        numbers = " %.9g" * vectors.width + "\n"  # nine digits give the same float32 again
        pieces = (
            (word + numbers % tuple(row)).encode()
            for word, row in zip(vectors.words, vectors.vectors.tolist(), strict=True)
        )
    write_whole(path, header + b"".join(pieces))


def check_ending(path: str | Path) -> Path:
    """The path of a file of vectors.

    Raises:
        Error: its ending names no format.

    >>> check_ending("words.bin").name
    'words.bin'
    """
    path = check_path(path)
    if path.suffix not in ENDINGS:
        raise Error(f"{path} names no format of word vectors: give a name that ends in {', '.join(ENDINGS)}")
    return path
