"""How a call or a command ended: fine, refused in one line, or with one of four faults."""

import contextlib
import io
import re
import signal
import subprocess
import sys
import traceback
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from waza.core.errors import Error

FINE, REFUSED = "fine", "refused"
TRACEBACK, HANG, HALF, SILENT = "traceback", "hang", "half-written file", "silent change"
FAULTS = (TRACEBACK, HANG, HALF, SILENT)
LONGEST = 4_100  # characters of a refusal
SECONDS = 60  # after which a call hangs; a loaded machine is no hang


class Ending(NamedTuple):
    """How an input ended.

    Args:
        verdict: FINE, REFUSED, or a fault.
        told: the refusal, or what is wrong.
        meaning: what came out of it.
        remarks: lines on standard error that a command said beside it.
    """

    verdict: str
    told: str = ""
    meaning: str = ""
    remarks: tuple[str, ...] = ()


class _Late(BaseException):
    """The time is over."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `_Late` in the main thread after so many seconds, also out of a call that waits for a file."""

    def late(*_: Any) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judged(call: Callable[[], str], seconds: float = SECONDS) -> Ending:
    """How a call of Python ends. Warnings that a user would see are faults, as tracebacks are."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        try:
            with deadline(seconds):
                meaning = call()
        except Error as error:
            return refused(str(error))
        except _Late:
            return Ending(HANG, f"not ended after {seconds:g} s")
        except MemoryError as error:
            return Ending(TRACEBACK, f"MemoryError: {error}")
        except Exception as error:
            return Ending(TRACEBACK, f"{_line(error)}: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
    shown = [one for one in warned if not issubclass(one.category, DeprecationWarning | ResourceWarning)]
    if shown:
        return Ending(TRACEBACK, f"a warning: {shown[0].category.__name__}: {shown[0].message}")
    return Ending(FINE, meaning=meaning)


def commanded(arguments: Sequence[str], seconds: float = SECONDS) -> Ending:
    """How `waza ARGUMENTS` ends in this process; its meaning is what it prints."""
    from waza.cli import main

    output, errors, status = _Printed(), _Printed(), 0
    stdin = sys.stdin

    def call() -> str:
        nonlocal status
        try:
            main([*arguments])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        return ""

    try:
        sys.stdin = io.TextIOWrapper(io.BytesIO(b""))
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            ending = judged(call, seconds)
    finally:
        sys.stdin = stdin
    if ending.verdict != FINE:
        return ending._replace(verdict=TRACEBACK) if ending.verdict == REFUSED else ending
    return of_process(status, output.text(), errors.text())


def processed(arguments: Sequence[str], cwd: Path, seconds: float = 2 * SECONDS) -> Ending:
    """How the real command ends, in a process of its own."""
    command = [sys.executable, "-m", "waza.cli", *arguments]
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Ending(HANG, f"not ended after {seconds:g} s")
    except ValueError as error:  # a NUL cannot be an argument of any process
        return Ending(REFUSED, str(error))
    return of_process(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


class _Printed(io.TextIOWrapper):
    """Standard output or standard error, in UTF-8."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "utf-8", newline="", write_through=True)

    def text(self) -> str:
        """What was printed."""
        return self.buffer.getvalue().decode("utf-8", "replace")


def of_process(status: int, output: str, errors: str) -> Ending:
    """How a process ended that had this status and printed this."""
    lines = [line for line in errors.splitlines() if line.strip()]
    if status < 0 or "Traceback (most recent call last)" in errors:
        return Ending(TRACEBACK, f"status {status}: {' / '.join(lines[-2:])[:400]}")
    if any(re.match(r"\S+:\d+: \w*Warning", line) or re.match(r"[WE]\d{4} ", line) for line in lines):
        return Ending(TRACEBACK, f"a warning: {' / '.join(lines[:2])[:400]}")
    if status == 0:
        return Ending(FINE, meaning=output, remarks=tuple(line for line in lines if line.startswith("•")))
    refusal = next((line for line in reversed(lines) if line.startswith("waza: ")), None)
    if refusal is None:
        return Ending(TRACEBACK, f"status {status} without a line of its own: {' / '.join(lines)[:300]!r}")
    if lines[-1] != refusal:
        return Ending(TRACEBACK, f"a refusal of several lines: {refusal[:100]!r}, {lines[-1][:100]!r}")
    return refused(refusal.removeprefix("waza: "))


def refused(told: str) -> Ending:
    """A refusal, if it is one line that a terminal shows as it is."""
    if not told.strip():
        return Ending(TRACEBACK, "a refusal without words")
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in told):
        return Ending(TRACEBACK, f"control characters in a refusal: {told[:200]!r}")
    if len(told) > LONGEST:
        return Ending(TRACEBACK, f"a refusal of {len(told):,} characters: {told[:120]!r}")
    return Ending(REFUSED, told)


def _line(error: BaseException) -> str:
    """The last line of waza that a traceback names."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/src/waza/" in frame.filename] or frames
    return f"{own[-1].filename.split('/src/')[-1]}:{own[-1].lineno}"


def left_behind(folder: Path) -> str:
    """The first file that a command left half-written; "" where there is none."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".tmp", ".part") and path.name not in (".x.tmp", "a.part"):
            return str(path.relative_to(folder))
    return ""
