"""Progress of a command, and the handling of Ctrl-C."""

import signal
import sys
import threading
from types import FrameType
from typing import Self

from waza.study import progress


class Progress(progress.Progress):
    """A bar on standard error; a line every 10 s if that is not a terminal.

    The first Ctrl-C stops the run at the end of the current segment; the second stops it at once. The arguments are
    those of `waza.study.progress.Progress`, without the display.
    """

    def __init__(self, name: str, language: str | None = None, begun: float | None = None):
        display = progress.TerminalBar() if sys.stderr.isatty() else progress.Lines()
        super().__init__(name, display, language, begun)
        self._asked = threading.Event()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)
        super().__exit__(*exception)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()

    def stop_asked(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._asked.is_set()
