"""The languages of what a user reads, and the texts in them."""

import functools
import os
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

Language: TypeAlias = Literal["en", "ja"]
LANGUAGES: tuple[str, ...] = get_args(Language)


def system_language() -> Language:
    """ "ja" where the system's locale is Japanese, else "en"."""
    settings = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ja" if next((value for value in settings if value), "").startswith("ja") else "en"


@functools.cache
def texts(stem: Path | str, language: str) -> dict[str, Any]:
    """The texts in `<stem>.<language>.toml`, read once a process; the dictionary must not be changed.

    >>> import waza.data
    >>> texts(Path(waza.data.__file__).parent / "notes", "en")["encoding"]
    'The file was read as {encoding}, since it is not UTF-8.'
    """
    return tomllib.loads(Path(f"{stem}.{language}.toml").read_text("utf-8"))
