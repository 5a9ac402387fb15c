"""Preparations of commands: can results be written, would they replace what is read, and where programs are kept."""

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.files import check_path, is_stream
from waza.core.given_files import exists, is_folder
from waza.core.terminal import tell


def writable(path: Path, read: Iterable[Any] = ()) -> None:
    """Refuse a path that could not be written at the end, or where writing would destroy what the command reads.

    Args:
        path: of the file to write.
        read: the files and folders that the command reads.

    Raises:
        Error: it is a folder, or lies in one that may not be written to, or no file could have its name; or it is one
            of the files that are read, or an image in a folder that is read.
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
    if path.exists() and any(_would_replace(path, Path(one)) for one in read):
        raise Error(f"{path} is read, and would be replaced: give another name for what is written")


def _would_replace(path: Path, read: Path) -> bool:
    """Whether a file is another one that is read, or an image in a folder that is read."""
    if is_folder(read):
        from waza.data.image_listing import SUFFIXES

        return path.suffix.lower() in SUFFIXES and path.resolve().is_relative_to(read.resolve())
    return exists(read) and path.samefile(read)


def read_by(asked: Any) -> list[str]:
    """The files and folders that options name and that are there, but for those that will be written."""
    values = [getattr(asked, field.name) for field in dataclasses.fields(asked)]
    named = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    for one in asked.outputs():
        named.remove(one)
    return [one for one in named if isinstance(one, str) and exists(one)]


def keep_compiled() -> None:
    """Keep compiled programs between commands; where that is not possible, the user is told."""
    from waza.engine.kept_programs import keep_programs

    try:
        keep_programs()
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        tell(f"waza: compiled programs are not kept ({why}): give another folder in WAZA_CACHE")
