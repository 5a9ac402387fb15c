"""Reading a text file in any of the known encodings."""

import codecs
from pathlib import Path

from waza.core.errors import Error
from waza.data.notes import Note

LARGEST = 1 << 30
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: str | Path, largest: int = LARGEST) -> tuple[str, list[Note]]:
    """A file's text with every line end as "\\n", and a note if it is not UTF-8.

    UTF-8 and, by its byte order mark, UTF-16 are read; other files are read as cp932, if they are valid cp932. A byte
    order mark is dropped.

    Args:
        path: the file.
        largest: the largest number of bytes that are read.

    Raises:
        Error: the file is missing, a folder, too large or empty, holds a NUL byte, or is in another encoding.
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
    text, notes = _decoded(content, path)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Error(f"{path} is empty or holds only spaces: give a file with a text")
    return text, notes


def _decoded(content: bytes, path: Path) -> tuple[str, list[Note]]:
    """The text of these bytes, and a note if they are not UTF-8."""
    if content.startswith(UTF16):
        return _utf16(content, path), [Note("encoding", {"encoding": "UTF-16"})]
    if b"\0" in content:
        raise Error(f"{path} holds a NUL byte at {content.index(0):,}: if it is a text, save it as UTF-8")
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        try:
            return content.decode("cp932"), [Note("encoding", {"encoding": "cp932"})]
        except UnicodeDecodeError:
            raise _undecodable(path, "neither UTF-8 nor cp932", error.start) from error


def _utf16(content: bytes, path: Path) -> str:
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise _undecodable(path, "not valid UTF-16, contrary to its first bytes", error.start) from error
    if "\0" in text:
        raise Error(f"{path} holds a NUL character at {text.index(chr(0)):,}: if it is a text, save it as UTF-8")
    return text


def _undecodable(path: Path, reason: str, position: int) -> Error:
    return Error(f"{path} is {reason} (the first bad byte is at {position:,}): save it as UTF-8")
