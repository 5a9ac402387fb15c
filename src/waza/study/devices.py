"""The devices that trials are spread over."""

import os

import jax
import numpy as np
from jax.sharding import Mesh

TRIALS = "trials"


def mesh_for_batches(rows: int) -> Mesh:
    """The devices that share each batch of so many rows: as many as divide it. A CPU counts as one device.

    Its cores share the work of each operation already. Measured, small AlexNet, batches of 128, 2 cores: 0.24 processor
    seconds a step as one device, 0.43 as two with half a batch each. And jaxlib 0.10.2 now and then adds up the
    gradients of two CPU devices wrongly where they have several megabytes, as a language model of 5,000 words has.
    """
    devices = jax.devices()
    most = 1 if devices[0].platform == "cpu" else len(devices)
    count = max(n for n in range(1, most + 1) if rows % n == 0)
    return Mesh(np.array(devices[:count]), (TRIALS,))


def mesh() -> Mesh:
    """All devices in one row; on a CPU, one device a core, where JAX has not been started otherwise."""
    try:
        if jax.config.jax_num_cpu_devices < 1:  # type: ignore[attr-defined]
            jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))
    except (RuntimeError, AttributeError):
        pass  # JAX is running already, or the system cannot tell its cores: use the devices that there are.
    return Mesh(np.array(jax.devices()), (TRIALS,))
