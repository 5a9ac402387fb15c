"""Turn: one pass of a study's units through a crew of workers."""

import hashlib
import linecache
import time
from collections.abc import Callable, Iterator

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.engine.checkpoint import Checkpoint
from waza.engine.code import users_files
from waza.engine.watch import Interrupted, Watch
from waza.engine.work import Outcome, Unit
from waza.executors.crew import Answer, Crew
from waza.executors.place import Place, name_of
from waza.executors.schedule import Schedule
from waza.executors.worker import Report, Sent

WAIT = 0.5  # seconds until the crew is looked at again
STOP_WITHIN = 60.0  # seconds that workers have for the end of their segment once they were asked to stop


class Turn:
    """Hands units to idle workers, and takes what they answer, until all are finished or the watch asks to stop.

    Args:
        crew: the workers.
        sent: the trials.
        schedule: of the units.
        checkpoint_of: the checkpoint of each unit, in this process's store.
        watch: receives progress events.
    """

    def __init__(
        self,
        crew: Crew,
        sent: Sent,
        schedule: Schedule,
        checkpoint_of: Callable[[Unit], Checkpoint | None],
        watch: Watch,
    ):
        self._crew, self._sent, self._schedule = crew, sent, schedule
        self._checkpoint_of, self._watch = checkpoint_of, watch
        self._counted: dict[Unit, int] = {}
        self._stop_by: float | None = None

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        if self._schedule.complete:
            return True
        return self._stop_by is not None and (not self._schedule.running or time.monotonic() > self._stop_by)

    def check_complete(self) -> None:
        """Raises Interrupted where units are left because the watch asked to stop."""
        if not self._schedule.complete:
            raise Interrupted(f"stopped with {self._schedule.left} units left")

    def collect(self) -> Iterator[tuple[str, Unit, Outcome]]:
        """Hand out what can be, wait a little, and return the workers, units and outcomes that are there.

        Raises:
            Error: a unit failed, or the cluster is gone.
        """
        self._hand_out()
        finished = [one for answer in self._crew.answers(WAIT) if (one := self._take(answer)) is not None]
        self._look_after()
        self._hand_out()  # before the outcomes are stored, so that no worker waits for that
        for worker, unit, content in finished:
            yield worker, unit, Outcome.from_bytes(content)

    def abandon(self) -> None:
        """End the workers that still compute: their units are not wanted any more."""
        for worker in list(self._schedule.running):
            self._crew.remove(worker)

    def _hand_out(self) -> None:
        if self._stop_by is not None:
            return
        if self._watch.stop_asked():
            self._stop_by = time.monotonic() + STOP_WITHIN
            for worker in self._schedule.running:
                self._crew.stop(worker)
            return
        self._crew.grow(len(self._schedule.running) + self._schedule.waiting)
        for worker, place in self._crew.there.items():
            if worker not in self._schedule.running:
                unit = self._schedule.next_for(worker, str(place["host"]), time.monotonic())
                if unit is not None:
                    self._crew.compute(worker, self._sent, unit, _content(self._checkpoint_of(unit)))

    def _take(self, answer: Answer) -> tuple[str, Unit, bytes] | None:
        """Take in an answer; a unit that is finished for the first time is returned."""
        now, worker, schedule = time.monotonic(), answer.worker, self._schedule
        if answer.lost:
            schedule.lost(worker, answer.lost, answer.memory)
            return None
        running = schedule.running.get(worker)
        if running is None or answer.call not in ("pulse", "compute"):
            return None
        if answer.call == "pulse":
            schedule.heard(worker, now, *answer.value)
            self._count(running.unit, answer.value.steps)
            return None
        report: Report = answer.value
        if report.ending == "done":
            self._count(running.unit, report.steps)
            digest = hashlib.sha256(report.outcome).hexdigest()
            name = name_of(self._crew.there[worker])
            return (worker, running.unit, report.outcome) if schedule.finished(worker, name, digest, now) else None
        if report.ending == "memory":
            schedule.failed(worker, report.message, memory=True)
        elif report.ending == "stopped":
            schedule.running.pop(worker)
            checkpoint = self._checkpoint_of(running.unit)
            if checkpoint is not None and report.checkpoint:
                write_whole(checkpoint.path, report.checkpoint)
        else:
            raise error_of(report, self._crew.there[worker])
        return None

    def _look_after(self) -> None:
        """Ask the workers where they are; give up those that are late or silent, and end those that are of no use."""
        schedule, now = self._schedule, time.monotonic()
        self._crew.pulses(list(schedule.running))
        if self._stop_by is not None:
            return
        for worker in schedule.late(now):
            name, unit = name_of(self._crew.there[worker]), schedule.running[worker].unit
            self._watch.noted(f"the worker {name} is late with {unit.name} or does not answer: computed elsewhere too")
        for worker in schedule.hopeless(now):
            self._crew.remove(worker)
            schedule.lost(worker, "it did not answer")

    def _count(self, unit: Unit, steps: int) -> None:
        """Pass on a unit's steps, each once, however many workers compute it."""
        before = self._counted.get(unit, 0)
        if steps > before:
            self._counted[unit] = steps
            self._watch.advance(steps - before)


def error_of(report: Report, where: Place) -> Exception:
    """The error that a unit ended with: waza's own as it is, another with the calls in the user's own files."""
    if report.ending == "refused":
        return Error(report.message)
    own = {path for _, path, _ in users_files()}
    calls = [
        f"{file}:{line} in {function}: {linecache.getline(file, line).strip()}"
        for file, line, function in report.trace
        if file in own
    ]
    return Error(f"{report.message} (on {name_of(where)}, not tried again){''.join(f'; {call}' for call in calls)}")


def _content(checkpoint: Checkpoint | None) -> bytes | None:
    """What a worker gets of a checkpoint: its content, empty where there is none yet."""
    if checkpoint is None:
        return None
    return checkpoint.path.read_bytes() if checkpoint.path.is_file() else b""
