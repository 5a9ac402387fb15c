"""Progress of a run while it works: a bar on a terminal, a line in a notebook, and nothing elsewhere."""

import contextlib
import importlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from waza.core.controls import one_line
from waza.core.language import system_language, texts
from waza.core.terminal import tell
from waza.engine.watch import Watch

LINE_SECONDS = 10.0
DRAW_SECONDS = 0.2
SURE = 0.05  # the share from which the time that is left is estimated
BAR, STATE, LONGEST_NAME = 10, 21, 21  # cells on a terminal


class State(NamedTuple):
    """How much of a phase is done, and since when it runs.

    Args:
        done, total: steps or files; the total may be unknown.
        begun: the clock when the first of them began.
        language: in which it is told.
    """

    done: int = 0
    total: int | None = None
    begun: float = 0.0
    language: str = "en"

    @property
    def share(self) -> float | None:
        """The share that is done; None where it is unknown."""
        return self.done / self.total if self.total else None

    def left(self, now: float) -> float | None:
        """The seconds that are left; None before a twentieth is done, where an estimate would be wild.

        >>> State(3, 12, 100.0).left(110.0), State(1, 100, 100.0).left(110.0), State().left(1.0)
        (30.0, None, None)
        """
        if not self.total or self.share is None or self.share < SURE:
            return None
        return (now - self.begun) * (self.total - self.done) / self.done

    def text(self, now: float) -> str:
        """The share and the time that is left.

        >>> State(3, 12, 100.0).text(110.0), State(1, 100, 100.0).text(110.0), State().text(1.0)
        ('25 %, about 30 s left', '1 %', '')
        """
        if self.share is None:
            return ""
        say, left = _texts(self.language), self.left(now)
        share = str(say["share"].format(share=f"{100 * self.share:.0f}"))
        return say["left"].format(share=share, time=duration(left, self.language)) if left else share


def duration(seconds: float, language: str = "en") -> str:
    """A time in a few letters.

    >>> duration(9.6), duration(95), duration(3700)
    ('10 s', '2 min', '1.0 h')
    """
    say = _texts(language)
    if seconds < 90:
        return str(say["seconds"].format(time=f"{seconds:.0f}"))
    if seconds < 3600:
        return str(say["minutes"].format(time=f"{seconds / 60:.0f}"))
    return str(say["hours"].format(time=f"{seconds / 3600:.1f}"))


def _texts(language: str) -> dict[str, Any]:
    return texts(Path(__file__).parent / "progress", language)


class Display:
    """A place where progress is shown."""

    def show(self, name: str, text: str, state: "State") -> None:
        """Show what runs, what is being done, and how much of it is done."""
        raise NotImplementedError(f"{type(self).__name__} has no show(name, text, state)")

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
        language: of the texts; by default the system's.
        begun: the clock (`time.monotonic`) when the user began to wait; by default now.
    """

    def __init__(self, name: str, display: Display, language: str | None = None, begun: float | None = None):
        self._notes: list[str] = []
        self._name, self._display = _shortened(one_line(name)), display
        self._language = language or system_language()
        self._say = _texts(self._language)
        self._begun = time.monotonic() if begun is None else begun
        self._phases: tuple[str, ...] = ()
        self._phase, self._text = "", self._say["training"]
        self._state = State(language=self._language)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._display.close(self._notes)

    def _show(self, text: str) -> None:
        self._display.show(self._name, f"{self._phase}: {text}" if self._phase else text, self._state)

    def _begin(self, total: int | None) -> None:
        """Begin to count anew."""
        self._state = State(0, total, time.monotonic(), self._language)

    def announce(self, phases: Sequence[str]) -> None:
        """Name all phases that are to come. Those of a part count only where the whole has named none before."""
        self._phases = self._phases or tuple(phases)

    def phase(self, name: str) -> None:
        """Begin one of the phases that were announced, which is counted from 0 %."""
        number, of = 1 + self._phases.index(name), len(self._phases)
        shown = self._say["phases"][name]
        self._phase = self._say["phase"].format(number=number, of=of, name=shown) if of > 1 else shown
        self._begin(None)
        self._show(self._say["preparing"])

    def reading(self, done: int, total: int) -> None:
        """Show how many files have been read."""
        if self._state.total != total or done < self._state.done:
            self._begin(total)
        self._state = self._state._replace(done=done)
        self._show(self._say["reading"])

    def compiling(self, programs: int) -> None:
        """Show that programs are being compiled."""
        self._show(self._say["compiling" if programs == 1 else "compiling_many"].format(programs=programs))

    def training(self, steps: int) -> None:
        """Begin to count `steps` steps."""
        self._text = self._say["training"]
        self._begin(steps)
        self._show(self._text)

    @property
    def waited(self) -> float:
        """The seconds since the user began to wait."""
        return time.monotonic() - self._begun

    def expected(self, seconds: float) -> None:
        """Say once how long it will take in all, where it takes so many more seconds from now on."""
        whole = duration(self.waited + seconds, self._language)
        self._display.say(self._say["takes"].format(name=self._name, time=whole))

    def tell(self, key: str, **facts: Any) -> None:
        """Say one of the texts at once."""
        self._display.say(self._say[key].format(**facts))

    def advance(self, steps: int) -> None:
        """Count `steps` steps."""
        self._state = self._state._replace(done=self._state.done + steps)
        self._show(self._text)

    def evaluated(self, step: int, measures: Mapping[str, float]) -> None:
        """Show the measures on the validation rows, or an agent's return."""
        shown = {name.removeprefix("validation_"): value for name, value in measures.items() if "validation" in name}
        if shown:
            names = self._say["measures"]
            together = ", ".join(f"{names.get(name, name)} {value:.3g}" for name, value in shown.items())
            self._text = self._say["validation"].format(measures=together)
        elif "return" in measures:
            self._text = self._say["return"].format(value=f"{measures['return']:.4g}")
        self._show(self._text)

    def noted(self, sentence: str) -> None:
        """Keep the sentence for the end."""
        self._notes.append(f"• {sentence}")


class TerminalBar(Display):
    """A bar with the share and the time left on standard error, which is a terminal."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        from waza.core.console import Terminal

        self._bar = Bar(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            BarColumn(BAR),
            TextColumn("{task.fields[state]}", markup=False, table_column=Column(no_wrap=True, min_width=STATE)),
            console=Terminal(errors=True),
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, state="")
        self._of: tuple[int | None, float] | None = None
        self._bar.start()

    def show(self, name: str, text: str, state: State) -> None:
        """Move the bar; another count begins it again."""
        if (state.total, state.begun) != self._of:
            self._of = (state.total, state.begun)
            self._bar.reset(self._task, total=state.total)
        shown = state.text(time.monotonic())
        self._bar.update(self._task, description=f"{name}: {text}", completed=state.done, state=shown)

    def say(self, line: str) -> None:
        """Print the line above the bar."""
        self._bar.console.print(line)

    def close(self, lines: list[str]) -> None:
        """Remove the bar, and print the lines."""
        self._bar.stop()
        for line in lines:
            tell(line)


class Lines(Display):
    """A line on standard error every 10 seconds, and where a phase begins."""

    def __init__(self) -> None:
        self._said = time.monotonic()
        self._phase = ""

    def show(self, name: str, text: str, state: State) -> None:
        """Print the share and the time left, if the last line is old enough."""
        now = time.monotonic()
        phase, of_phases, _ = text.partition(": ")
        head = f"{name}: {phase}" if of_phases else name
        if of_phases and phase != self._phase:
            self._phase, self._said = phase, now
            tell(head)
        elif state.done and now - self._said > LINE_SECONDS:
            self._said = now
            tell(f"{head}: {state.text(now)}")

    def say(self, line: str) -> None:
        """Print the line."""
        tell(line)

    def close(self, lines: list[str]) -> None:
        """Leave nothing."""


class NotebookLine(Display):
    """A line in the output of a notebook's cell, which is updated in place."""

    def __init__(self, show: Any) -> None:
        self._handle = show({"text/plain": ""}, raw=True, display_id=True)
        self._drawn = 0.0

    def show(self, name: str, text: str, state: State) -> None:
        """Update the line, at most five times a second."""
        now = time.monotonic()
        if now - self._drawn > DRAW_SECONDS:
            self._drawn = now
            self._write(": ".join(filter(None, [name, text, state.text(now)])))

    def say(self, line: str) -> None:
        """Replace the line by this one, until there is more to show."""
        self._write(line)

    def close(self, lines: list[str]) -> None:
        """Replace the line by these lines."""
        self._write("\n".join(lines))

    def _write(self, text: str) -> None:
        self._handle.update({"text/plain": text}, raw=True)


def announce_phases(watch: Watch, names: Sequence[str]) -> None:
    """Name the phases that are to come to a watch that shows progress."""
    if isinstance(watch, Progress):
        watch.announce(names)


def begin_phase(watch: Watch, name: str) -> None:
    """Tell a watch that shows progress that a phase begins."""
    if isinstance(watch, Progress):
        watch.phase(name)


def tell_watch(watch: Watch, key: str, **facts: Any) -> None:
    """Say one of the texts to a watch that shows progress; any other one notes it."""
    if isinstance(watch, Progress):
        watch.tell(key, **facts)
    else:
        watch.noted(_texts(system_language())[key].format(**facts))


def _shortened(name: str) -> str:
    """A name that leaves room for the rest of a line.

    >>> _shortened("compare-wine"), _shortened("compare-measurements-of-2026")
    ('compare-wine', 'compare-measurements…')
    """
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


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
