"""The devices that trials are spread over."""

import os

import jax
import numpy as np
from jax.sharding import Mesh

from waza.learners import Supervised
from waza.nn import RecurrentLayer
from waza.study.structure import holds

TRIALS = "trials"


def mesh_for_batches(learner: Supervised) -> Mesh:
    """The devices that share each batch of a learner: as many as divide its rows (of a stream, its lanes).

    A CPU counts as one device, whose cores share the work of each operation, unless the learner has recurrent layers:
    their products are too small to be shared, so each core takes lanes of its own. Measured, 2 cores: small AlexNet,
    batches of 128, 0.24 processor seconds a step as one device and 0.43 as two; two LSTMs of 200 units, 20 lanes of 35
    tokens, medians of 7 turns: of 65 characters 27 ms a step as one device and 21 as two, of 5,000 words, where the
    output's product is large, 58 and 56.
    """
    devices, rows = jax.devices(), learner.batch_size
    alone = devices[0].platform == "cpu" and not holds(learner, RecurrentLayer)
    count = max(n for n in range(1, 1 + (1 if alone else len(devices))) if rows % n == 0)
    return Mesh(np.array(devices[:count]), (TRIALS,))


def mesh() -> Mesh:
    """All devices in one row; on a CPU, one device a core, where JAX has not been started otherwise."""
    each_core_a_device()
    return Mesh(np.array(jax.devices()), (TRIALS,))


def each_core_a_device() -> None:
    """Let JAX see each core of the CPU as a device; where it runs already, the devices stay those that there are."""
    try:
        if jax.config.jax_num_cpu_devices < 1:  # type: ignore[attr-defined]
            jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))
    except (RuntimeError, AttributeError):
        pass  # JAX is running already, or the system cannot tell its cores.
