"""The devices that trials are spread over."""

import os

import jax
import numpy as np
from jax.sharding import Mesh

from waza.learners import Supervised

TRIALS = "trials"


def mesh_for_batches(learner: Supervised) -> Mesh:
    """The devices that share each batch of a learner: as many as divide its rows (of a stream, its lanes).

    A CPU counts as one device, whose cores share the work of each operation. As several devices it is slower for images
    (small AlexNet, batches of 128: 0.24 processor seconds a step as one device and 0.43 as two), and for large models
    wrong: jaxlib 0.10.2 now and then adds up gradients of several megabytes wrongly (a language model of 5,000 words).
    """
    devices, rows = jax.devices(), learner.batch_size
    alone = devices[0].platform == "cpu"
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
