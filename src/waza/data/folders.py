"""The folders of data sets and of cached files."""

import os
import sys
from pathlib import Path

from waza.core.errors import Error


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise Error("this user has no home folder: set WAZA_CACHE to a folder for waza's files") from error


def _expanded(variable: str) -> Path:
    given = os.environ[variable]
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise Error(f"{variable}={given} names an unknown home folder: give the full path") from error


def cache_folder() -> Path:
    """`$WAZA_CACHE` if set, else the folder `waza` in the user's cache.

    That is `~/Library/Caches` on macOS and `$XDG_CACHE_HOME` or `~/.cache` elsewhere.
    """
    if os.environ.get("WAZA_CACHE"):
        return _expanded("WAZA_CACHE")
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "waza"
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification says to ignore a relative path.
    return (shared if shared.is_absolute() else _home() / ".cache") / "waza"


def data_folder() -> Path:
    """`$WAZA_DATA` if set, else `data` in the cache folder. It has one folder per data set."""
    return _expanded("WAZA_DATA") if os.environ.get("WAZA_DATA") else cache_folder() / "data"
