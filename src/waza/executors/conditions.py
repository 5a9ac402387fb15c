"""Conditions: what a worker must have in common with the process that hands out units."""

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import jax

from waza.engine.code import ROOT
from waza.engine.devices import mesh
from waza.engine.kept_programs import FOLDER, keep_programs
from waza.engine.machine import versions

DEVICES = "jax_num_cpu_devices"
# Settings of JAX that belong to one process or one machine, and change no bits.
OWN = ("_cache_dir", "dump", "profiler", "log", "traceback", "mock", "debug", "platform_name", "timeout", "address")
FLAGS = ("XLA_FLAGS", "LIBTPU_INIT_ARGS")  # read when JAX starts
SHARE = 0.9  # of a GPU's memory, for all of its workers together


@dataclasses.dataclass(frozen=True)
class Conditions:
    """What the bits of a unit depend on beside its trials.

    Args:
        versions: of Python and of packages, by name.
        code: the digest of each file of waza, by its path in the package.
        devices: the number of JAX's devices.
        platform: of the devices, such as "cpu".
        settings: JAX's settings, by name.
        environment: variables that a worker sets before JAX starts.
        cache: where compiled programs are kept, on a path that machines may share; a worker that has no such folder
            keeps them in its own cache.
    """

    versions: Mapping[str, str]
    code: Mapping[str, str]
    devices: int
    platform: str
    settings: Mapping[str, Any]
    environment: Mapping[str, str]
    cache: str | None

    @classmethod
    def here(cls, code: Mapping[str, str] | None = None, workers_per_gpu: int = 1) -> Self:
        """Those of this process.

        Args:
            code: that a study uses, of `waza.engine.code.code_of`; of other packages their versions count.
            workers_per_gpu: workers that share a GPU's memory.
        """
        devices = mesh()
        platform = devices.devices.flat[0].platform
        held = {name: value for name, value in jax.config.values.items() if _counts(name, value)}
        environment = {name: os.environ[name] for name in FLAGS if name in os.environ}
        if platform != "cpu":
            environment["XLA_PYTHON_CLIENT_MEM_FRACTION"] = f"{SHARE / workers_per_gpu:.3f}"
        return cls(
            versions() | {name: value for name, value in (code or {}).items() if _version(name) == value},
            digests(),
            devices.size,
            platform,
            held | ({DEVICES: devices.size} if platform == "cpu" else {}),
            environment,
            jax.config.values[FOLDER],
        )

    def unmet(self) -> str:
        """The first condition that this process does not meet, as "jax 0.9.0, and 0.10.2 here"; "" if it meets all."""
        own = versions()
        for name, wanted in self.versions.items():
            found = own.get(name) or _version(name)
            if found != wanted:
                return f"{name} {found or 'not installed'}, and {wanted} here"
        found_code = digests()
        for path in (*self.code, *found_code):
            if found_code.get(path) != self.code.get(path):
                return f"another waza/{path} than here, though both have version {self.versions['waza']}"
        return ""

    def apply(self) -> str:
        """Start JAX as it was started there; the first condition that it does not meet, or ""."""
        os.environ.update(self.environment)
        for name, value in self.settings.items():
            if jax.config.values.get(name) != value:
                jax.config.update(name, value)
        if self.cache is not None and Path(self.cache).is_dir():
            jax.config.update(FOLDER, self.cache)
        with contextlib.suppress(OSError):  # then each worker compiles
            keep_programs()
        found = mesh()
        platform = found.devices.flat[0].platform
        if (platform, found.size) != (self.platform, self.devices):
            return f"{found.size} devices ({platform}), and {self.devices} ({self.platform}) here"
        return ""


@functools.cache
def digests() -> dict[str, str]:
    """The digest of each file of waza's code, by its path in the package."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(ROOT.rglob("*.py"))
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _counts(name: str, value: Any) -> bool:
    """Whether a setting of JAX is one that a worker takes over."""
    plain = value is None or isinstance(value, bool | int | float | str)
    return plain and name != FOLDER and not any(part in name for part in OWN)
