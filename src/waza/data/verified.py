"""Published files whose checksum was compared, so that a list of them need not read them again."""

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.given_files import read_given
from waza.core.sealed import sealed, unsealed
from waza.data.checksum import checksum_of
from waza.data.folders import cache_folder

RECORD = "verified.json"
LOCK = threading.Lock()
SETTLED = 2.0  # seconds: the clocks of file systems are coarse, and a change within a tick leaves the state as it is


def is_verified(path: Path, checksum: str) -> bool:
    """Whether a file has this checksum, which is computed once for each state of the file.

    The state is its size and its times: of the last change of its bytes, and of its name or permissions. The system
    sets the latter, so that bytes which change with the former put back are read again. The cache folder keeps what was
    found. Files that changed within the last two seconds are not kept; where the folder cannot be written, none are.

    Args:
        path: of the file.
        checksum: that it should have.
    """
    try:
        before = _state(path)
        known = _record()
        if known.get(str(path.absolute())) == [*before, checksum]:
            return True
        with path.open("rb") as file:
            if checksum_of(file, checksum) != checksum or _state(path) != before:
                return False
    except OSError:
        return False
    if time.time() - before[-1] / 1e9 < SETTLED:
        return True
    with LOCK, contextlib.suppress(Error):
        write_whole(
            cache_folder() / RECORD, sealed({"files": {**_record(), str(path.absolute()): [*before, checksum]}})
        )
    return True


def _state(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns]


def _record() -> dict[str, Any]:
    """What is known of files, by path; nothing if the record is missing or damaged."""
    try:
        about = unsealed(read_given(cache_folder() / RECORD, "a record of files"))
        about.check(cache_folder())
        files = about.facts["files"]
        return files if isinstance(files, dict) else {}
    except (Error, OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
