"""The machine and the versions of a run."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jax


def machine() -> dict[str, Any]:
    """The processor, its cores and memory, the system, and JAX's devices."""
    facts = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "devices": [f"{device.platform} {device.device_kind}" for device in jax.devices()],
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        facts["memory_gib"] = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
    return facts


def summed(places: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Machines without their processes, each once, with the number of units that it computed.

    >>> one = {"host": "a", "process": 1, "cores": 2}
    >>> summed([one, {**one, "process": 2}, {**one, "host": "b"}])
    ({'host': 'a', 'cores': 2, 'units': 2}, {'host': 'b', 'cores': 2, 'units': 1})
    """
    found: list[dict[str, Any]] = []
    for one in places:
        facts = {fact: value for fact, value in one.items() if fact != "process"}
        known = next((entry for entry in found if {**entry, "units": 0} == {**facts, "units": 0}), None)
        if known is None:
            found.append({**facts, "units": 1})
        else:
            known["units"] += 1
    return tuple(sorted(found, key=lambda entry: str(entry.get("host", ""))))


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that the numbers depend on."""
    packages = ("waza", "jax", "jaxlib", "equinox", "numpy", "scipy")
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def revision() -> str:
    """The git revision of the current folder, with a "+" where files were changed; "" outside a repository."""
    try:
        command = ["git", "describe", "--always", "--dirty=+", "--exclude=*", "--abbrev=40"]
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
