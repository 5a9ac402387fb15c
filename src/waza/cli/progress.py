"""Progress of a run on the terminal, and the handling of Ctrl-C."""

import signal
import sys
import threading
import time
from collections.abc import Mapping
from types import FrameType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from waza.engine.watch import Watch

LINE_SECONDS = 10.0


class Progress(Watch):
    """A progress bar with the time left on standard error; a line every 10 s if that is not a terminal.

    The first Ctrl-C stops the run at the end of the current segment; the second stops it at once.
    """

    def __init__(self, name: str):
        self._name = name
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._quiet = not sys.stderr.isatty()
        self._task = self._bar.add_task(name, total=None)
        self._total, self._done, self._said = 0, 0, time.monotonic()
        self._begun = self._said
        self._asked = threading.Event()

    def __enter__(self) -> Self:
        if not self._quiet:
            self._bar.start()
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)
        if not self._quiet:  # stopping a bar that never started would print an empty line
            self._bar.stop()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self._asked.set()

    def reading(self, done: int, total: int) -> None:
        """Show how many files have been read."""
        self._bar.update(self._task, completed=done, total=total, description=f"{self._name}: reading images")

    def compiling(self, programs: int) -> None:
        """Show that programs are being compiled."""
        self._bar.update(self._task, description=f"{self._name}: compiling {programs} programs")

    def training(self, steps: int) -> None:
        """Start the bar for `steps` steps."""
        self._total, self._done, self._begun = steps, 0, time.monotonic()
        self._bar.reset(self._task, total=steps, description=f"{self._name}: training")

    def advance(self, steps: int) -> None:
        """Advance the bar by `steps` steps."""
        self._done += steps
        self._bar.advance(self._task, steps)
        now = time.monotonic()
        if self._quiet and now - self._said > LINE_SECONDS and self._done:
            left = (now - self._begun) * (self._total - self._done) / self._done
            print(
                f"{self._name}: {self._done / self._total:.0%}, about {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
            self._said = now

    def evaluated(self, step: int, measures: Mapping[str, float]) -> None:
        """Show the measures on the validation rows."""
        shown = {name.removeprefix("validation_"): value for name, value in measures.items() if "validation" in name}
        said = ", ".join(f"{name} {value:.3f}" for name, value in shown.items())
        self._bar.update(self._task, description=f"{self._name}: validation {said}")

    def stop_asked(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._asked.is_set()
