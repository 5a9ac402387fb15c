"""Windows of a stream: consecutive batches of one shape, stacked, prepared while the devices work."""

from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.learners.source import Stream

WINDOW_BYTES, WINDOW_STEPS = 64 * 2**20, 64


class Window(NamedTuple):
    """The batches of the steps first, ..., last - 1, with the axis (step, ...).

    The axis is as long as in every window of batches of these shapes; what is beyond `last` is not read.
    """

    first: int
    last: int
    batches: PyTree[np.ndarray]


class Windows:
    """The windows of one trial's batches, in order.

    Args:
        source: the batches.
        seed: of the trial.
        steps: of the training; no batch beyond them is asked for.
        thread: prepares the next window.
        most_bytes: of a window.
    """

    def __init__(self, source: Stream, seed: int, steps: int, thread: Executor, most_bytes: int = WINDOW_BYTES):
        self._source, self._seed, self._steps, self._thread = source, seed, steps, thread
        self._most_bytes = most_bytes
        self._window: Window | None = None
        self._next: Future[Window] | None = None

    def at(self, step: int) -> Window:
        """The window that holds this step; the first one after a restart may begin there."""
        if self._window is None or not self._window.first <= step < self._window.last:
            window = self._next.result() if self._next is not None else None
            if window is None or not window.first <= step < window.last:
                window = self._made(step)
            self._window = window
            end = window.last
            self._next = self._thread.submit(self._made, end) if end < self._steps else None
        return self._window

    def _made(self, first: int) -> Window:
        """The window from a step on: until a batch has other shapes, or the window is full."""
        taken: list[list[np.ndarray]] = []
        most, structure, shapes = 1, None, None
        stop = min(first + WINDOW_STEPS, max(self._steps, first + 1))
        for batch in self._source.batches(self._seed, first, stop):
            leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(batch)]
            own = (jax.tree.structure(batch), [(leaf.shape, leaf.dtype) for leaf in leaves])
            if not taken:
                structure, shapes = own
                most = max(1, min(WINDOW_STEPS, self._most_bytes // max(1, sum(leaf.nbytes for leaf in leaves))))
            elif own != (structure, shapes):
                break
            taken.append(leaves)
            if len(taken) == most:
                break
        if not taken or structure is None:
            kind = type(self._source).__name__
            raise Error(f"{kind}.batches({self._seed}, {first}, {stop}) gave no batch; expected one for each step")
        stacked = []
        for parts in zip(*taken, strict=True):
            whole = np.zeros((most, *parts[0].shape), parts[0].dtype)
            np.stack(parts, out=whole[: len(parts)])
            stacked.append(whole)
        return Window(first, first + len(taken), jax.tree.unflatten(structure, stacked))


def one_batch(source: Stream, seed: int, step: int) -> Any:
    """The batch of one step."""
    batch: Any
    for batch in source.batches(seed, step, step + 1):
        return batch
    raise Error(f"{type(source).__name__}.batches({seed}, {step}, {step + 1}) gave no batch; expected one")
