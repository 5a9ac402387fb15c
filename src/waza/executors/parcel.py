"""Parcels: trials as bytes, their large arrays apart by digest, and the user's own modules as texts."""

import importlib.abc
import importlib.machinery
import importlib.util
import io
import linecache
import pickle
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from waza.core.digest import array_digest
from waza.core.errors import Error
from waza.engine.code import users_files
from waza.engine.work import Trials
from waza.executors.package import ray_package

LARGE = 2**16  # bytes from which an array travels apart
ARRAY, MAPPED = "array", "mapped"


class Parcel(NamedTuple):
    """Trials, ready to travel.

    Args:
        content: the trials without their large arrays.
        arrays: the large arrays, by digest.
        modules: the path and the text of each of the user's own modules, by name.
    """

    content: bytes
    arrays: Mapping[str, np.ndarray]
    modules: Mapping[str, tuple[str, str]]


def pack(trials: Trials) -> Parcel:
    """The trials as a parcel.

    Arrays that map a file are not read into memory: the worker maps the same file, and compares its digest.

    Raises:
        Error: a variant or the data cannot be pickled, or use what is defined in `__main__`; they are named.
    """
    arrays: dict[str, np.ndarray] = {}
    try:
        content = _dumped(trials, arrays)
    except Error:
        raise
    except Exception as error:  # whatever an object's own pickling raises
        raise Error(f"{_culprit(trials)} cannot be sent to a worker ({_first_line(error)}): {REMEDY}") from error
    return Parcel(content, arrays, {name: (path, text) for name, path, text in users_files()})


def unpack(content: bytes, modules: Mapping[str, tuple[str, str]], array_of: Callable[[str], np.ndarray]) -> Trials:
    """The trials of a parcel.

    Args:
        content: as in `Parcel`.
        modules: as in `Parcel`.
        array_of: gives the array of a digest.

    Raises:
        Error: a file that an array maps is not here, or holds something else.
    """
    _Finder.serve(modules)

    class Unpickler(pickle.Unpickler):
        """Puts the large arrays back."""

        def persistent_load(self, pid: Any) -> np.ndarray:
            return _array(pid, array_of)

    return Unpickler(io.BytesIO(content)).load()


REMEDY = "keep locks, open files and connections out of it, and make them where they are used"


def _dumped(given: Any, arrays: dict[str, np.ndarray]) -> bytes:
    pickler: Any = ray_package().cloudpickle.CloudPickler

    class Pickler(pickler):
        """Keeps large arrays apart, and refuses what a worker could not import."""

        def persistent_id(self, obj: Any) -> Any:
            if not isinstance(obj, np.ndarray) or obj.nbytes < LARGE or obj.dtype.hasobject:
                return None
            digest = array_digest(obj)
            if isinstance(obj, np.memmap) and not isinstance(obj.base, np.ndarray):
                return MAPPED, digest, str(obj.filename), obj.dtype, obj.shape, obj.offset
            arrays[digest] = np.asarray(obj)
            return ARRAY, digest

        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, type | types.FunctionType) and obj.__module__ == "__main__":
                raise Error(
                    f"the study uses {obj.__qualname__}, which is defined in __main__, and no worker can import it: "
                    "move it to a file of its own and import it, or run the file by `waza run FILE.py --on ray`"
                )
            return super().reducer_override(obj)

    buffer = io.BytesIO()
    Pickler(buffer, protocol=5).dump(given)
    return buffer.getvalue()


def _culprit(trials: Trials) -> str:
    """What of the trials cannot be pickled."""
    for name, learner in trials.variants.items():
        try:
            _dumped(learner, {})
        except Exception:
            return f"the variant {name!r}"
    return "the study's data"


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _array(given: Sequence[Any], array_of: Callable[[str], np.ndarray]) -> np.ndarray:
    """The array that a persistent id names."""
    kind, digest, *mapped = given
    if kind == ARRAY:
        return array_of(digest)
    path, dtype, shape, offset = mapped
    try:
        array = np.memmap(path, dtype, "r", offset, shape)
    except (OSError, ValueError) as error:
        raise Error(
            f"the data map the file {path}, which a worker cannot read ({error}): put it on a path that all machines "
            "share"
        ) from error
    if array_digest(array) != digest:
        raise Error(f"the file {path} holds other data on a worker than here: put it on a path that all machines share")
    return array


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the user's own modules from their texts, before any file of these names is looked for."""

    def __init__(self, modules: Mapping[str, tuple[str, str]]):
        self._modules = modules

    @classmethod
    def serve(cls, modules: Mapping[str, tuple[str, str]]) -> None:
        """Import these modules from their texts from now on."""
        sys.meta_path[:] = [cls(modules), *(one for one in sys.meta_path if not isinstance(one, cls))]

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name in self._modules:
            file = self._modules[name][0]
            package = file.endswith("__init__.py")
            spec = importlib.machinery.ModuleSpec(name, self, origin=file, is_package=package)
            spec.has_location = True
            return spec
        if any(one.startswith(f"{name}.") for one in self._modules):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ not in self._modules:
            return
        path, text = self._modules[module.__name__]
        linecache.cache[path] = len(text), None, text.splitlines(keepends=True), path
        exec(compile(text, path, "exec"), module.__dict__)
