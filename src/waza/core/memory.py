"""The memory that is free, and the memory that this process occupies."""

import contextlib
import ctypes
import gc
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from waza.core.errors import Error

GROWN_BY = 64 * 2**20  # bytes
SHARE = 0.05  # of the time, at most, is spent looking for garbage: 0.1 s in a small process, seconds in one of 3 GiB
EXHAUSTED = "RESOURCE_EXHAUSTED"  # how XLA begins such an error
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def free_memory() -> int | None:
    """The bytes of memory that this process can still get; None where the system does not tell."""
    of_system, of_process = _free_of_system(), _free_addresses()
    return min((one for one in (of_system, of_process) if one is not None), default=None)


def _free_addresses() -> int | None:
    """The bytes that are left of the limit that `ulimit -v` sets; None without one."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (ImportError, OSError, ValueError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(0, limit - used)


def _free_of_system() -> int | None:
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
    time, nor while that would take more than 5 % of the time.
    """

    def __init__(self) -> None:
        self._after, self._not_before = 0, 0.0

    def __call__(self) -> None:
        """Collect garbage and return free pages, where the process has grown."""
        now, started = resident_memory(), time.monotonic()
        if now is None or now - self._after < GROWN_BY or started < self._not_before:
            return
        gc.collect()
        with contextlib.suppress(AttributeError, OSError):  # a C library other than glibc
            ctypes.CDLL(None).malloc_trim(0)
        ended = time.monotonic()
        self._after, self._not_before = resident_memory() or now, ended + (ended - started) / SHARE


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


@contextlib.contextmanager
def enough_memory(remedy: str) -> Iterator[None]:
    """Turn what is raised within where memory is refused into an `Error`.

    Args:
        remedy: what to do.

    Raises:
        Error: Python, NumPy or XLA did not get the memory that it asked for.
    """
    try:
        yield
    except Exception as error:
        text = str(error)
        if not isinstance(error, MemoryError) and EXHAUSTED not in text:
            raise
        asked = re.search(r"allocat\w* (\d+) bytes|allocate ([\d.]+ ?[KMGT]i?B)", text)
        free = free_memory()
        size = "" if asked is None else asked[2] or shown_bytes(int(asked[1]))
        what = f"{size} more were asked for" if size else "more was asked for than there is"
        left = "" if free is None else f", and {shown_bytes(free)} are free"
        raise Error(f"the memory is not enough: {what}{left}: {remedy}") from error


def shown_bytes(count: float) -> str:
    """A number of bytes with its unit.

    >>> shown_bytes(3 * 2**30), shown_bytes(1500)
    ('3.0 GiB', '1.5 KiB')
    """
    unit = 0
    while count >= 1024 and unit < len(UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:,.1f} {UNITS[unit]}"
