"""Files that a user named: plain ones, opened without waiting for a pipe or a device, and read up to a size.

A link that was named is followed. Links inside a folder that was named are not: `waza.data.image_listing`.
"""

import contextlib
import errno
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.showing import shown

LARGEST = 1 << 30  # bytes that are read of a file, and that it may unpack to
OTHERS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


def as_path(given: Any, name: str = "the path") -> Path:
    """What a user gave as a path.

    Args:
        given: a text or a path.
        name: of the argument, for the message.

    Raises:
        Error: it is neither.

    >>> as_path(3, "out")
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: out is 3; expected a path, as a text or a pathlib.Path
    """
    if not isinstance(given, str | os.PathLike) or not isinstance(os.fspath(given), str):
        raise Error(f"{name} is {shown(given)}; expected a path, as a text or a pathlib.Path")
    return Path(given)


def is_file(path: str | Path) -> bool:
    """Whether this is a plain file, or a link to one.

    >>> is_file("/dev/null"), is_file("x" * 5000), is_file("a\\0b")
    (False, False, False)
    """
    return stat.S_ISREG(_mode(path))


def is_folder(path: str | Path) -> bool:
    """Whether this is a folder, or a link to one; False for what can be no path.

    >>> is_folder("/"), is_folder("x" * 5000)
    (True, False)
    """
    return stat.S_ISDIR(_mode(path))


def exists(path: str | Path) -> bool:
    """Whether there is anything at this path; False for what can be no path.

    >>> exists("/dev/null"), exists("x" * 5000)
    (True, False)
    """
    return _mode(path) != 0


def _mode(path: str | Path) -> int:
    """The mode of what is at this path; 0 for nothing, a name that is too long, or one in a closed folder."""
    try:
        return as_path(path).stat().st_mode
    except (OSError, ValueError):
        return 0


@contextlib.contextmanager
def opened(path: str | Path, expected: str) -> Iterator[io.BufferedReader]:
    """A plain file, open for reading. A link that was given is followed; nothing waits for a pipe.

    Args:
        path: of the file.
        expected: what it should be, for the error messages, such as "a table".

    Raises:
        Error: there is no such file, it is a folder, a pipe, a socket or a device, or it may not be read.
    """
    path = as_path(path)
    try:
        _check(path.stat(), path, expected)
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:  # a NUL character
        raise Error(f"there is no file {path}: give {expected}") from error
    except OSError as error:
        if error.errno in ABSENT:
            raise Error(f"there is no file {path}: give {expected}") from error
        raise unreadable(path, error) from error
    with open(file, "rb") as content:  # noqa: PTH123  # of a descriptor
        _check(os.fstat(file), path, expected)  # it may have been replaced meanwhile
        yield content


def read_given(path: str | Path, expected: str, largest: int = LARGEST) -> bytes:
    """The bytes of a plain file (`opened`).

    Args:
        path: of the file.
        expected: what it should be.
        largest: the largest number of bytes that are read.

    Raises:
        Error: as `opened` does, or the file is larger.
    """
    path = as_path(path)
    with opened(path, expected) as file:
        try:
            content = file.read(largest + 1)
        except OSError as error:
            raise unreadable(path, error) from error
        except MemoryError as error:
            raise Error(f"{path} does not fit into memory: give a part of it") from error
        size = os.fstat(file.fileno()).st_size
    if len(content) > largest:
        raise too_large(path, max(size, len(content)), largest)
    return content


def too_large(path: Path, size: int, largest: int, of: str = "has") -> Error:
    """The error for a file of which only a part may be read."""
    return Error(f"{path} {of} {size:,} bytes, and at most {largest:,} are read: give a part of it")


def unreadable(path: Path, error: OSError) -> Error:
    """The error for a file that the system does not let one read."""
    return Error(f"cannot read {path} ({error.strerror or error}): correct that, or give another file")


def _check(state: os.stat_result, path: Path, expected: str) -> None:
    """Refuse what is no plain file."""
    if stat.S_ISDIR(state.st_mode):
        raise Error(f"{path} is a folder; expected {expected}: give the path of a file")
    if not stat.S_ISREG(state.st_mode):
        what = OTHERS.get(stat.S_IFMT(state.st_mode), "no plain file")
        raise Error(f"{path} is {what}; expected {expected} in a plain file: save it as one")
