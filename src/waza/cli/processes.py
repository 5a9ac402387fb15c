"""`--processes`: a training in several processes, which this command starts, watches and ends.

The command itself computes nothing. Each process that it starts is the same command again, which joins the others. On
one machine it starts all of them; where a launcher has started the command several times, each starts one. Process 0
has the terminal. What libraries of C write is kept aside, and shown only where a process crashes.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from waza.cli.ending import SIGNALLED
from waza.cli.launcher import ADDRESS, COUNT, NUMBER, launched
from waza.core import signals, streams
from waza.core.errors import Error
from waza.core.rank import Rank
from waza.core.terminal import tell

STARTED, ASIDE, BIND = "WAZA_STARTED", "WAZA_ASIDE", "JAX_COORDINATOR_BIND_ADDRESS"
LOST = 75  # exit status of a process whose others are lost
HERE, UNPROXIED = "127.0.0.1", "no_grpc_proxy"  # gRPC would ask a proxy for this machine's own address
OURS = "one machine"
FATAL = ("JAX distributed service", "coordination service")  # what JAX says before it ends a process
OWN = "waza: "
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
TICK = 0.05
GRACE = 5.0  # seconds in which the others end once one has failed
ENDING = 30.0  # seconds in which the others end once process 0 has ended well
KEPT = "what was done is kept: the same command goes on from there, with any number of --processes"
CODE = """import signal, sys
sys.path[:] = {path!r}
from waza.core import signals, streams
streams.make_ready()
signals.listen()
signal.pthread_sigmask(signal.SIG_UNBLOCK, signals.HEARD)
from waza.__main__ import main
from waza.cli.processes import run_one
run_one(main)
"""


class _Process:
    """A process that this command has started.

    Args:
        rank: among the others.
        command: the arguments of Python.
        environment: its variables.
        shown: whether it has the terminal.
    """

    def __init__(self, rank: Rank, command: Sequence[str], environment: Mapping[str, str], shown: bool):
        self.number = rank.number
        self._aside: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        descriptor = self._aside.fileno()
        os.set_inheritable(descriptor, shown)
        settings: dict[str, Any] = {} if shown else {"stdout": subprocess.DEVNULL, "stderr": descriptor}
        variables = {**environment, ASIDE: str(descriptor if shown else 2)}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signals.HEARD)  # until it hears them (CODE)
        try:
            self._process = subprocess.Popen(  # in a group of its own: Ctrl-C reaches this command alone
                command, stdin=subprocess.PIPE, env=variables, process_group=0, close_fds=not shown, **settings
            )  # the first one keeps the descriptors of /dev/fd, to which a shell lets it write
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def send(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def end(self) -> None:
        """End it, also where it is stopped."""
        if self.status is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def said(self) -> str:
        """What was kept aside."""
        self._aside.seek(0)
        return self._aside.read().decode("utf-8", "replace")

    @property
    def line(self) -> str:
        """The last line of its own that was kept aside; "" where there is none."""
        own = [line for line in self.said().splitlines() if line.startswith(OWN)]
        return own[-1].removeprefix(OWN) if own else ""

    @property
    def lost_others(self) -> bool:
        """Whether it has ended because another one did."""
        by_jax = self.status in (1, -signal.SIGABRT) and any(sign in self.said() for sign in FATAL)
        return self.status == LOST or by_jax


def started() -> bool:
    """Whether this process is one that `supervise` has started."""
    return STARTED in os.environ


def supervise(given: Sequence[str], processes: int) -> None:
    """Start the processes of a training, and wait for their end.

    Args:
        given: the arguments of this command.
        processes: their number.

    Raises:
        Error: a process has ended by itself, or does not answer; all others are ended.
        SystemExit: process 0 has said why it ended.
    """
    command = [sys.executable, "-c", CODE.format(path=sys.path), *given]
    rank = launched(os.environ, processes)
    if rank is None:
        address = f"{HERE}:{_free_port()}"
        variables = {ADDRESS: address, BIND: address, COUNT: str(processes), UNPROXIED: HERE}
        ours = [
            ({**os.environ, **variables, NUMBER: str(n), STARTED: OURS}, Rank(processes, n)) for n in range(processes)
        ]
    else:
        ours = [({**os.environ, STARTED: "a launcher"}, rank)]
    signals.postpone(lambda: None, 0.0)
    running: list[_Process] = []
    try:
        for environment, one in ours:
            running.append(_Process(one, command, environment, one.number == 0))
        _wait(running)
        _judge(running, processes)
    finally:
        for process in running:
            process.end()
        signals.interrupt(raising=False)


def _wait(running: Sequence[_Process]) -> None:
    """Wait until all have ended, or some are to be ended; the first signal goes to the first of these processes."""
    asked, until = False, float("inf")
    while any(one.status is None for one in running) and time.monotonic() < until:
        if signals.asked() and not asked:
            asked = True
            running[0].send(signals.asked())
        if running[0].status and not running[0].lost_others:
            return  # it has said why
        if until == float("inf"):
            if any(one.status for one in running):
                until = time.monotonic() + GRACE
            elif running[0].status == 0:
                until = time.monotonic() + ENDING
        time.sleep(TICK)


def _judge(running: Sequence[_Process], processes: int) -> None:
    """Say why a training did not end well, if it did not."""
    status = running[0].status
    if status == 0:
        return
    if signals.asked() and (status is None or status < 0):
        raise signals.Stopped
    told = running[0].number == 0 or (status or 0) > SIGNALLED
    if status and status > 0 and told and not running[0].lost_others:
        raise SystemExit(status)  # it has said why, and what happened to the others follows from that
    for one in running:
        if one.status and not one.lost_others:
            raise Error(_ended(one, processes))
    for one in running:
        if one.status is None:
            raise Error(f"process {one.number} of {processes} does not answer, so all were ended; {KEPT}")
    lost = f"another of the {processes} processes has ended or does not answer, so this one was ended; {KEPT}"
    raise Error(running[0].line or lost)


def _ended(one: _Process, processes: int) -> str:
    """How a process has ended by itself."""
    who, status, said = f"process {one.number} of {processes}", one.status or 0, one.said()
    if status > 0:
        return f"{who}: {one.line}" if one.line else f"{who} has failed: {said.strip()[-2000:]}"
    if -status in CRASHES:
        tell(said.strip()[-2000:])
    return f"{who} was ended by {signal.Signals(-status).name}, so all were ended; {KEPT}"


def _free_port() -> int:
    """A port of this machine alone that nobody listens at."""
    with socket.socket() as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


def run_one(main: Callable[[], None]) -> None:
    """Run the command as one of the processes. One that fails ends at once, and does not wait for the others."""
    try:
        main()
        return
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    if status:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(status)


@contextlib.contextmanager
def joined(processes: int) -> Iterator[int]:
    """Within the training that this process has been started for; yields its number.

    Raises:
        SystemExit: another process is lost; the command that has started this one says it.
    """
    from waza.engine.joining import join, share_cores
    from waza.engine.processes import Lost, together

    aside = int(os.environ.pop(ASIDE))
    if aside != 2:
        streams.set_aside(aside)
    ours = os.environ.pop(STARTED) == OURS
    threading.Thread(target=_end_with_the_command, daemon=True).start()
    rank = launched(os.environ, processes)
    assert rank is not None
    if ours:
        share_cores(rank)
        rank = rank._replace(device=rank.number)
    try:
        join(rank)
        with together():
            yield rank.number
    except Lost as error:
        os.write(2, f"{OWN}{error}\n".encode())  # aside
        raise SystemExit(LOST) from None


def _end_with_the_command() -> None:
    """End this process when the command that has started it ends, however that ends."""
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(LOST)
