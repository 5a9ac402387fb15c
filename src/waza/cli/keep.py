"""Preparations of commands that train: can the results be written, and where are compiled programs kept."""

import os
from pathlib import Path

from waza.core.errors import Error
from waza.core.files import check_path, is_stream
from waza.core.terminal import tell


def writable(path: Path) -> None:
    """Refuse a path that could not be written at the end.

    Raises:
        Error: it is a folder, or lies in one that may not be written to, or no file could have its name.
    """
    if check_path(path).is_dir():
        raise Error(f"{path} is a folder; give the name of a file")
    if is_stream(path):
        return
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Error(f"cannot write {path}: {folder} is not a folder that you may write to; choose another place")


def keep_compiled() -> None:
    """Keep compiled programs between commands; where that is not possible, the user is told."""
    from waza.engine.kept_programs import keep_programs

    try:
        keep_programs()
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        tell(f"waza: compiled programs are not kept ({why}): give another folder in WAZA_CACHE")
