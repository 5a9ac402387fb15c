"""A lock on a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from waza.core.files import unwritable
from waza.core.plain import open_plain

try:
    import fcntl
except ImportError:  # not available on Windows: there two processes may work in the same folder
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"


@contextlib.contextmanager
def held(folder: Path, wait: bool = False) -> Iterator[bool]:
    """Lock a folder for this process; yields False if another process has locked it.

    The lock is the system's own on the file `lock`, into which nothing is written: it ends with the process, however
    that ends, and on a network file system with the machine's connection.

    Args:
        folder: that exists.
        wait: whether to wait for the other process.

    Raises:
        Error: the folder cannot be written, or its `lock` is no plain file.
    """
    if fcntl is None:
        yield True
        return
    try:
        file = open_plain(folder / LOCK, writing=True)
    except OSError as error:
        raise unwritable(folder / LOCK, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            mine = True
        except BlockingIOError:
            mine = False
        except OSError as error:
            raise unwritable(folder / LOCK, error) from error
        yield mine
