"""A folder of cached files that appears whole or not at all."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from waza.core.errors import Error
from waza.core.files import unwritable
from waza.data.download import NO_LOCKS

ABOUT = "about.json"  # is written last


@contextlib.contextmanager
def made_whole(kept: Path, size: int, smaller: str) -> Iterator[Path]:
    """A temporary folder that is renamed to `kept` if the context succeeds, and removed otherwise.

    One process at a time enters the context; check there whether another one has done the work meanwhile. The context
    has succeeded if it has written the file "about.json".

    Args:
        kept: the folder.
        size: bytes that are needed.
        smaller: what else could be done where the disk has fewer, for the error message.

    Raises:
        Error: the folder cannot be written, or the disk has fewer than `size` bytes left.
    """
    part = kept.with_name(kept.name + ".part")
    with plainly(kept):
        part.parent.mkdir(parents=True, exist_ok=True)
        lock = kept.with_name(f".{kept.name}.lock").open("ab")
    with lock:
        with plainly(kept):
            _wait_for(lock)
            _clear(part)
            free = shutil.disk_usage(part.parent).free
            if free < size:
                raise Error(
                    f"{part.parent} has {free / 2**30:.1f} GiB left and {size / 2**30:.1f} GiB are needed: "
                    f"free some space, set WAZA_CACHE to another folder, or {smaller}"
                )
            part.mkdir()
        try:
            yield part
            if (part / ABOUT).exists():
                with plainly(kept):
                    _clear(kept)
                    part.rename(kept)
        finally:
            _clear(part)


@contextlib.contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Failures of the file system as errors that say what to do."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def _wait_for(lock: BinaryIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise


def _clear(folder: Path) -> None:
    """Remove a folder, or what has its name; the folder that a link leads to stays."""
    with contextlib.suppress(FileNotFoundError):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink()
