"""A folder held for one process."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from waza.core.files import unwritable

try:
    import fcntl
except ImportError:  # a system without it (Windows): two processes may then work in the same folder
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a folder for this process; False if another process holds it. A killed process lets go."""
    if fcntl is None:
        yield True
        return
    try:
        with (folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
    except OSError as error:
        raise unwritable(folder / "lock", error) from error
