"""Digests of arrays."""

import hashlib
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from waza.core.errors import Error

SETTLED_SECONDS = 2  # since the last write: file systems' clocks are coarse
T = TypeVar("T")


class Once(Generic[T]):
    """A function of an array's content, which is read once in a process where it cannot change.

    That is an array of JAX, or a NumPy array on `bytes`; and where a whole file is mapped read-only, as long as the
    file's size and time of modification stay.

    Args:
        function: of an array.
    """

    def __init__(self, function: Callable[[Any], T]):
        self._function = function
        self._of_objects: dict[int, tuple[Any, T]] = {}  # by id: a weak reference to the array, and the value
        self._of_files: dict[Any, T] = {}  # by the file that an array maps and the state of that file

    def __call__(self, array: Any) -> T:
        """The function's value."""
        known = self._of_objects.get(id(array))
        if known is not None and known[0]() is array:
            return known[1]
        state = _file_state(array)
        if state in self._of_files:
            return self._of_files[state]
        found = self._function(array)
        if state is not None:
            if state == _file_state(array):  # not where the file was written meanwhile
                self._of_files[state] = found
        elif is_constant(array):
            place = id(array)
            self._of_objects[place] = weakref.ref(array, lambda gone: self._forget(place, gone)), found
        return found

    def _forget(self, place: int, gone: weakref.ref) -> None:
        """Drop the entry of an array that is gone, unless the place has been taken by another array."""
        if self._of_objects.get(place, (None,))[0] is gone:
            del self._of_objects[place]


def _digest(array: Any) -> str:
    content = np.asarray(array)
    if content.dtype.hasobject:
        raise Error(f"an array of Python objects {content.shape} has no digest; give one of numbers or of texts")
    digest = hashlib.sha256(repr((str(content.dtype), content.shape)).encode())
    digest.update(np.ascontiguousarray(content).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


_digest_once = Once(_digest)


def array_digest(array: Any) -> str:
    """The sha256 of an array's type, shape and content, which is read once where it cannot change (`Once`).

    Raises:
        Error: the array holds Python objects.

    >>> three, four = array_digest(np.arange(3)), array_digest(np.arange(4))
    >>> three == array_digest(np.arange(3)), three == four
    (True, False)
    """
    return _digest_once(array)


def is_constant(array: Any) -> bool:
    """Whether nothing can change the array.

    A NumPy array that is read-only is not enough: its owner, or a view made earlier, may be writable.
    """
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return isinstance(array, bytes) or _is_jax_array(array)


def _is_jax_array(value: Any) -> bool:
    """Whether the value is an array of JAX, which is not imported for this."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(value, jax.Array)


def _file_state(array: Any) -> Any:
    """What tells whether the content of a memory-mapped array may have changed; None for any other array.

    A part of a mapped array has the file name of the whole, so that only an array as `np.memmap` made it counts.
    """
    if not isinstance(array, np.memmap) or array.flags.writeable or isinstance(array.base, np.ndarray):
        return None
    try:
        file = Path(str(array.filename)).stat()
    except OSError:
        return None
    if time.time() - file.st_mtime < SETTLED_SECONDS:
        return None
    layout = (array.offset, array.shape, str(array.dtype), array.strides)
    return (str(array.filename), file.st_ino, file.st_size, file.st_mtime_ns, layout)
