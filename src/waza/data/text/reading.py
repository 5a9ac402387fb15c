"""Reading a text file in any of the known encodings."""

from pathlib import Path

from waza.core.errors import Error
from waza.data.encodings import decoded
from waza.data.notes import Note

LARGEST = 1 << 30


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
    path = Path(path)
    try:
        if path.is_dir():
            raise Error(f"{path} is a folder; expected a text: give the path of a file")
        if not path.is_file():
            raise Error(f"there is no file {path}: give the path of a text")
        size = path.stat().st_size
        if size > largest:
            raise Error(f"{path} has {size:,} bytes, and at most {largest:,} are read: give a part of it")
        content = path.read_bytes()
    except OSError as error:
        raise Error(f"cannot read {path} ({error.strerror}): correct that, or give another file") from error
    text, notes = decoded(content, path)
    if not text.strip():
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
