"""Errors in a study file: told by the user's own line, without any line of waza."""

import contextlib
import linecache
import traceback
from collections.abc import Iterator
from pathlib import Path

from waza.core.errors import Error
from waza.core.users_files import is_users_file
from waza.engine.watch import Interrupted

LONGEST = 300


@contextlib.contextmanager
def users_errors(given: str) -> Iterator[None]:
    """Within, an exception that passes through the user's code becomes an `Error` that names its line.

    Args:
        given: the study file as it was named on the command line.

    Raises:
        Error: the file and the line where the user's code was last, the exception, and the source of that line. An
            exception without any line of the user's passes as it is.
    """
    try:
        yield
    except Interrupted:
        raise
    except SyntaxError as error:
        where = _named(given, error.filename or given)
        raise Error(f"{where}:{error.lineno}: {_said(error, error.msg)}{_source(error.text)}") from error
    except (Exception, SystemExit) as error:
        line = _line_of(error)
        if line is None:
            raise
        where = f"{_named(given, line.filename)}:{line.lineno}"
        if isinstance(error, Error):
            raise Error(f"{where}: {' '.join(str(error).split())}") from error
        source = _source(linecache.getline(line.filename, line.lineno or 0))
        raise Error(f"{where}: {_said(error, _text(error))}{source}") from error


def _line_of(error: BaseException) -> traceback.FrameSummary | None:
    """The innermost line of the user's code that an exception passed through."""
    lines = traceback.extract_tb(error.__traceback__)
    return next((line for line in reversed(lines) if is_users_file(line.filename)), None)


def _named(given: str, file: str) -> str:
    """The study file as it was given, another file of the user's by its name."""
    return given if Path(file).name == Path(given).name else Path(file).name


def _said(error: BaseException, text: str) -> str:
    """An exception on one line; of a long message the beginning."""
    text = " ".join(text.split())
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _text(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "the file ends the program before its study has run: leave the call out"
    try:
        return str(error)
    except Exception:  # a user's own exception may have any `__str__`
        return ""


def _source(line: str | None) -> str:
    line = " ".join((line or "").split())
    return f" (in: {line if len(line) <= LONGEST else line[:LONGEST] + '...'})" if line else ""
