"""The memory that is free."""

import os
from pathlib import Path

from waza.core.errors import Error

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
