"""Joining the other processes of a training, and leaving them."""

import atexit
import contextlib
import os

import jax

from waza.core.errors import Error
from waza.core.rank import Rank
from waza.engine.devices import each_core_a_device
from waza.engine.processes import Lost

HEARTBEAT = 20  # seconds without a sign of life after which JAX ends all processes
GATHERING = 240  # seconds in which all processes must have started
LEAVING = 100  # seconds in which the others leave too


def join(rank: Rank) -> None:
    """Join the other processes; JAX has not been started yet.

    Raises:
        Error: the address or a variable of the launcher cannot be used.
        Lost: the others have not all come.
    """
    jax.config.update("jax_check_proxy_envs", False)
    jax.config.update("jax_enable_preemption_service", False)  # it would take SIGTERM for itself
    try:
        jax.distributed.initialize(
            rank.address,
            rank.processes if rank.address else None,
            rank.number if rank.address else None,
            None if rank.device is None else [rank.device],
            cluster_detection_method=rank.launcher or "deactivate",
            initialization_timeout=GATHERING,
            heartbeat_timeout_seconds=HEARTBEAT,
            shutdown_timeout_seconds=LEAVING,
        )
        atexit.register(_leave)
        each_core_a_device()
        jax.devices()
    except (TypeError, ValueError, KeyError) as error:
        raise Error(f"the processes cannot join ({error}): give JAX_COORDINATOR_ADDRESS=HOST:PORT") from error
    except RuntimeError as error:
        raise Lost(
            f"the {rank.processes} processes have not all come within {GATHERING} s: "
            "start all of them, with one address that all can reach"
        ) from error


def share_cores(rank: Rank) -> None:
    """Keep to this process's share of the cores of one machine, on which all processes run."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        mine = cores[rank.number :: rank.processes] or [cores[rank.number % len(cores)]]
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, mine)


def _leave() -> None:
    """Leave the others, after the last thing that all have done; where they are lost, that is of no interest."""
    with contextlib.suppress(Exception):
        jax.distributed.shutdown()
