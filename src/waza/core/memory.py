"""The memory that is free, and the memory that this process occupies."""

import contextlib
import ctypes
import gc
import os
from pathlib import Path

from waza.core.errors import Error

GROWN_BY = 64 * 2**20  # bytes; to look for garbage takes about 0.1 s
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def free_memory() -> int | None:
    """The bytes of memory that programs can still get; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def resident_memory() -> int | None:
    """The bytes of memory that this process occupies; None where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


class Release:
    """Gives the system back what compiled programs that are no longer used leave behind.

    They are parts of cycles, which Python's collector rarely looks for, since they are few objects; and the C library
    keeps the pages that a compiler has freed. Nothing is done until the process has grown by 64 MiB since the last
    time.
    """

    def __init__(self) -> None:
        self._after = 0

    def __call__(self) -> None:
        """Collect garbage and return free pages, where the process has grown."""
        now = resident_memory()
        if now is None or now - self._after < GROWN_BY:
            return
        gc.collect()
        with contextlib.suppress(AttributeError, OSError):  # a C library other than glibc
            ctypes.CDLL(None).malloc_trim(0)
        self._after = resident_memory() or now


release = Release()


def check_memory(what: str, needed: int, remedy: str) -> None:
    """Compare what is needed with the memory that is free, before it is allocated.

    Args:
        what: needs the memory, in the plural.
        needed: bytes.
        remedy: what to do if that is too much.

    Raises:
        Error: more is needed than is free.

    >>> check_memory("two numbers", 8, "give fewer")
    """
    free = free_memory()
    if free is not None and needed > free:
        raise Error(f"{what} need {shown_bytes(needed)} of memory, and {shown_bytes(free)} are free: {remedy}")


def shown_bytes(count: float) -> str:
    """A number of bytes with its unit.

    >>> shown_bytes(3 * 2**30), shown_bytes(1500)
    ('3.0 GiB', '1.5 KiB')
    """
    unit = 0
    while count >= 1024 and unit < len(UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:,.1f} {UNITS[unit]}"
