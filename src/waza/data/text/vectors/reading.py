"""Reading word2vec's files of vectors, text or binary."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import as_path, opened, unreadable
from waza.data.notes import quoted
from waza.data.text.vectors.keyed_vectors import KeyedVectors

BINARY = ".bin"
HEADER = re.compile(rb"(\d{1,18})[ \t]+(\d{1,18})[ \t]*\r?\n?")
LONGEST_HEADER, LONGEST_WORD, LONGEST_NUMBER = 100, 10_000, 100  # bytes
BLANKS = b" \t\r\n"
GZIP = b"\x1f\x8b"


class _Header(NamedTuple):
    """How many words, and values of each, a file should have."""

    words: int
    width: int


def read_vectors(path: str | Path, most: int | None = None) -> KeyedVectors:
    """The vectors of a file that word2vec, gensim, fastText or `write_vectors` wrote.

    The first line has the number of words and the width. In the text format each further line has a word and its
    values, separated by blanks. In the binary format, of files whose names end in ".bin", a word is followed by a
    blank and its values as little-endian float32.

    Args:
        path: of the file.
        most: read the first words only, which are the most frequent ones as these programs write them.

    Raises:
        Error: the file is missing, it is cut off, its header does not fit, a value is not finite, a word occurs twice
            or is not UTF-8. The message names the line or the byte.
    """
    path = as_path(path)
    if most is not None and most < 1:
        raise Error(f"most={most} given; expected a number of words of at least 1")
    try:
        with opened(path, "a file of word vectors") as file:
            read = _Binary(file, path, most) if path.suffix.lower() == BINARY else _Text(file, path, most)
            return read.vectors()
    except OSError as error:
        raise unreadable(path, error) from error
    except MemoryError as error:
        raise Error(f"{path} does not fit into memory: give most=N to read the first N words") from error


class _Reading:
    """What both formats have in common: the header, the words once each, and finite values."""

    letters: int  # bytes of a word, and of what follows it, at least
    smallest: int  # bytes of a value, at least

    def __init__(self, file: BinaryIO, path: Path, most: int | None):
        self.file, self.path = file, path
        self.header = self._header()
        self.count = self.header.words if most is None else min(most, self.header.words)
        self.whole = self.count == self.header.words

    def vectors(self) -> KeyedVectors:
        """All words with their vectors."""
        rows, words = np.empty((self.count, self.header.width), np.float32), dict[str, str]()
        for row, (place, raw, values) in enumerate(self.entries()):
            word = self._word(raw, place)
            if word in words:
                raise Error(
                    f"{self.path}: {place} has the word {quoted(word)} again, after {words[word]}: give it once"
                )
            if not np.isfinite(values).all():
                raise Error(
                    f"{self.path}: {place}, word {quoted(word)}, has a value that is not finite: write it again"
                )
            words[word] = place
            rows[row] = values
        return KeyedVectors(tuple(words), rows)

    def entries(self) -> Iterator[tuple[str, bytes, np.ndarray]]:
        """The place of each word in the file, its bytes, and its values."""
        raise NotImplementedError(f"{type(self).__name__} has no entries()")

    def _header(self) -> _Header:
        line = self.file.readline(LONGEST_HEADER).removeprefix(codecs.BOM_UTF8)
        if line.startswith(GZIP):
            raise Error(f"{self.path} is packed by gzip: unpack it first")
        found = HEADER.fullmatch(line)
        if found is None:
            shown = ascii(line[:30].decode("latin-1").strip())
            hint = (
                "if it is GloVe's format, put such a line before the others" if len(line.split()) > 2 else "correct it"
            )
            raise Error(
                f"{self.path}: line 1 is {shown}; expected the number of words and the width, '5000 100': {hint}"
            )
        header = _Header(int(found[1]), int(found[2]))
        if not header.words or not header.width:
            raise Error(
                f"{self.path}: line 1 promises {header.words} words of width {header.width}; expected at least 1"
            )
        needed = header.words * (self.letters + header.width * self.smallest)
        size = self.path.stat().st_size - self.file.tell()
        if size < needed:
            raise Error(
                f"{self.path}: line 1 promises {header.words:,} words of width {header.width:,}, at least {needed:,} "
                f"bytes, and {size:,} follow: the file is cut off, or the line is wrong"
            )
        return header

    def _word(self, raw: bytes, place: str) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise Error(
                f"{self.path}: the word at {place} is not UTF-8 ({raw[:30].decode('latin-1')!a}): save it as UTF-8"
            ) from error


class _Text(_Reading):
    """A word and its values on each line."""

    letters, smallest = 1, 2

    def entries(self) -> Iterator[tuple[str, bytes, np.ndarray]]:
        """The lines after the first."""
        width = self.header.width
        longest = LONGEST_WORD + LONGEST_NUMBER * width
        for number in range(2, self.count + 2):
            line = self.file.readline(longest)
            if not line.strip(BLANKS):
                found = f"line {number} is {'empty' if line else 'missing'}"
                raise Error(f"{self.path}: {found}; line 1 promises {self.header.words:,} words: the file is cut off")
            if len(line) == longest and line[-1:] != b"\n":
                raise Error(
                    f"{self.path}: line {number} has more than {longest:,} bytes; expected a word and {width} numbers: "
                    "the file is none of word2vec's, or line 1 is wrong"
                )
            word, *cells = line.strip(BLANKS).replace(b"\t", b" ").split(b" ")
            if len(cells) != width:
                hint = "a blank in a word is written as _" if len(cells) > width else "the line is cut off"
                raise Error(
                    f"{self.path}: line {number} has {len(cells) + 1} cells; expected a word and {width} numbers: "
                    f"{hint}"
                )
            yield f"line {number}", word, self._numbers(cells, number)
        rest = self.file.readline(longest) if self.whole else b""
        if rest.strip(BLANKS):
            raise Error(
                f"{self.path}: line {self.count + 2} holds another word; line 1 promises {self.header.words:,}: "
                "correct line 1"
            )

    def _numbers(self, cells: list[bytes], number: int) -> np.ndarray:
        try:
            if b"_" in b"".join(cells):  # Python reads "1_0" as 10
                raise ValueError("a number has no _")
            with np.errstate(over="ignore"):
                return np.array(cells, np.float64).astype(np.float32)
        except ValueError:
            wrong = next(cell for cell in cells if not _is_number(cell))
            shown = ascii(wrong[:30].decode("latin-1"))
            raise Error(
                f"{self.path}: line {number} has {shown} where a number is expected: correct it, or name a binary "
                f"file *{BINARY}"
            ) from None


class _Binary(_Reading):
    """A word, a blank and its values in bytes; some programs put a line end after them."""

    letters, smallest = 2, 4

    def entries(self) -> Iterator[tuple[str, bytes, np.ndarray]]:
        """The words in their order."""
        for number in range(1, self.count + 1):
            start, word = self._until_blank(number)
            values = self.file.read(4 * self.header.width)
            if len(values) < 4 * self.header.width:
                raise self._cut(number)
            yield f"byte {start:,}", word, np.frombuffer(values, "<f4")
        if self.whole and self.file.read(2).strip(BLANKS):
            raise Error(
                f"{self.path} goes on after {self.header.words:,} words, at byte {self.file.tell() - 1:,}: "
                "line 1 is wrong"
            )

    def _until_blank(self, number: int) -> tuple[int, bytes]:
        """Where a word starts, and its bytes."""
        letters = bytearray()
        start = self.file.tell()
        while (letter := self.file.read(1)) != b" ":
            if not letter:
                raise self._cut(number)
            if letter == b"\n" and not letters:
                start += 1
                continue
            letters += letter
            if len(letters) > LONGEST_WORD:
                raise Error(
                    f"{self.path}: no word of at most {LONGEST_WORD:,} bytes at byte {start:,}: line 1 is wrong, or "
                    "the file is none of word2vec's"
                )
        if not letters:
            raise Error(f"{self.path}: the word at byte {start:,} is empty: line 1 is wrong, or a word had a blank")
        return start, bytes(letters)

    def _cut(self, number: int) -> Error:
        size = self.file.tell()
        return Error(
            f"{self.path} is cut off at byte {size:,}, in word {number:,} of {self.header.words:,}: write it again"
        )


def _is_number(cell: bytes) -> bool:
    if b"_" in cell:
        return False
    try:
        np.array([cell], np.float64)
    except ValueError:
        return False
    return True
