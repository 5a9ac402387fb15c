"""What `waza use` asks of a model, and what a model gives: predictions in columns, lines, or a text in pieces."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from waza.core.errors import Error
from waza.kinds.option import Options, option

MOST_TEMPERATURE = 1e6  # of a sampling: far below, all tokens are as likely
MOST_BEAM = 100  # far above what is useful: wider searches find worse sentences, and need much memory


class Predictions(NamedTuple):
    """Predictions as columns by name, and notes (`waza.data.Note`) on the files."""

    columns: Mapping[str, Any]
    notes: Sequence[Any] = ()


class Lines(NamedTuple):
    """Lines of text, and notes (`waza.data.Note`) on those that were given.

    Attributes:
        lines: the text.
        notes: on the input.
        told: whether the lines tell what was done, and are printed in any case; otherwise they go to --output.
    """

    lines: Sequence[str]
    notes: Sequence[Any] = ()
    told: bool = False


class Writing(NamedTuple):
    """A text that comes in pieces, and notes (`waza.data.Note`) on what it continues."""

    pieces: Iterator[str]
    notes: Sequence[Any] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class InputOptions(Options):
    """The options of a model that predicts on files."""

    input: tuple[str, ...] | None = option(None, "files to predict on", metavar="FILE")
    output: str | None = option(None, "write the predictions to this CSV file", metavar="FILE")

    def __post_init__(self):
        super().__post_init__()
        if self.input is None:
            raise Error("give --input with files to predict on")

    def outputs(self) -> tuple[str, ...]:
        """The predictions' file."""
        return () if self.output is None else (self.output,)


def predictions(model: Any, paths: Sequence[str]) -> Predictions:
    """The predictions of a `Model` on files.

    Raises:
        Error: no file can be used.
    """
    given, notes = model.preparation.read([Path(path) for path in paths])
    return Predictions(model.answers(given), notes)
