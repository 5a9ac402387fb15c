"""How the command ends: at most one line on standard error, and an exit status."""

import signal
from collections.abc import Callable

from waza.cli.warned import warned
from waza.core import signals, streams
from waza.core.errors import Error
from waza.core.terminal import tell
from waza.engine.watch import Interrupted

FAILED, MISTAKE, SIGNALLED = 1, 2, 128


def status_of(command: Callable[[], None], leaving: bool) -> int | None:
    """Run a command, and return its exit status; None where it ends well.

    Args:
        command: what is run.
        leaving: whether the process ends with it.

    Raises:
        Exception: an error of waza itself, with its traceback.
    """
    streams.make_ready()
    signals.listen()
    ending: tuple[int | None, str] = (None, "")
    try:
        try:
            with warned():
                command()
        except BaseException as error:
            ending = _ending(error)
        try:
            streams.flush()
        except streams.OutputLost as lost:
            ending = ending if ending[0] else _ending(lost)
    finally:
        signals.end(leaving)
    status, line = ending
    if line:
        tell(f"waza: {line}")
    streams.close_errors()
    return status


def _ending(error: BaseException) -> tuple[int | None, str]:
    """The status and the line for what a command has raised; an error of waza itself is raised again."""
    number = signals.asked() or signal.SIGINT
    if isinstance(error, SystemExit):
        return error.code, ""  # type: ignore[return-value]  # of argparse, and of commands
    if isinstance(error, Error):
        return MISTAKE, str(error)
    if isinstance(error, streams.OutputLost):
        return FAILED, str(error) if error.told else ""
    if isinstance(error, Interrupted):
        name = "" if number == signal.SIGINT else f"{signal.Signals(number).name}: "
        return SIGNALLED + number, f"{name}{error}"
    if isinstance(error, KeyboardInterrupt) or signals.obeyed():  # some libraries turn an interruption into an error
        return SIGNALLED + number, signals.stopped(number)
    raise error
