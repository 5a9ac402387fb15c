"""Downloads that can be resumed, are verified, and appear whole or not at all."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable
from io import BufferedRandom
from pathlib import Path
from typing import BinaryIO

from waza.core.errors import Error
from waza.core.files import check_path, unwritable
from waza.core.plain import check_plain, is_there, open_plain
from waza.data.checksum import algorithm, checksum_of

# Errors of file systems without locks, such as some network ones. Two processes may then damage each other's part; the
# checksum detects it.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all if the server states them


def download(url: str, path: str | Path, checksum: str, progress: Progress | None = None) -> None:
    """Download `url` to `path`; an existing file is replaced once the new bytes are verified.

    The bytes are written to `path` + ".part", which a later call continues, and which is renamed when its
    checksum, a sha256 or an md5, is the expected one. `progress(bytes so far, bytes in all or None)` is
    called as they arrive.

    Raises:
        Error: the network fails or the disk is full (the part is kept), the checksum differs (the
            part is deleted), or another process is fetching the same file.
    """
    path = check_path(path)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with check_plain(part).open("a+b") as file:
            _claim(file, part)
            if _checksum(file, checksum) != checksum:  # equal when a process was stopped just before renaming
                _complete(url, file, part, checksum, progress)
            os.fsync(file.fileno())
            part.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error


def remove_part(path: Path) -> None:
    """Remove the part of a download whose file is there by now; one that another process writes is locked, and stays.

    A part whose file is missing stays too: the next `download` continues it.
    """
    part = path.with_name(path.name + ".part")
    if is_there(part):
        with contextlib.suppress(OSError, Error), open_plain(part) as file:
            _claim(file, part)
            part.unlink()


def _complete(url: str, file: BufferedRandom, part: Path, checksum: str, progress: Progress | None) -> None:
    from waza.data.transfer import transfer  # here, so that `import waza.data` loads no HTTP client

    try:
        transfer(url, file, progress)
    except Error:
        if file.seek(0, os.SEEK_END) == 0:
            part.unlink()
        raise
    given = _checksum(file, checksum)
    if given != checksum:
        part.unlink()
        raise Error(
            f"{url} sent another file: its {algorithm(checksum)} is {given[:12]}..., expected {checksum[:12]}...; "
            "it was deleted: run it again; if that does not help, the published file has changed"
        )


def _checksum(file: BufferedRandom, like: str) -> str:
    # Of the file on the disk: several processes may have written the part, one after another.
    file.seek(0)
    return checksum_of(file, like)


def _claim(file: BinaryIO, part: Path) -> None:
    """Lock the part against other processes until the file is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Error(f"{part} is being fetched by another process: wait for it, or stop it") from error
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
