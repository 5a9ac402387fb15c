"""Signals that ask the command to stop: Ctrl-C (SIGINT), SIGTERM and SIGHUP.

Python calls the handler of a signal in the main thread between two of its own instructions, and so not while a program
is compiled or a library is loaded. A thread therefore reads each signal at once. The first one

- raises `Stopped` in the main thread, or ends the process there where an exception is not safe: in an import. A main
  thread that has not ended after `GRACE` seconds is ended by the other one;
- is only noted after `postpone`, while a training looks at `asked` itself. The user is told what it waits for.

The second one ends the process at once. This module imports nothing that takes time, since it is the first.
"""

import _thread
import os
import select
import signal
import sys
import time
from collections.abc import Callable

from waza.core import streams

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 1.0  # seconds in which the main thread ends
AGAIN = 0.2  # seconds within which several signals are one: `timeout` and some shells send two
TICK = 0.05
END = 0
IMPORTING = "<frozen importlib"


class Stopped(KeyboardInterrupt):
    """A signal asked the command to stop."""


def stopped(number: int) -> str:
    """What is said at the end.

    >>> stopped(signal.SIGINT), stopped(signal.SIGTERM)
    ('stopped', 'stopped by SIGTERM')
    """
    return "stopped" if number == signal.SIGINT else f"stopped by {signal.Signals(number).name}"


class _Listener:
    """The handlers and the thread, from `listen` to `end`."""

    def __init__(self) -> None:
        self.number = 0  # of the first signal
        self.obeyed_at = 0.0  # when the main thread was interrupted, or stopped by itself
        self.say: Callable[[], None] | None = None
        self.patience = 0.0
        self._said = False
        reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        own = (signal.SIG_DFL, signal.default_int_handler)  # a signal that is ignored, as by nohup, stays so
        self._before = {one: signal.getsignal(one) for one in HEARD if signal.getsignal(one) in own}
        for one in self._before:
            signal.signal(one, self._interrupt)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        self._hearing = _thread.allocate_lock()  # held by the thread
        self._hearing.acquire()
        _thread.start_new_thread(self._hear, (reader,))

    def end(self, leaving: bool) -> None:
        """Restore the handlers; where the process is leaving, a signal from now on ends it without a word."""
        for one, before in self._before.items():
            signal.signal(one, signal.SIG_DFL if leaving else before)
        signal.set_wakeup_fd(self._wakeup)
        sys.unraisablehook = self._hook
        os.write(self._writer, bytes([END]))
        self._hearing.acquire(timeout=GRACE)  # a thread that still ran could end the process later
        os.close(self._writer)

    def interrupt(self, raising: bool) -> None:
        """Interrupt the main thread from now on, and now if a signal has been noted."""
        noted = self.number and not self.obeyed_at
        if noted:
            self.obeyed_at = time.monotonic()  # before the other, which the thread reads
        self.say = None
        if noted and raising:
            raise Stopped

    def _interrupt(self, number: int, frame: object) -> None:
        """The handler, which runs in the main thread."""
        self.number = self.number or number
        if self.say is not None or self.obeyed_at:
            return
        if _importing(frame):
            _leave(self.number)
        self.obeyed_at = time.monotonic()
        raise Stopped

    def _unraisable(self, lost: object) -> None:
        """Pass over a `Stopped` that a callback of C has lost: the thread ends the process."""
        if not isinstance(getattr(lost, "exc_value", None), Stopped):
            self._hook(lost)  # type: ignore[arg-type]

    def _hear(self, reader: int) -> None:
        """The thread: read the signals' numbers."""
        heard_at = 0.0
        while True:
            if select.select([reader], [], [], TICK if heard_at else None)[0]:
                number = os.read(reader, 1)[0]
                if number == END:
                    break
                if number in HEARD and not heard_at:
                    heard_at, self.number = time.monotonic(), self.number or number
                elif number in HEARD and time.monotonic() - heard_at > AGAIN:
                    _leave(self.number)
            if heard_at:
                self._wait(heard_at)
        os.close(reader)
        self._hearing.release()

    def _wait(self, heard_at: float) -> None:
        """Tell the user what the end waits for, or end a main thread that takes too long."""
        say, now = self.say, time.monotonic()
        if say is None and now - (self.obeyed_at or heard_at) > GRACE:
            _leave(self.number)
        if say is not None and not self._said and now - heard_at >= self.patience:
            self._said = True
            say()


_listener: _Listener | None = None


def listen() -> None:
    """Hear signals from now on; nothing changes where they are heard already, or in another than the main thread."""
    global _listener
    if _listener is None and _thread.get_ident() == _main_thread():
        _listener = _Listener()


def end(leaving: bool = False) -> None:
    """Hear no more signals.

    Args:
        leaving: whether the process ends now: the handlers of before are then not restored.
    """
    global _listener
    if _listener is not None:
        _listener.end(leaving)
        _listener = None


def asked() -> int:
    """The number of the signal that asked to stop; 0 if none did."""
    return 0 if _listener is None else _listener.number


def obeyed() -> bool:
    """Whether the main thread has been interrupted by a signal."""
    return _listener is not None and bool(_listener.obeyed_at)


def postpone(say: Callable[[], None], patience: float) -> None:
    """Note a signal from now on, and do not interrupt: the caller looks at `asked`.

    Args:
        say: tells the user what the end waits for; called in another thread.
        patience: seconds from the signal to that.
    """
    if _listener is not None:
        _listener.say, _listener.patience = say, patience


def interrupt(raising: bool = True) -> None:
    """Let a signal interrupt the main thread again.

    Args:
        raising: whether to raise if one was noted meanwhile; otherwise the caller is about to end.

    Raises:
        Stopped: a signal was noted since `postpone`.
    """
    if _listener is not None:
        _listener.interrupt(raising)


def _main_thread() -> int | None:
    """The main thread's number: that of the thread which imported `threading`, or this one before that."""
    threading = sys.modules.get("threading")
    return threading.main_thread().ident if threading is not None else _thread.get_ident()


def _importing(frame: object) -> bool:
    """Whether a frame is within an import, which may lose an exception or turn it into another."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORTING):  # type: ignore[attr-defined]
            return True
        frame = frame.f_back  # type: ignore[attr-defined]
    return False


def _leave(number: int) -> None:
    """End the process with one line; on a terminal, the bar of a progress is removed and the cursor shown again."""
    try:
        drawn = os.isatty(streams.errors()) and os.environ.get("TERM") != "dumb"
        os.write(streams.errors(), (b"\r\x1b[K\x1b[?25h" if drawn else b"") + f"waza: {stopped(number)}\n".encode())
    finally:
        os._exit(128 + number)
