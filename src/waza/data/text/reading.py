"""Reading a text file in any of the known encodings."""

from pathlib import Path

from waza.core.errors import Error
from waza.core.given_files import LARGEST, as_path, read_given
from waza.data.encodings import decoded
from waza.data.notes import Note, with_notes


def read_text(path: str | Path, largest: int = LARGEST) -> tuple[str, list[Note]]:
    """A file's text with every line end as "\\n", and notes if it is not plain UTF-8.

    The encoding is found as for tables: `waza.data.encodings.decoded`.

    Args:
        path: the file.
        largest: the largest number of bytes that are read.

    Raises:
        Error: the file is missing, a folder, too large or empty, or is no text.
    """
    text, notes = decoded_file(path, largest)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def decoded_file(path: str | Path, largest: int = LARGEST) -> tuple[str, list[Note]]:
    """A file's text as `read_text` gives it, but with the line ends of the file.

    Raises:
        Error: as `read_text` does.
    """
    path = as_path(path)
    text, notes = decoded(read_given(path, "a text", largest), path)
    if not text.strip():
        with with_notes(notes):
            raise Error(f"{path} is empty or holds only spaces: give a file with a text")
    return text, notes


def split_lines(text: str) -> list[str]:
    r"""The lines of a text: "\n" ends one, "\r\n" too, and "\r" where there is no "\n".

    >>> split_lines("a\u2028b\nc\rd\r\n"), split_lines("a\rb")
    (['a\u2028b', 'c\rd'], ['a', 'b'])
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
