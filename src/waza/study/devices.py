"""The devices that trials are spread over."""

import os

import jax
import numpy as np
from jax.sharding import Mesh

TRIALS = "trials"


def mesh() -> Mesh:
    """All devices in one row; on a CPU, one device a core, where JAX has not been started otherwise."""
    try:
        if jax.config.jax_num_cpu_devices < 1:  # type: ignore[attr-defined]
            jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))
    except (RuntimeError, AttributeError):
        pass  # JAX is running already, or the system cannot tell its cores: use the devices that there are.
    return Mesh(np.array(jax.devices()), (TRIALS,))
