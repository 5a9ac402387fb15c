"""Standard streams that are closed, full, or have lost their reader."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator

_output, _errors = 1, 2  # the file descriptors to which Python writes


class OutputLost(Exception):
    """Standard output cannot be written.

    Args:
        error: of the system; where the reader has ended, nobody is to be told.
    """

    def __init__(self, error: OSError):
        self.told = not isinstance(error, BrokenPipeError)
        super().__init__(f"cannot write to standard output: {error.strerror}")


def make_ready() -> None:
    """Put streams in place of closed ones, before another file takes their number.

    Standard input is then at its end, a text for standard output is an error, and one for standard error is lost.
    Characters that the encoding of standard output lacks are printed as "?".
    """
    for number, name, flags in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def set_aside(descriptor: int) -> None:
    """Let what libraries of C write to standard output and error go to this file descriptor.

    What Python writes goes where it went before.
    """
    global _output, _errors
    for number, name in ((1, "stdout"), (2, "stderr")):
        before = getattr(sys, name)
        before.flush()
        buffering = 1 if number == 2 or before.isatty() else -1
        own = open(  # noqa: SIM115
            os.dup(number), "w", buffering, encoding=before.encoding, errors=before.errors, closefd=False
        )
        setattr(sys, name, own)
        os.dup2(descriptor, number)
    _output, _errors = sys.stdout.fileno(), sys.stderr.fileno()


def put_back_output() -> None:
    """Let the file descriptor of standard output be that to which Python writes, as /dev/stdout needs it."""
    if _output != 1:
        os.dup2(_output, 1)


def errors() -> int:
    """The file descriptor of standard error as Python writes to it."""
    return _errors


@contextlib.contextmanager
def written() -> Iterator[None]:
    """While text is written to standard output.

    Raises:
        OutputLost: it cannot be.
    """
    try:
        yield
    except OSError as error:
        raise OutputLost(error) from error


def flush() -> None:
    """Write what standard output still holds.

    Raises:
        OutputLost: it cannot be written. The rest is dropped, so that the end of Python does not try again.
    """
    try:
        with written():
            sys.stdout.flush()
    except OutputLost:
        _drop(sys.stdout.fileno())
        raise


def close_errors() -> None:
    """Write what standard error still holds, or drop it."""
    try:
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr.fileno())


def _drop(number: int) -> None:
    """Let what is written to this file descriptor be lost."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


class Errors:
    """Standard error as it is now, whose own errors are passed over: a full disk must not end a training.

    Everything but writing is the stream's own.
    """

    def __init__(self) -> None:
        self._stream = sys.stderr

    def write(self, text: str) -> int:
        """Write a text, if it can be."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held back, if it can be."""
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
