"""Places: the machine that a worker computes on, and which machines are of one kind."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.engine.machine import machine

# Instruction sets that XLA compiles for. Machines that differ in them may round differently.
SETS = ("sse4", "avx", "fma", "f16c", "bmi", "amx", "neon", "asimd", "sve", "bf16", "fp16", "i8mm", "dotprod")
KIND = ("processor", "features", "cores", "system", "devices")  # what decides the bits
Place = Mapping[str, Any]


def place() -> dict[str, Any]:
    """This machine: host and process, the facts of `waza.engine.machine`, and the processor's instruction sets."""
    return {"host": socket.gethostname(), "process": os.getpid(), **machine(), "features": features()}


def features() -> list[str]:
    """The instruction sets of the processor that matter to compiled programs; empty where the system tells none."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return []
    told = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return sorted(one for one in told.partition(":")[2].split() if any(name in one for name in SETS))


def name_of(one: Place) -> str:
    """A worker's name in messages.

    >>> name_of({"host": "node-3", "process": 17})
    'node-3 (process 17)'
    """
    return f"{one['host']} (process {one['process']})"


def check_same(one: Place, first: Place) -> None:
    """Refuse a machine of another kind than the first one.

    Raises:
        Error: they differ in processor, instruction sets, cores, system or devices; both are named.
    """
    for fact in KIND:
        if one[fact] != first[fact]:
            mine, other = (_shown(given[fact], without) for given, without in ((one, first[fact]), (first, one[fact])))
            raise Error(
                f"the worker {name_of(one)} has {fact} {mine}, and {name_of(first)} has {other}: their bits may "
                "differ; give workers of one kind, or leave out --same-machines"
            )


def _shown(value: Any, other: Any) -> str:
    """A fact as text; of a list what the other list does not have."""
    if isinstance(value, list):
        own = [str(one) for one in value if not isinstance(other, list) or one not in other]
        return ", ".join(own[:8]) or "none of these"
    return repr(value) if isinstance(value, str) else str(value)
