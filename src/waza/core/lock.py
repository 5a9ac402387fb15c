"""A lock on a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from waza.core.files import unwritable

try:
    import fcntl
except ImportError:  # not available on Windows: there two processes may work in the same folder
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Lock a folder for this process; yields False if another process has locked it. Killing a process unlocks it."""
    if fcntl is None:
        yield True
        return
    try:
        file = (folder / "lock").open("w")
    except OSError as error:
        raise unwritable(folder / "lock", error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = True
        except BlockingIOError:
            mine = False
        except OSError as error:
            raise unwritable(folder / "lock", error) from error
        yield mine
