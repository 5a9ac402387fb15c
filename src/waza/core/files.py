"""Atomic writes of files."""

import contextlib
import errno
import os
import re
import secrets
import stat
from pathlib import Path
from typing import BinaryIO

from waza.core.errors import Error
from waza.core.given_files import as_path
from waza.core.plain import NotPlain, open_plain

try:
    import fcntl
except ImportError:  # not available on Windows: there what a killed process leaves stays
    fcntl = None  # type: ignore[assignment]

FULL = "the disk is full: free some space or choose another folder"
DENIED = "writing is not permitted there: choose a folder that you may write to"
BLOCKED = "a file has the name of a folder that is needed: choose another path"
LONGEST_NAME, LONGEST_PATH = 255, 4000  # bytes; a path leaves room for the names of waza's files
STREAMS = (Path("/dev"), Path("/proc"))
TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")
REASONS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.EROFS: "the file system is read-only: choose a folder that you may write to",
    errno.ENOTDIR: BLOCKED,
    errno.EEXIST: BLOCKED,
    errno.EISDIR: "a folder has that name: choose another path",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


def unwritable(path: Path, error: OSError) -> Error:
    """The error for a `path` that could not be written: the reason, and what to do.

    >>> print(unwritable(Path("runs/a.nc"), OSError(errno.ENOSPC, "No space left on device")))
    cannot write runs/a.nc: the disk is full: free some space or choose another folder
    """
    reason = REASONS.get(error.errno or 0, f"{error.strerror or error}: choose another place")
    return Error(f"cannot write {path}: {reason}")


def check_path(given: str | Path, name: str = "the path") -> Path:
    """The path, if a file could have this name.

    Args:
        given: what a user gave.
        name: of the argument, for the message where that is no path.

    Raises:
        Error: it is no path, holds a NUL character, a name in it is too long, or it is no UTF-8, in which reports and
            results name files.
    """
    path = as_path(given, name)
    if "\0" in str(path):
        raise Error(f"the path {path} has a NUL character, which no file's name can have: choose another one")
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        raise Error(f"the path {shown} is not in UTF-8: choose another one") from error
    names = [os.fsencode(part) for part in path.parts]
    if max(map(len, names), default=0) > LONGEST_NAME or len(os.fsencode(path.absolute())) > LONGEST_PATH:
        raise unwritable(path, OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG)))
    return path


def is_stream(path: Path) -> bool:
    """Whether a path names an open stream or a device of characters: /dev/stdout, /dev/null, or >(...) of a shell.

    >>> is_stream(Path("/dev/null")), is_stream(Path("/dev")), is_stream(Path("a.json"))
    (True, False, False)
    """
    place = path.absolute()
    if not any(place.is_relative_to(folder) for folder in STREAMS) or not place.exists():
        return False
    named, meant = place.lstat().st_mode, place.stat().st_mode
    return not stat.S_ISREG(named) and not stat.S_ISDIR(meant) and not stat.S_ISBLK(meant)


def write_whole(path: str | Path, content: bytes) -> None:
    """Write `content` to `path` atomically: a reader gets the old file or the new one, never a part.

    The bytes are written to a hidden file in the same folder and synced to the disk; then the file is renamed. Missing
    parent folders are created. On any failure the hidden file is removed and `path` is unchanged; where the process is
    killed, `remove_orphans` removes it later. What stands at `path` is replaced, and a link never followed; only a
    stream (`is_stream`) is written into.

    Raises:
        Error: the file cannot be written (disk full, no permission, read-only, not a folder), is a device, or no file
            could have this name.
    """
    path = check_path(path)
    try:
        if is_stream(path):
            with path.open("wb") as stream:
                stream.write(content)
            return
        if path.is_block_device() or path.is_char_device():
            raise Error(f"cannot write {path}: it is a device; give the name of a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary, file = _temporary(path)
        try:
            with file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(path)  # while it is locked: nobody may take it for an orphan
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise unwritable(path, error) from error


def remove_orphans(folder: Path) -> None:
    """Remove the hidden files in a folder that processes which were killed have left.

    A process that writes one holds the system's lock on it, which ends with the process: what is locked stays.
    """
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for path in [one for one in folder.iterdir() if is_temporary(one.name)]:
            with contextlib.suppress(OSError, NotPlain), open_plain(path) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def is_temporary(name: str) -> bool:
    """Whether a file has a name that `write_whole` gives to what it has not finished.

    >>> is_temporary(".0123456789abcdef.tmp"), is_temporary("notes.tmp")
    (True, False)
    """
    return TEMPORARY.fullmatch(name) is not None


def _temporary(path: Path) -> tuple[Path, BinaryIO]:
    """A new hidden file beside the path, locked."""
    while True:
        temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
        # Not by tempfile: its files can be read by their owner only, whatever the umask is.
        file = temporary.open("xb")
        if fcntl is not None:
            with contextlib.suppress(OSError):  # a file system without locks has no orphans that could be told apart
                fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return temporary, file
        file.close()  # it was taken for an orphan before it was locked
