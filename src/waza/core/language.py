"""The languages of what a user reads, and the texts in them."""

import functools
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from waza.core.errors import Error

Language: TypeAlias = Literal["en", "ja"]
LANGUAGES: tuple[str, ...] = get_args(Language)


def system_language() -> Language:
    """ "ja" where the system's locale is Japanese, else "en"."""
    settings = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ja" if next((value for value in settings if value), "").startswith("ja") else "en"


@functools.cache
def texts(stem: Path | str, language: str) -> dict[str, Any]:
    """The texts in `<stem>.<language>.toml`, read once a process; the dictionary must not be changed.

    Raises:
        Error: there is no such file, or it is no TOML.

    >>> import waza.data
    >>> texts(Path(waza.data.__file__).parent / "notes", "en")["encoding"]
    'The file was read as {encoding}, since it is not UTF-8.'
    """
    file = f"{stem}.{language}.toml"
    try:
        return tomllib.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        raise Error(f"cannot read {file} ({error.strerror}): give its path without .{language}.toml") from error
    except ValueError as error:  # of the encoding, or of TOML
        raise Error(f"{file} is no TOML in UTF-8 ({error}): correct that") from error


_WIDE = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
_BREAKS = re.compile(rf"(?<=[{_WIDE}])\n(?=[{_WIDE}(])|(?<=\))\n(?=[{_WIDE}])|(?<=[、。」])\n")


def unwrapped(text: str) -> str:
    """The text with each paragraph in one line. In Japanese, a line break inside of a paragraph is not a space.

    >>> unwrapped("one\\ntwo\\n\\nthree"), unwrapped("重みは\\n等しく、\\nReLU なら 0\\nです。")
    ('one two\\n\\nthree', '重みは等しく、ReLU なら 0 です。')
    """
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(_BREAKS.sub("", paragraph).replace("\n", " ") for paragraph in paragraphs)
