"""The devices that trials, or the rows of a batch, are spread over."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import jax
import numpy as np
from jax.sharding import Mesh

from waza.core.errors import Error
from waza.engine import processes
from waza.engine.structure import holds
from waza.learners import Learner
from waza.nn import RecurrentLayer

TRIALS = "trials"
THREADS = "PJRT_NPROC"  # how many threads the devices of a CPU have in common, read when JAX starts


def mesh() -> Mesh:
    """All devices in one row; on a CPU, one device a core, where JAX has not been started otherwise.

    Raises:
        Error: several processes compute together: they share the rows of a single training, and no trials.
    """
    each_core_a_device()
    if processes.count() > 1:
        raise Error(
            f"studies and comparisons are computed by one process, and jax.distributed has joined {processes.count()}: "
            "leave jax.distributed.initialize out"
        )
    return Mesh(np.array(jax.devices()), (TRIALS,))


def each_core_a_device() -> None:
    """Start JAX with each core of the CPU as a device; where it runs already, the devices stay those that there are."""
    try:
        if jax.config.jax_num_cpu_devices < 1:  # type: ignore[attr-defined]
            jax.config.update("jax_num_cpu_devices", _cores())
    except (RuntimeError, AttributeError):
        pass  # JAX is running already.
    with _a_thread_to_spare():
        jax.devices()


def mesh_for_batches(learner: Learner, rows: int) -> Mesh:
    """The devices that share each batch of a learner: as many of each process as divide its rows (or a text's lanes).

    A CPU counts as one device, whose cores share the work of each operation, unless the learner has recurrent layers:
    their products are too small to be shared, so each core takes rows of its own. Measured, 2 cores: small AlexNet,
    batches of 128, 0.24 processor seconds a step as one device and 0.43 as two.

    Raises:
        Error: the processes that compute together do not divide the rows.
    """
    together = processes.count()
    if rows == 1 and together > 1:
        raise Error(f"a batch of {type(learner).__name__} has no rows that {together} processes can share: give it one")
    if rows % together:
        raise Error(
            f"a batch has {rows} rows, and {together} processes do not divide them: "
            f"give a batch size that is a multiple of {together}, or another number of processes"
        )
    devices = [[one for one in jax.devices() if one.process_index == number] for number in range(together)]
    alone = devices[0][0].platform == "cpu" and not holds(learner, RecurrentLayer)
    most = 1 if alone else min(map(len, devices))
    count = max(n for n in range(1, 1 + most) if rows % (n * together) == 0)
    return Mesh(np.array([one for own in devices for one in own[:count]]), (TRIALS,))


@contextmanager
def _a_thread_to_spare() -> Iterator[None]:
    """JAX, if it starts within, has a thread more than devices.

    With a thread a device, jaxlib 0.10.2 loses parts of large products within long loops, without a word: all threads
    are busy with their devices' programs, the tasks that these leave behind are never taken up, and once their queue is
    full (1,024) products go wrong. A thread to spare empties the queue (docs/decisions.md).
    """
    before = os.environ.get(THREADS)
    os.environ[THREADS] = str(max(_cores(), getattr(jax.config, "jax_num_cpu_devices", 0)) + 1)
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before


def _cores() -> int:
    """The cores that this process may use, where the system can tell; else all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
