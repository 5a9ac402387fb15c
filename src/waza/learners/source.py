"""Source: where the batches of a training come from."""

import hashlib
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.digest import array_digest


class Source:
    """Where the batches of a training come from, and what its evaluations are given.

    There are two kinds: `Resident` data, from which a learner's `batch` gathers inside the compiled program, and a
    `Stream`, which makes batches on the host.
    """

    def digest(self) -> str:
        """A digest of everything that the batches depend on: equal digests, equal batches."""
        raise NotImplementedError(f"{type(self).__name__} has no digest()")

    def pieces(self, data: Any) -> Iterator[Any]:
        """What `evaluate` is called with, in turn.

        Totals and weights of its measures are summed over the pieces; its outputs are joined along their first axis,
        the rows. All pieces have the same shapes. Without an override the data are one piece.
        """
        yield data


class Resident(Source):
    """Data in the devices' memory.

    Args:
        data: a tree of arrays, and of other values that do not change.
    """

    def __init__(self, data: Any):
        self.data = data

    def digest(self) -> str:
        """A digest of all arrays and all other values."""
        parts = [
            array_digest(leaf) if isinstance(leaf, np.ndarray | jax.Array) else repr(leaf)
            for leaf in jax.tree.leaves(self.data)
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()


class Stream(Source):
    """Batches that are made on the host, from a file, a corpus with length buckets or an environment.

    The engine asks for the next steps while the devices work on these, stacks steps of equal shapes, and compiles one
    program for each batch shape. Since each batch is addressed by (seed, step), a training can go on from any step.
    """

    def batches(self, seed: int, start: int, stop: int) -> Iterator[PyTree[np.ndarray]]:
        """The batches of the steps start, ..., stop - 1 in the trial with this seed.

        They depend on the seed and on each batch's own step only, never on `start`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no batches(seed, start, stop)")
