"""Progress of a run while it works: a bar on a terminal, a line in a notebook, and nothing elsewhere."""

import contextlib
import importlib
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, Self

from waza.engine.watch import Watch

LINE_SECONDS = 10.0
DRAW_SECONDS = 0.2
SECONDS_UP_TO = 90  # from there on minutes, and from as many minutes on hours


class Display:
    """A place where progress is shown."""

    def show(self, text: str, done: int, total: int | None) -> None:
        """Show what is being done, and how much of it is done."""
        raise NotImplementedError(f"{type(self).__name__} has no show(text, done, total)")

    def say(self, line: str) -> None:
        """Show a line that stays."""
        raise NotImplementedError(f"{type(self).__name__} has no say(line)")

    def close(self, lines: list[str]) -> None:
        """End the display, and leave these lines."""
        raise NotImplementedError(f"{type(self).__name__} has no close(lines)")


class Progress(Watch):
    """A watch that shows the progress of a run while it is entered, and does not handle Ctrl-C.

    Args:
        name: of what runs.
        display: where it is shown.
    """

    def __init__(self, name: str, display: Display):
        self._notes: list[str] = []
        self._name, self._display = name, display
        self._text, self._done = "training", 0
        self._total: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._display.close(self._notes)

    def _show(self, text: str) -> None:
        self._display.show(f"{self._name}: {text}", self._done, self._total)

    def reading(self, done: int, total: int) -> None:
        """Show how many files have been read."""
        self._done, self._total = done, total
        self._show("reading images")

    def compiling(self, programs: int) -> None:
        """Show that programs are being compiled."""
        self._show(f"compiling {programs} programs")

    def training(self, steps: int) -> None:
        """Begin to count `steps` steps."""
        self._text, self._done, self._total = "training", 0, steps
        self._show(self._text)

    def expected(self, seconds: float) -> None:
        """Say once how long it will take in all, before the main part begins."""
        self._display.say(f"{self._name}: takes {about(seconds)}")

    def advance(self, steps: int) -> None:
        """Count `steps` steps."""
        self._done += steps
        self._show(self._text)

    def evaluated(self, step: int, measures: Mapping[str, float]) -> None:
        """Show the measures on the validation rows."""
        shown = {name.removeprefix("validation_"): value for name, value in measures.items() if "validation" in name}
        if shown:
            self._text = "validation " + ", ".join(f"{name} {value:.3f}" for name, value in shown.items())
        self._show(self._text)

    def noted(self, sentence: str) -> None:
        """Keep the sentence for the end."""
        self._notes.append(f"• {sentence}")


class TerminalBar(Display):
    """A bar with the time left on standard error, which is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

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
        self._task = self._bar.add_task("", total=None)
        self._of: int | None = None
        self._bar.start()

    def show(self, text: str, done: int, total: int | None) -> None:
        """Move the bar; another total begins it again."""
        if total != self._of or done == 0:
            self._of = total
            self._bar.reset(self._task, total=total)
        self._bar.update(self._task, description=text, completed=done)

    def say(self, line: str) -> None:
        """Print the line above the bar."""
        self._bar.console.print(line, highlight=False, markup=False)

    def close(self, lines: list[str]) -> None:
        """Remove the bar, and print the lines."""
        self._bar.stop()
        for line in lines:
            print(line, file=sys.stderr, flush=True)


class Lines(Display):
    """A line on standard error every 10 seconds."""

    def __init__(self) -> None:
        self._begun = self._said = time.monotonic()

    def show(self, text: str, done: int, total: int | None) -> None:
        """Print the share and the time left, if the last line is old enough."""
        now = time.monotonic()
        if done == 0:
            self._begun = now
        elif total and now - self._said > LINE_SECONDS:
            self._said = now
            print(_line(text.partition(":")[0], done, total, now - self._begun), file=sys.stderr, flush=True)

    def say(self, line: str) -> None:
        """Print the line."""
        print(line, file=sys.stderr, flush=True)

    def close(self, lines: list[str]) -> None:
        """Leave nothing."""


class NotebookLine(Display):
    """A line in the output of a notebook's cell, which is updated in place."""

    def __init__(self, show: Any) -> None:
        self._handle = show({"text/plain": ""}, raw=True, display_id=True)
        self._begun, self._drawn = time.monotonic(), 0.0

    def show(self, text: str, done: int, total: int | None) -> None:
        """Update the line, at most five times a second."""
        now = time.monotonic()
        if done == 0:
            self._begun = now
        if now - self._drawn > DRAW_SECONDS:
            self._drawn = now
            self._write(_line(text, done, total, now - self._begun) if done and total else text)

    def say(self, line: str) -> None:
        """Replace the line by this one, until there is more to show."""
        self._write(line)

    def close(self, lines: list[str]) -> None:
        """Replace the line by these lines."""
        self._write("\n".join(lines))

    def _write(self, text: str) -> None:
        self._handle.update({"text/plain": text}, raw=True)


def about(seconds: float) -> str:
    """A duration in words, rounded.

    >>> about(3.2), about(47.0), about(400.0), about(9000.0)
    ('about 5 s', 'about 45 s', 'about 7 min', 'about 2.5 h')
    """
    if seconds < SECONDS_UP_TO:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    minutes = seconds / 60
    return f"about {minutes:.0f} min" if minutes < SECONDS_UP_TO else f"about {minutes / 60:.1f} h"


def _line(text: str, done: int, total: int, seconds: float) -> str:
    """The share that is done and the time that is left.

    >>> _line("mlp", 30, 120, 5.0)
    'mlp: 25%, about 15 s left'
    """
    return f"{text}: {done / total:.0%}, about {seconds * (total - done) / done:.0f} s left"


def _display() -> Display | None:
    """The display that a reader of this process can see; None where there is none."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is not None and getattr(shell, "kernel", None) is not None:
        return NotebookLine(importlib.import_module("IPython.display").display)
    return TerminalBar() if sys.stderr.isatty() else None


@contextlib.contextmanager
def watched(name: str, watch: Watch | None) -> Iterator[Watch]:
    """The watch that was given. Where none was, one that shows progress on a terminal or in a notebook.

    Args:
        name: of what runs.
        watch: `Watch()` shows nothing anywhere.
    """
    display = _display() if watch is None else None
    if watch is not None or display is None:
        yield watch or Watch()
        return
    with Progress(name, display) as progress:
        yield progress
