"""The target of a table's file where none is given: "y", or an error that shows the columns and suggests one."""

from collections.abc import Sequence
from pathlib import Path

from waza.core.errors import Error
from waza.data.tables import read_table

USUAL = "y"
LIKELY = ("target", "label", "class", "kind", "outcome", "species", "price", "diagnosis", "survived", "churn", "income")
SHOWN = 12


def file_target(data: str, target: str | None) -> str:
    """The column to predict.

    Args:
        data: the table's file.
        target: as it was given; None takes "y".

    Raises:
        Error: none is given, and no column is called "y".
    """
    if target is not None:
        return target
    frame, _ = read_table(Path(data))
    columns = [str(name) for name in frame.columns]
    if USUAL in columns:
        return USUAL
    shown = ", ".join(columns[:SHOWN]) + (f", ... ({len(columns)} in all)" if len(columns) > SHOWN else "")
    raise Error(
        f"{data} has the columns {shown}: give the one to predict, such as --target {_quoted(suggested(columns))}"
    )


def suggested(columns: Sequence[str]) -> str:
    """The column that is most likely the target: one with a usual name, or the last.

    >>> suggested(["id", "Species", "width"]), suggested(["a", "b"])
    ('Species', 'b')
    """
    return next((name for likely in LIKELY for name in columns if name.lower() == likely), columns[-1])


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)
