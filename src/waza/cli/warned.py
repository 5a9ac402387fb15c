"""Warnings of libraries while a command runs, and damaged entries in JAX's cache of compiled programs.

JAX warns of an entry that it cannot read at each run, and leaves it as it is. Here it is removed: JAX then writes it
again, when the program has been compiled. That entries cannot be written is said once.
"""

import contextlib
import glob
import re
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waza.core.terminal import tell

UNREADABLE = re.compile(r"Error reading persistent compilation cache entry for '(.+?)': ")
UNWRITABLE = re.compile(r"Error writing persistent compilation cache entry for '.+?': (.*)")
CACHE = "Error (reading|writing) persistent compilation cache entry"
ZLIB = b"\x78"  # the first byte of what zlib has packed


@contextlib.contextmanager
def warned() -> Iterator[None]:
    """While a command runs: warnings take one line, those of JAX's cache at most one in all."""
    said: list[str] = []

    def show(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any) -> None:
        unreadable, unwritable = UNREADABLE.match(str(message)), UNWRITABLE.match(str(message))
        if unreadable:
            remove_damaged(unreadable[1])
        elif unwritable and not said:
            said.append(unwritable[1])
            tell(f"waza: compiled programs are not kept ({unwritable[1]}): see the folder in JAX_COMPILATION_CACHE_DIR")
        elif not unwritable:
            tell(f"{filename}:{lineno}: {category.__name__}: {message}")

    with warnings.catch_warnings():
        warnings.filterwarnings("always", CACHE)
        warnings.showwarning = show  # type: ignore[assignment]
        yield


def remove_damaged(program: str) -> None:
    """Remove the damaged entries of a program from JAX's cache; all of its entries if damage is not found."""
    import jax

    folder = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    entries = [*Path(folder).glob(f"{glob.escape(program)}*-cache")] if folder else []
    for entry in [one for one in entries if not _unpacks(one)] or entries:
        with contextlib.suppress(OSError):
            entry.unlink()


def _unpacks(entry: Path) -> bool:
    """Whether an entry is whole, as far as can be told without JAX."""
    try:
        content = entry.read_bytes()
        return not content.startswith(ZLIB) or bool(zlib.decompress(content))
    except (OSError, zlib.error):
        return False
