"""Crew: the workers of a cluster, and what they answer."""

import contextlib
import dataclasses
import importlib
import itertools
import math
import time
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from waza.core.errors import Error
from waza.engine.work import Unit
from waza.executors.cluster import Cluster
from waza.executors.conditions import Conditions
from waza.executors.place import Place, check_same, name_of
from waza.executors.worker import WATCH, Sent, Worker

Call = Literal["begin", "mappings", "compute", "pulse"]
PULSE_EVERY = 2.0  # seconds between two questions to a worker
LOOK_EVERY = 10.0  # seconds between two questions whether the cluster is there, and how large it is
START_WITHIN = 300.0  # seconds in which a first worker must have begun


class Answer(NamedTuple):
    """What a worker answered to a call; `lost` says why where it is gone, and `memory` whether that was for memory."""

    worker: str
    call: Call
    value: Any
    lost: str = ""
    memory: bool = False


@dataclasses.dataclass
class Member:
    """A worker of the crew; its place is known once it has begun."""

    name: str
    actor: Any
    asked: float = 0.0
    place: Place | None = None
    pulse_due: bool = True


class Crew:
    """Workers, each a process of the cluster with as many devices as this one.

    Args:
        cluster: they are started in.
        conditions: that each must meet.
        workers: their number; None takes as many as the cluster has room for.
        workers_per_gpu: workers that share a GPU.
        same_machines: whether a machine of another kind than the first worker's is refused.
    """

    def __init__(
        self,
        cluster: Cluster,
        conditions: Conditions,
        workers: int | None,
        workers_per_gpu: int,
        same_machines: bool,
    ):
        self.cluster, self._conditions, self._wanted, self._same = cluster, conditions, workers, same_machines
        on_gpu = conditions.platform != "cpu"
        self._needs: dict[str, float] = {"num_cpus": 1 if on_gpu else conditions.devices}
        if on_gpu:
            self._needs["num_gpus"] = conditions.devices / workers_per_gpu
        self._remote = cluster.ray.remote(
            max_restarts=0, max_task_retries=0, concurrency_groups={WATCH: 1}, **self._needs
        )(Worker)
        self._members: dict[str, Member] = {}
        self._calls: dict[Any, tuple[str, Call]] = {}
        self._numbers = itertools.count()
        self._alone_since = time.monotonic()  # without any worker
        self._looked = -math.inf
        self._fit = 1
        self._first: Place | None = None

    @property
    def there(self) -> dict[str, Place]:
        """The places of the workers that have begun, by name."""
        return {name: one.place for name, one in self._members.items() if one.place is not None}

    def grow(self, units: int) -> None:
        """Start workers up to the number that is wanted, and no more than there are units.

        Raises:
            Error: the cluster has had no room for a single worker for some minutes.
        """
        if time.monotonic() - self._looked > LOOK_EVERY:
            self._looked = time.monotonic()
            with self.cluster.errors():
                self.cluster.check()
                self._fit = self._room()
        wanted = min(self._fit if self._wanted is None else self._wanted, units)
        for _ in range(wanted - len(self._members)):
            name = f"worker-{next(self._numbers)}"
            self._members[name] = Member(name, self._remote.remote(_opened))
            self._ask(name, "begin", self._conditions)
        if self.there:
            self._alone_since = time.monotonic()
        waited = time.monotonic() - self._alone_since
        if waited > START_WITHIN:
            raise Error(
                f"no worker has started within {waited:.0f} s: each needs {self._needs}, and the cluster has "
                f"{_shown(self.cluster.ray.cluster_resources())}; give a larger machine, or waza fewer devices"
            )

    def compute(self, worker: str, sent: Sent, unit: Unit, checkpoint: bytes | None) -> None:
        """Let a worker compute a unit."""
        self._ask(worker, "compute", sent, unit, checkpoint)

    def mappings(self, worker: str, sent: Sent, how: Any) -> None:
        """Let a worker choose the mappings."""
        self._ask(worker, "mappings", sent, how)

    def pulses(self, workers: Sequence[str]) -> None:
        """Ask workers where they are, each at most every `PULSE_EVERY` seconds and never twice at once."""
        now = time.monotonic()
        for name in workers:
            member = self._members[name]
            if member.pulse_due and now - member.asked > PULSE_EVERY:
                member.asked, member.pulse_due = now, False
                self._ask(name, "pulse")

    def stop(self, worker: str) -> None:
        """Ask a worker to stop at the end of its segment."""
        self._members[worker].actor.stop.remote()

    def answers(self, seconds: float) -> list[Answer]:
        """What has been answered, after waiting at most this long for a first answer."""
        if not self._calls:
            time.sleep(min(seconds, 0.1))
            return []
        ray = self.cluster.ray
        with self.cluster.errors():
            ready, _ = ray.wait(list(self._calls), num_returns=1, timeout=seconds)
            if ready:
                ready, _ = ray.wait(list(self._calls), num_returns=len(self._calls), timeout=0)
            return [answer for handle in ready if (answer := self._answer(handle)) is not None]

    def remove(self, worker: str) -> None:
        """End a worker, whatever it does."""
        member = self._members.pop(worker, None)
        self._calls = {handle: call for handle, call in self._calls.items() if call[0] != worker}
        if member is not None:
            with contextlib.suppress(Exception):  # a cluster that is gone has no workers any more
                self.cluster.ray.kill(member.actor)

    def close(self) -> None:
        """End all workers."""
        for name in list(self._members):
            self.remove(name)

    def _ask(self, worker: str, call: Call, *given: Any) -> None:
        self._calls[getattr(self._members[worker].actor, call).remote(*given)] = worker, call

    def _answer(self, handle: Any) -> Answer | None:
        """The answer to a call; None for one that concerns the crew alone.

        Raises:
            Error: the worker does not meet the conditions.
        """
        worker, call = self._calls.pop(handle, ("", "pulse"))
        member, exceptions = self._members.get(worker), self.cluster.ray.exceptions
        if member is None:
            return None
        try:
            value = self.cluster.ray.get(handle)
        except exceptions.RayTaskError as error:  # of waza's own code, or of what the worker imports
            raise Error(f"a worker could not {call}: {_told(error)}; install the same waza there") from error
        except (exceptions.OutOfMemoryError, exceptions.WorkerCrashedError, exceptions.RayActorError) as error:
            if "ModuleNotFoundError" in str(error) or "ImportError" in str(error):
                raise Error(f"a worker could not start: {_told(error)}; install the same waza there") from error
            self.remove(worker)
            memory = isinstance(error, exceptions.OutOfMemoryError) or "low on memory" in str(error)
            return Answer(worker, call, None, _told(error), memory)
        if call == "pulse":
            member.pulse_due = True
        if call != "begin":
            return Answer(worker, call, value)
        name = name_of(value.place)
        if value.unmet:
            raise Error(f"the worker {name} has {value.unmet}: other versions give other bits; make both the same")
        self._first = self._first or value.place
        if self._same:
            check_same(value.place, self._first)
        member.place = value.place
        return Answer(worker, call, value)

    def _room(self) -> int:
        """The number of workers that fit into the cluster as it is now; at least one, which may have to wait."""
        total = self.cluster.ray.cluster_resources()
        ask = {"CPU": self._needs["num_cpus"], "GPU": self._needs.get("num_gpus", 0)}
        return max(1, int(min(total.get(kind, 0) // amount for kind, amount in ask.items() if amount)))


def _opened(handle: Any) -> Any:
    """What a handle stands for, in a worker."""
    return importlib.import_module("ray").get(handle)


def _shown(resources: dict[str, float]) -> str:
    return ", ".join(f"{resources.get(kind, 0):.0f} {kind}" for kind in ("CPU", "GPU"))


def _told(error: BaseException) -> str:
    """The last line of an error that says why."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    because = [line for line in lines if "because" in line.lower() or "Error" in line]
    return (because or lines or [type(error).__name__])[-1].partition(". ")[0][:200].rstrip(".")
