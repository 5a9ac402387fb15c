"""Several processes that compute one training: the first one decides, reads and writes, the others learn what it found.

All processes run the same program in the same order. Where they must not differ, such as in the length of a segment,
they call the functions of this module, which wait for each other. With one process these return what they are given.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import jax
import numpy as np
import safetensors.numpy
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PyTree

from waza.core.arrays import as_bytes
from waza.core.errors import Error

SMALL, LARGE = 2**12, 2**22  # words of 4 bytes that are sent at once
AGAIN = "start all of them again: a training in a folder goes on from its checkpoint, with any number of processes"
SIGNS = ("gloo", "nccl", "coordination", "distributed service", "heartbeat", "unavailable", "deadline_exceeded")


class Lost(Error):
    """Another process of the training has ended, or does not answer."""


def count() -> int:
    """The processes that compute together; 1 unless `jax.distributed` has been initialized."""
    return jax.process_count() if jax.distributed.is_initialized() else 1


def first() -> bool:
    """Whether this is the process that decides, reads and writes."""
    return count() == 1 or jax.process_index() == 0


def any_of(asked: bool) -> bool:
    """Whether any process gives True."""
    return asked if count() == 1 else bool(_summed(np.array([asked], np.uint32))[0])


def of_first(number: int) -> int:
    """The first process's number, of at least 0."""
    return number if count() == 1 else int(_summed(np.array([number if first() else 0], np.uint32))[0])


def by_first(work: Callable[[], Any]) -> Any:
    """What the work returns in the first process, which alone does it: a value that JSON can represent.

    Raises:
        Error: the work has raised it in the first process; the others raise it too.
    """
    if count() == 1:
        return work()
    told: dict[str, Any] = {}
    if first():
        try:
            told = {"found": work()}
        except Error as error:
            _of_first(json.dumps({"error": str(error)}).encode())
            raise
    told = json.loads(_of_first(json.dumps(told).encode()))
    if "error" in told:
        raise Error(told["error"])
    return told["found"]


def arrays_of_first(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The first process's arrays by name; those of the others are not read."""
    if count() == 1:
        return dict(arrays)
    return safetensors.numpy.load(_of_first(as_bytes(arrays) if first() else b""))


def tree_of_first(tree: PyTree[np.ndarray]) -> Any:
    """The first process's tree of arrays; the others have a tree of the same structure."""
    if count() == 1:
        return tree
    leaves, structure = jax.tree.flatten(tree)
    found = arrays_of_first({str(i): leaf for i, leaf in enumerate(leaves)})
    return jax.tree.unflatten(structure, [found[str(i)] for i in range(len(leaves))])


def check_same(facts: Mapping[str, Any]) -> None:
    """Refuse processes that have been given something else than the first one.

    Args:
        facts: what was given, as values that JSON can represent.

    Raises:
        Error: the facts of a process are others.
    """
    if count() == 1:
        return
    versions = {"waza": version("waza"), "jax": jax.__version__}
    own = json.loads(json.dumps({**facts, "versions": versions}))
    differs = np.zeros(count(), np.uint32)
    differs[jax.process_index()] = by_first(lambda: own) != own
    others = np.flatnonzero(_summed(differs))
    if others.size:
        raise Error(
            f"process {others[0]} has other data, options or versions than process 0: "
            "give all processes the same command, the same files and the same versions of waza and JAX"
        )


@contextlib.contextmanager
def together() -> Iterator[None]:
    """While this process computes together with others, if it does.

    Raises:
        Lost: another process has ended, or does not answer.
    """
    try:
        yield
    except RuntimeError as error:  # of JAX
        if count() == 1 or not any(sign in str(error).lower() for sign in SIGNS):
            raise
        raise Lost(f"another of the {count()} processes has ended or does not answer; {AGAIN}") from error


def _of_first(content: bytes) -> bytes:
    """The first process's bytes."""
    size = _summed(np.array(divmod(len(content), 2**32) if first() else (0, 0), np.uint32))
    length = (int(size[0]) << 32) + int(size[1])
    words = SMALL if length <= 4 * SMALL else LARGE
    pieces = []
    for start in range(0, length, 4 * words):
        piece = np.zeros(words, np.uint32)
        if first():
            part = content[start : start + 4 * words]
            piece.view(np.uint8)[: len(part)] = np.frombuffer(part, np.uint8)
        pieces.append(_summed(piece).tobytes())
    return b"".join(pieces)[:length]


def _summed(words: np.ndarray) -> np.ndarray:
    """The sum of the arrays of all processes; integers, so that zeros of the others change no bit of the first."""
    mesh, add = _meeting()
    own = jax.device_put(words[None], mesh.local_devices[0])
    by_process = NamedSharding(mesh, PartitionSpec(mesh.axis_names[0]))
    given = jax.make_array_from_single_device_arrays((mesh.size, *words.shape), by_process, [own])
    return np.asarray(add(given).addressable_data(0))


@cache
def _meeting() -> tuple[Mesh, Callable]:
    """One device of each process, and the compiled sum over them."""
    devices = {device.process_index: device for device in reversed(jax.devices())}
    mesh = Mesh(np.array([devices[number] for number in sorted(devices)]), ("processes",))
    whole = NamedSharding(mesh, PartitionSpec())
    return mesh, jax.jit(lambda given: given.sum(0, dtype=given.dtype), out_shardings=whole)
