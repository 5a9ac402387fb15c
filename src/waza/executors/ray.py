"""Ray: an executor whose workers are processes of a Ray cluster, on this machine or on others."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from waza.core.errors import Error
from waza.engine.checkpoint import Checkpoint
from waza.engine.code import code_of
from waza.engine.executors import Executor
from waza.engine.mapping import Chosen, How
from waza.engine.watch import Interrupted, Watch
from waza.engine.work import Outcome, Trials, Unit
from waza.executors.cluster import Cluster
from waza.executors.conditions import Conditions
from waza.executors.crew import Crew
from waza.executors.package import ray_package
from waza.executors.parcel import pack
from waza.executors.place import Place
from waza.executors.schedule import Kind, Schedule
from waza.executors.turn import WAIT, Turn, error_of
from waza.executors.worker import Report, Sent


class Ray(Executor):
    """Computes units in the workers of a Ray cluster, with the bits that this process would give them.

    A worker is a process with as many JAX devices as this one (on a CPU as many cores), on a machine with the same
    versions of Python, waza, JAX and the packages that the study uses. The user's own modules travel with the trials,
    so that a worker never uses others. Data travel once a machine. A unit whose worker is lost, stopped or late is
    computed by another worker; the first outcome counts.

    Args:
        address: "ray://HOST:PORT" of a cluster; by default one is started on this machine, and ends with this process.
        workers: their number; by default as many as the cluster has room for.
        workers_per_gpu: workers that share a GPU.
        same_machines: refuse workers on machines of different kinds.

    Raises:
        Error: Ray is not installed, there is no cluster at the address, or a number is not above 0.

    >>> results = waza.run(study, "runs", executor=Ray())          # doctest: +SKIP
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        workers: int | None = None,
        workers_per_gpu: int = 1,
        same_machines: bool = False,
    ):
        for name, value in (("workers", workers), ("workers_per_gpu", workers_per_gpu)):
            if value is not None and value < 1:
                raise Error(f"{name} is {value}; expected a whole number of at least 1")
        ray_package()
        self._address, self._workers, self._per_gpu, self._same = address, workers, workers_per_gpu, same_machines
        self._cluster: Cluster | None = None
        self._crew: Crew | None = None
        self._sent: tuple[Trials, Sent] | None = None
        self._conditions: Conditions | None = None
        self._texts: dict[str, str] = {}
        self._warm: dict[str, set[Kind]] = {}
        self._origins: dict[Unit, Place] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, and the cluster if it was started for them."""
        if self._crew is not None:
            self._crew.close()
        if self._cluster is not None:
            self._cluster.close()
        self._cluster = self._crew = self._sent = None

    def origin_of(self, unit: Unit) -> Place | None:
        """The machine that computed a unit of the trials that ran last."""
        return self._origins.get(unit)

    def mappings(self, trials: Trials, how: How | None, watch: Watch) -> list[Chosen]:
        """The mappings, chosen by the first worker, since its processor may be another one than this machine's."""
        sent, crew = self._prepared(trials)
        watch.compiling(len(trials.groups))
        asked: str | None = None
        while True:
            if watch.stop_asked():
                raise Interrupted("stopped before the first step")
            crew.grow(1 if self._workers is None else self._workers)
            if asked is None and crew.there:
                asked = next(iter(crew.there))
                crew.mappings(asked, sent, how)
            for answer in crew.answers(WAIT):
                if answer.worker == asked and answer.lost:
                    asked = None
                elif answer.call == "mappings":
                    if isinstance(answer.value, Report):
                        raise error_of(answer.value, crew.there[answer.worker])
                    return answer.value

    def run(
        self, trials: Trials, units: Iterable[Unit], checkpoint_of: Callable[[Unit], Checkpoint | None], watch: Watch
    ) -> Iterator[tuple[Unit, Outcome]]:
        """Units with their outcomes, in the order in which they are finished."""
        sent, crew = self._prepared(trials)
        turn = Turn(crew, sent, Schedule(units, self._warm), checkpoint_of, watch)
        try:
            while not turn.over:
                for worker, unit, outcome in turn.collect():
                    self._origins[unit] = crew.there[worker]
                    yield unit, outcome
        finally:
            turn.abandon()
        turn.check_complete()

    def _prepared(self, trials: Trials) -> tuple[Sent, Crew]:
        """The trials in the cluster's store, and a crew that may compute them."""
        if self._sent is not None and self._sent[0] is trials and self._crew is not None:
            return self._sent[1], self._crew
        parcel = pack(trials)
        texts = {name: text for name, (_, text) in parcel.modules.items()}
        changed = any(self._texts.get(name, text) != text for name, text in texts.items())
        conditions = Conditions.here(code_of(trials.variants), self._per_gpu)
        if self._crew is not None and (changed or conditions != self._conditions):
            self._crew.close()
            self._crew = None
        self._conditions, self._texts = conditions, texts
        if self._cluster is None:
            cores = None if self._workers is None else self._workers * conditions.devices
            self._cluster = Cluster(self._address, cores)
        if self._crew is None:
            self._crew = Crew(self._cluster, conditions, self._workers, self._per_gpu, self._same)
        known = self._sent[1].arrays if self._sent is not None else {}
        with self._cluster.errors():
            put = self._cluster.ray.put
            arrays = {digest: known.get(digest) or put(array) for digest, array in parcel.arrays.items()}
            sent = Sent(hashlib.sha256(parcel.content).hexdigest(), put(parcel.content), arrays, put(parcel.modules))
        self._sent = trials, sent
        self._origins, self._warm = {}, {}
        return sent, self._crew
