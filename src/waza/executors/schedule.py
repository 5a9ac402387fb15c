"""Schedule: which unit a worker computes next, and what follows when a worker is late, silent or lost."""

import dataclasses
import math
from collections import Counter, deque
from collections.abc import Iterable
from typing import NamedTuple

from waza.core.errors import Error
from waza.core.memory import shown_bytes
from waza.engine.mapping import How
from waza.engine.work import Unit

SILENCE = 20.0  # seconds without an answer after which a worker counts as stopped
GRACE = 20.0  # seconds beyond the time that a unit was measured to take after which it counts as late
MOST_LOSSES = 6  # workers that one unit may lose
ALONE_AFTER = 3  # losses after which a unit is computed while its machine does nothing else


Kind = tuple[int, How]  # a unit's group and mapping


@dataclasses.dataclass
class Running:
    """A unit on a worker: since when, when the worker last answered, and when it had last done steps."""

    unit: Unit
    since: float
    heard: float
    moved: float
    steps: int = 0
    memory: int = 0
    given_up: bool = False  # it has been given to another worker too


class First(NamedTuple):
    """Who computed a unit first, the digest of the outcome, and when it came."""

    worker: str
    digest: str
    at: float


class Schedule:
    """Hands out units. It knows workers by their names, and reads no clock: times are given.

    Args:
        units: to be computed.
        warm: the groups and mappings that each worker has compiled; it is kept up to date.
    """

    def __init__(self, units: Iterable[Unit], warm: dict[str, set[Kind]] | None = None):
        self._waiting = deque(units)
        self._left = set(self._waiting)
        self._machines: dict[str, str] = {}
        self._warm = {} if warm is None else warm
        self.running: dict[str, Running] = {}
        self._first: dict[Unit, First] = {}
        self._seconds: dict[Kind, float] = {}
        self._losses: Counter[Unit] = Counter()
        self._memory: dict[Unit, int] = {}
        self._alone: set[Unit] = set()

    @property
    def complete(self) -> bool:
        """Whether every unit has its outcome."""
        return not self._left

    @property
    def waiting(self) -> int:
        """The number of units that no worker has."""
        return len(self._waiting)

    def next_for(self, worker: str, machine: str, now: float) -> Unit | None:
        """The unit that an idle worker on a machine begins; None where there is none for it.

        The first one of a group that the worker has compiled, else the first of all.
        """
        self._machines[worker] = machine
        warm = self._warm.setdefault(worker, set())
        others = [
            running for one, running in self.running.items() if self._machines[one] == machine and not running.given_up
        ]
        if any(running.unit in self._alone for running in others):
            return None
        allowed = [unit for unit in self._waiting if unit not in self._alone or not others]
        reserved = self._alone.intersection(self._waiting)
        if reserved and others and machine == min(self._machines.values()):
            return None  # this machine is being emptied for a unit that is to be alone
        if not allowed:
            return None
        lonely = next((unit for unit in allowed if unit in self._alone), None)
        known = next((unit for unit in allowed if unit[1:] in warm), allowed[0])
        unit = lonely or known
        self._waiting.remove(unit)
        self.running[worker] = Running(unit, now, now, now)
        warm.add((unit.group, unit.how))
        return unit

    def heard(self, worker: str, now: float, steps: int = 0, memory: int = 0) -> None:
        """A worker has answered that it has done these steps of its unit."""
        running = self.running.get(worker)
        if running is not None:
            running.heard, running.memory = now, max(memory, running.memory)
            if steps != running.steps:
                running.moved, running.steps = now, steps

    @property
    def left(self) -> int:
        """The number of units without an outcome."""
        return len(self._left)

    def finished(self, worker: str, name: str, digest: str, now: float) -> bool:
        """A worker has finished its unit; whether this is the unit's first outcome.

        Args:
            worker: it.
            name: for messages.
            digest: of the outcome.
            now: the time.

        Raises:
            Error: the unit's first outcome has other bits.
        """
        running = self.running.pop(worker)
        unit, kind = running.unit, (running.unit.group, running.unit.how)
        self._seconds[kind] = max(self._seconds.get(kind, 0.0), now - running.since)
        if unit in self._left:
            self._left.discard(unit)
            if unit in self._waiting:  # it was to be computed once more
                self._waiting.remove(unit)
            self._first[unit] = First(name, digest, now)
            return True
        first = self._first[unit]
        if first.digest != digest:
            raise Error(
                f"{first.worker} and {name} computed {unit.name} with different bits: their machines differ; give "
                "workers of one kind (--same-machines)"
            )
        return False

    def late(self, now: float) -> list[str]:
        """Workers to give up, once each: silent ones, and those whose unit takes longer than such units were measured.

        Their units are handed out once more.
        """
        found = []
        for worker, running in self.running.items():
            overdue = now - running.since > self._expected(running.unit) + GRACE
            if not running.given_up and (self._silent(running, now) or overdue):
                running.given_up = True
                if running.unit in self._left:
                    self._waiting.appendleft(running.unit)
                found.append(worker)
        return found

    def hopeless(self, now: float) -> list[str]:
        """Workers to end: given up, and their unit was finished elsewhere, or there is no one else to compute it."""
        known = set(self._machines)
        given_up = {one for one, running in self.running.items() if running.given_up}
        return [worker for worker in given_up if self._is_hopeless(self.running[worker], known == given_up, now)]

    def _is_hopeless(self, running: Running, only: bool, now: float) -> bool:
        first = self._first.get(running.unit)
        if first is not None:
            return self._silent(running, now) or now - first.at > GRACE
        stuck = now - running.moved > self._expected(running.unit) + GRACE
        return only and (self._silent(running, now) or stuck)

    def _silent(self, running: Running, now: float) -> bool:
        return now - running.heard > SILENCE

    def _expected(self, unit: Unit) -> float:
        """The longest time that such a unit was measured to take; without end where none was."""
        return self._seconds.get((unit.group, unit.how), math.inf)

    def lost(self, worker: str, why: str, memory: bool = False) -> None:
        """A worker is gone; its unit is handed out once more.

        Args:
            worker: its name.
            why: it is gone.
            memory: whether it ran out of memory.

        Raises:
            Error: the unit ran out of memory also while its machine did nothing else, or lost too many workers.
        """
        self._machines.pop(worker, None)
        self._warm.pop(worker, None)
        self.failed(worker, why, memory)

    def failed(self, worker: str, why: str, memory: bool) -> None:
        """A worker did not finish its unit, which is handed out once more or refused as `lost` says."""
        running = self.running.pop(worker, None)
        if running is None or running.unit not in self._left:
            return
        unit = running.unit
        self._memory[unit] = max(self._memory.get(unit, 0), running.memory)
        self._losses[unit] += 1
        if memory and unit in self._alone:
            needs = f" more than {shown_bytes(self._memory[unit])}" if self._memory[unit] else " more than there is"
            raise Error(
                f"{unit.name} needs{needs} of memory, and ran out of it also while its machine did nothing else: "
                "give machines with more memory, or a study with smaller batches or fewer seeds at once (block)"
            )
        if self._losses[unit] >= MOST_LOSSES:
            raise Error(f"{unit.name} has lost {MOST_LOSSES} workers, the last one so: {why}; look at their logs")
        if memory or self._losses[unit] >= ALONE_AFTER:
            self._alone.add(unit)
        if unit not in self._waiting and not any(unit == one.unit for one in self.running.values()):
            self._waiting.appendleft(unit)
