"""Kept files: a JSON file holds its own checksum and those of the files beside it, and is read as a typed record."""

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from waza.core.errors import Damaged
from waza.core.parsing import parsed
from waza.core.plain import NotPlain, open_plain, read_plain

SUMS, ITSELF = "sha256", "this file"


def sum_of(content: bytes) -> str:
    """The sha256 of these bytes.

    >>> sum_of(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(content).hexdigest()


def file_sum(path: Path) -> str:
    """The sha256 of a file, which is read in pieces."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Sealed(NamedTuple):
    """The content of a JSON file with checksums.

    Args:
        facts: its values.
        sums: the checksums, of the facts and of other files by name; None in a file that was written without.
    """

    facts: dict[str, Any]
    sums: dict[str, str] | None

    def check_itself(self) -> dict[str, str]:
        """Compare the facts with their checksum, if there is one; returns those of other files by name.

        Raises:
            ValueError: the facts have changed since they were written.
        """
        if self.sums is None:
            return {}
        others = {name: value for name, value in self.sums.items() if name != ITSELF}
        if self.sums.get(ITSELF) != _own_sum(self.facts, others):
            raise ValueError("its values have changed since they were written: their checksum is another")
        return others

    def check(self, folder: Path, optional: Collection[str] = ()) -> None:
        """Compare the facts, and the other files in this folder, with their checksums, if there are any.

        Args:
            folder: of the other files.
            optional: the names of files that may be missing.

        Raises:
            ValueError: the facts or a file have changed since they were written.
            OSError: a file cannot be read.
        """
        for name, expected in self.check_itself().items():
            if name != Path(name).name:
                raise ValueError(f"it has a checksum of {ascii(name)[:40]}, which is no file beside it")
            missing = name in optional and not (folder / name).exists()
            if not missing and file_sum(folder / name) != expected:
                raise ValueError(f"{name} has changed since it was written: its checksum is another")


def read_record(path: Path, of: Any, remedy: str, beside: bool = True) -> Any:
    """The content of a JSON file that `sealed` made, as a typed record: checksums and types are compared.

    Everything that waza reads back from its own JSON files goes through here.

    Args:
        path: of the file.
        of: the record's type, as `waza.core.parsing.parsed` takes it.
        remedy: what to do where it cannot be read, as the end of the error message.
        beside: whether to compare the files beside it too, which may be large.

    Raises:
        Damaged: it is missing or no plain file, it or a file beside it has changed, or a field is none of its type.
    """
    try:
        read = unsealed(read_plain(path))
        if beside:
            read.check(path.parent)
        else:
            read.check_itself()
        return parsed(of, read.facts)
    except NotPlain:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path, error, remedy) from error


def damaged(path: Path, error: Exception, remedy: str) -> Damaged:
    """The error for a file that cannot be read, on one line.

    >>> print(damaged(Path("runs/a/study.json"), ValueError("it is no JSON"), "run the study again"))
    runs/a/study.json is damaged (it is no JSON): run the study again
    """
    told = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    reason = " ".join((told or type(error).__name__).split())
    return Damaged(f"{path} is damaged ({reason}): {remedy}")


def sealed(facts: Mapping[str, Any], others: Mapping[str, str] | None = None) -> bytes:
    """The text of a JSON file with checksums.

    Args:
        facts: values that JSON can represent, by name.
        others: the checksums of other files in the same folder, by name.

    >>> unsealed(sealed({"step": 3})).facts
    {'step': 3}
    """
    others = others or {}
    return _text({**facts, SUMS: {**others, ITSELF: _own_sum(facts, others)}})


def unsealed(content: bytes) -> Sealed:
    """The content of a JSON file that `sealed` made; its checksums are not compared yet.

    Raises:
        ValueError: it is not a JSON object.
    """
    facts = json.loads(content.decode("utf-8"))
    if not isinstance(facts, dict):
        raise ValueError("it is not a JSON object")
    sums = facts.pop(SUMS, None)
    if sums is not None and not isinstance(sums, dict):
        raise ValueError("its checksums are damaged")
    return Sealed(facts, sums)


def _own_sum(facts: Mapping[str, Any], others: Mapping[str, str]) -> str:
    return sum_of(_text([facts, others]))


def _text(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
