"""Notes: what was decided about a user's data, in words of either language."""

import functools
import tomllib
from pathlib import Path
from typing import Any, NamedTuple


class Note(NamedTuple):
    """A decision by its kind, with what it was about."""

    kind: str
    values: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def say(self, language: str) -> str:
        """The note as a sentence.

        >>> Note("encoding", {"encoding": "cp932"}).say("en")
        'The file was read as cp932, since it is not UTF-8.'
        """
        return _sentences(language)[self.kind].format(**self.values)


@functools.cache
def _sentences(language: str) -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / f"notes.{language}.toml").read_text("utf-8"))
