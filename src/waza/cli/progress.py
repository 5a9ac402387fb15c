"""Progress of a command, and what a signal does meanwhile."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from waza.core import signals
from waza.core.language import texts
from waza.engine.watch import Interrupted
from waza.study import progress

PATIENCE = 1.0  # seconds from a signal to the word of it where a segment, of about half a second, is waited for


class Progress(progress.Progress):
    """A bar on standard error; a line every 10 s if that is not a terminal.

    While programs are compiled and trained, a signal stops the run at the end of the compilation or of the current
    segment, and a second one at once. Otherwise the first one stops it at once. The arguments are those of
    `waza.study.progress.Progress`, without the display.
    """

    def __init__(self, name: str, language: str | None = None, begun: float | None = None):
        display = progress.TerminalBar() if sys.stderr.isatty() else progress.Lines()
        super().__init__(name, display, language, begun)

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        signals.interrupt(raising=exception[0] is None)

    def reading(self, done: int, total: int) -> None:
        """Show how many files have been read."""
        signals.interrupt()
        super().reading(done, total)

    def phase(self, name: str) -> None:
        """Begin one of the phases that were announced."""
        signals.interrupt()
        super().phase(name)

    def compiling(self, programs: int) -> None:
        """Show that programs are being compiled."""
        super().compiling(programs)
        signals.postpone(partial(self._say_waiting, "compile"), 0.0)

    def training(self, steps: int) -> None:
        """Begin to count `steps` steps."""
        super().training(steps)
        signals.postpone(partial(self._say_waiting, "segment"), PATIENCE)

    def trained(self) -> None:
        """Training has ended."""
        signals.interrupt()

    def stop_asked(self) -> bool:
        """Whether a signal asked to stop."""
        return bool(signals.asked())

    def _say_waiting(self, what: str) -> None:
        say = texts(Path(__file__).with_suffix(""), self._language)
        again = say["again"] if signals.asked() == signal.SIGINT else ""
        self._display.say(say[what].format(name=self._name) + again)


@contextlib.contextmanager
def resumable() -> Iterator[None]:
    """Say of a command that was stopped how it goes on.

    Raises:
        Interrupted: it was stopped.
    """
    try:
        yield
    except (Interrupted, signals.Stopped) as error:
        stopped = error if isinstance(error, Interrupted) else "stopped"
        raise Interrupted(f"{stopped}; what was done is kept: the same command goes on from there") from None
