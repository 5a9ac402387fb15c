"""Atomic writes of files."""

import contextlib
import errno
import os
import secrets
from pathlib import Path

from waza.core.errors import Error

FULL = "the disk is full: free some space or choose another folder"
DENIED = "writing is not permitted there: choose a folder that you may write to"
BLOCKED = "a file has the name of a folder that is needed: choose another path"
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


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically: a reader gets the old file or the new one, never a part.

    The bytes are written to a hidden file in the same folder and synced to the disk; then the file is renamed. Missing
    parent folders are created. On any failure the hidden file is removed and `path` is unchanged.

    Raises:
        Error: the file cannot be written (disk full, no permission, read-only, not a folder).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            # Not by tempfile: its files can be read by their owner only, whatever the umask is.
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise unwritable(path, error) from error
