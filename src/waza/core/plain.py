"""Plain files: links, FIFOs, sockets, devices and folders in place of a file are refused, and never followed.

A run, a model or a cache may have come from somebody else. The path that a user names may be a link, and so may the
folders above it; what lies in that folder may not. A hard link is a plain file: waza replaces names and never writes
into a file that exists, so that the file's other name keeps its content.
"""

import os
import stat
from collections.abc import Iterable
from io import BufferedRandom, BufferedReader
from pathlib import Path

from waza.core.errors import Damaged

LARGEST = 2**28  # bytes of a file that is read as a whole; none that waza writes comes near
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# A FIFO is opened without waiting for its other end.
FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class NotPlain(Damaged):
    """Something else than a plain file, or than a folder, stands in one of waza's folders."""


def is_there(path: Path) -> bool:
    """Whether anything has this name, be it a link that leads nowhere."""
    return os.path.lexists(path)


def check_plain(path: Path) -> Path:
    """The path, which is a plain file or missing.

    Raises:
        NotPlain: it is something else.
        OSError: it cannot be looked at.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return path
    _refuse_unplain(path, mode)
    return path


def check_folders(folder: Path, names: Iterable[str]) -> None:
    """Refuse anything but a folder under these names in a folder; they may be missing.

    Raises:
        NotPlain: one is a link, or no folder.
    """
    for name in names:
        path = folder / name
        if is_there(path) and not stat.S_ISDIR(path.lstat().st_mode):
            raise NotPlain(f"{path} is {_kind(path.lstat().st_mode)} where a folder of waza's is expected: remove it")


def open_plain(path: Path, writing: bool = False) -> BufferedReader | BufferedRandom:
    """Open a plain file for reading; or for reading and writing, with its content, where it may be missing.

    Raises:
        NotPlain: it is a link, a FIFO, a socket, a device or a folder.
        OSError: it cannot be opened.
    """
    check_plain(path)
    way = os.O_RDWR | os.O_CREAT if writing else os.O_RDONLY
    descriptor = os.open(path, way | FLAGS | getattr(os, "O_BINARY", 0), 0o666)
    try:
        _refuse_unplain(path, os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "r+b") if writing else os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_plain(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a plain file.

    Raises:
        NotPlain: it is something else.
        ValueError: it has more bytes than `largest`.
        OSError: it cannot be read.
    """
    with open_plain(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > largest:
            raise ValueError(f"it has {size:,} bytes; expected at most {largest:,}")
        return file.read()


def _refuse_unplain(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotPlain(f"{path} is {_kind(mode)} and no plain file, so waza does not open it: remove it")


def _kind(mode: int) -> str:
    return KINDS.get(stat.S_IFMT(mode), "a plain file" if stat.S_ISREG(mode) else "something unknown")
