"""The laws of a source of batches."""

from typing import Any

import jax
import numpy as np

from waza.learners import Source, Stream
from waza.testing.laws import arrays_of, copied, difference, hold, shape_difference


def check_source(source: Source, seed: int = 0, data: Any = None, other: Source | None = None, steps: int = 6) -> None:
    """Check that a source keeps the contract of `waza.Source`, and a stream that of `waza.Stream`.

    The laws: the digest is stable, and another one where the content is another; the pieces that evaluations are given
    have equal shapes and are the same each time. Of a stream: there is one batch a step, an array of its own that is
    not changed later; a batch depends on the seed and its step alone, in any order and after a restart anywhere.

    Args:
        source: the source.
        seed: of the batches.
        data: what `pieces` divides, if anything.
        other: a source of the same kind with other content, if there is one.
        steps: batches that are compared.

    Raises:
        AssertionError: a law is broken; the message names it.

    >>> from waza.learners import Resident
    >>> check_source(Resident(np.arange(3)), other=Resident(np.arange(4)))
    """
    digest = source.digest()
    hold(isinstance(digest, str) and bool(digest), source, "digest() is a text", repr(digest))
    hold(digest == source.digest(), source, "digest() is the same each time", f"{digest} and {source.digest()}")
    if other is not None:
        hold(digest != other.digest(), source, "other content has another digest", f"{digest} twice")
    _check_pieces(source, data)
    if isinstance(source, Stream):
        _check_batches(source, seed, steps)
    hold(digest == source.digest(), source, "reading batches does not change the digest", source.digest())


def _check_pieces(source: Source, data: Any) -> None:
    pieces = [arrays_of(piece) for piece in source.pieces(data)]
    hold(bool(pieces), source, "pieces(data) has at least one piece", "none")
    for piece in pieces[1:]:
        found = shape_difference(pieces[0], piece)
        hold(found is None, source, "all pieces have the same shapes", str(found))
    for one, again in zip(pieces, map(arrays_of, source.pieces(data)), strict=True):
        found = difference(one, again)
        hold(found is None, source, "pieces are the same each time", str(found))


def _check_batches(stream: Stream, seed: int, steps: int) -> None:
    taken, copies = [], []
    for batch in stream.batches(seed, 0, steps):
        taken.append(batch)
        copies.append(copied(batch))
    hold(len(taken) == steps, stream, f"batches(seed, 0, {steps}) has {steps} batches", f"{len(taken)}")
    for leaf in jax.tree.leaves(taken):
        hold(isinstance(leaf, np.ndarray), stream, "batches are trees of NumPy arrays", type(leaf).__name__)
    found = difference(copies, copied(taken))
    hold(found is None, stream, "a batch that was given is not changed later", str(found))
    for _ in stream.batches(seed + 1, 0, 2):  # another trial's batches, in between
        pass
    law = "a batch depends on (seed, step) alone"
    for middle in (steps // 2, steps - 1, 1):  # the later part first
        late = copied(list(stream.batches(seed, middle, steps)))
        early = copied(list(stream.batches(seed, 0, middle)))
        found = difference(copies, early + late)
        hold(found is None, stream, law, f"batches(seed, {middle}, {steps}) are others ({found})")
    one, two = stream.batches(seed, 0, steps), stream.batches(seed, 0, steps)
    for step, (a, b) in enumerate(zip(one, two, strict=True)):
        found = difference(copied(a), copies[step]) or difference(copied(b), copies[step])
        hold(found is None, stream, law, f"two readers at once disturb each other at step {step} ({found})")
