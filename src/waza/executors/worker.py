"""Worker: computes units in a process of its own, whatever brings them there."""

import dataclasses
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.engine.checkpoint import Checkpoint
from waza.engine.executors import InProcess
from waza.engine.mapping import Chosen, How
from waza.engine.watch import Interrupted, Watch
from waza.engine.work import Trials, Unit
from waza.executors.conditions import Conditions
from waza.executors.parcel import unpack
from waza.executors.place import place

Ending = Literal["done", "stopped", "refused", "failed", "memory"]
WATCH = "watch"  # the threads that answer while a unit is computed
NO_MEMORY = ("RESOURCE_EXHAUSTED", "Out of memory", "bad_alloc")


class Sent(NamedTuple):
    """A parcel as a worker receives it: handles, which the worker opens once.

    Args:
        key: a digest of the content; trials with the same key are kept.
        content: the handle of the trials without their large arrays.
        arrays: the handles of the large arrays, by digest.
        modules: the handle of the user's own modules.
    """

    key: str
    content: Any
    arrays: Mapping[str, Any]
    modules: Any


class Begun(NamedTuple):
    """A worker's answer before it gets anything to compute: where it is, and which condition it does not meet."""

    place: Mapping[str, Any]
    unmet: str


class Pulse(NamedTuple):
    """Where a worker is in its unit, and the largest memory that its process has had, in bytes."""

    steps: int
    memory: int


@dataclasses.dataclass(frozen=True)
class Report:
    """How a unit ended on a worker.

    Args:
        ending: "done"; "stopped" as asked; "refused" by an error of waza; "failed" by an error of other code; "memory"
            where there was too little.
        outcome: the bytes of an `Outcome`, where it is done.
        checkpoint: from which a stopped unit goes on, where one was asked for.
        message: of an error.
        trace: the calls that led to it, outermost first, as (file, line, function).
        steps: that were done.
    """

    ending: Ending
    outcome: bytes = b""
    checkpoint: bytes = b""
    message: str = ""
    trace: tuple[tuple[str, int, str], ...] = ()
    steps: int = 0


class Told(Watch):
    """Counts a unit's steps, and passes on the request to stop."""

    def __init__(self) -> None:
        self.steps, self.asked = 0, False

    def advance(self, steps: int) -> None:
        """Count steps."""
        self.steps += steps

    def stop_asked(self) -> bool:
        """Whether the unit is to stop."""
        return self.asked


class Worker:
    """A worker. Its methods are called from other processes; `pulse` and `stop` while `compute` works.

    Args:
        fetch: opens a handle of `Sent`.
    """

    def __init__(self, fetch: Callable[[Any], Any]):
        self._fetch = fetch
        self._executor = InProcess()
        self._trials: tuple[str, Trials] | None = None
        self._arrays: dict[str, np.ndarray] = {}
        self._told = Told()

    def begin(self, conditions: Conditions) -> Begun:
        """Compare the conditions, and start JAX; nothing that the user wrote has run before."""
        unmet = conditions.unmet()
        if unmet:
            return Begun({"host": os.uname().nodename, "process": os.getpid()}, unmet)
        unmet = conditions.apply()
        return Begun(place(), unmet)

    def mappings(self, sent: Sent, how: How | None) -> list[Chosen] | Report:
        """The mappings of each group, measured here where there is a choice."""
        try:
            return self._executor.mappings(self._open(sent), how, Watch())
        except Exception as error:
            return _of_error(error)

    def compute(self, sent: Sent, unit: Unit, checkpoint: bytes | None) -> Report:
        """Compute a unit.

        Args:
            sent: its trials.
            unit: the block and group.
            checkpoint: of a unit that was stopped; empty for a new one, and None where no checkpoint is wanted.
        """
        self._told = Told()
        with tempfile.TemporaryDirectory(prefix="waza-") as folder:
            kept = None if checkpoint is None else Checkpoint(Path(folder) / "unit", "run the study again")
            try:
                if kept is not None and checkpoint:
                    kept.path.write_bytes(checkpoint)
                ((_, outcome),) = self._executor.run(self._open(sent), [unit], lambda _: kept, self._told)
            except Interrupted:  # before the first segment ends, nothing is kept
                return Report("stopped", checkpoint=kept.path.read_bytes() if kept and kept.path.exists() else b"")
            except Exception as error:
                return _of_error(error)
        return Report("done", outcome.to_bytes(), steps=self._told.steps)

    def pulse(self) -> Pulse:
        """Answer at once, also while a unit is computed."""
        unit = 1 if sys.platform == "darwin" else 1024
        return Pulse(self._told.steps, unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    def stop(self) -> None:
        """Ask the unit that is being computed to stop at the end of its segment."""
        self._told.asked = True

    def _open(self, sent: Sent) -> Trials:
        """The trials that were sent; those of the last call are kept, with the arrays that both have in common."""
        if self._trials is None or self._trials[0] != sent.key:
            self._arrays = {
                digest: self._arrays[digest] if digest in self._arrays else self._fetch(handle)
                for digest, handle in sent.arrays.items()
            }
            trials = unpack(self._fetch(sent.content), self._fetch(sent.modules), self._arrays.__getitem__)
            self._trials, self._executor = (sent.key, trials), InProcess()
        return self._trials[1]


for _method in ("pulse", "stop"):
    # What `ray.method(concurrency_group=...)` sets. It is set here, where a worker imports the class too, without Ray.
    getattr(Worker, _method).__ray_concurrency_group__ = WATCH


def _of_error(error: Exception) -> Report:
    """The report of an error, without the error itself: its class may be unknown elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    trace = tuple((frame.filename, frame.lineno or 0, frame.name) for frame in frames)
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or any(sign in message for sign in NO_MEMORY):
        return Report("memory", message=message, trace=trace)
    if isinstance(error, Error):
        return Report("refused", message=str(error), trace=trace)
    return Report("failed", message=message, trace=trace)
