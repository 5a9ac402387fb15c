"""A stream of batches of sentence pairs, each batch of one shape."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np

from waza.core.errors import Error
from waza.data import Weighted
from waza.data.text.dialogue.tokens import DialogueTokens
from waza.data.text.parallel.boxes import MOST, boxes
from waza.data.text.parallel.tokens import ParallelTokens, TokenPairs
from waza.learners.source import Stream
from waza.models.encoder_decoder import Pair

EVALUATED = 1_000  # training pairs that are evaluated
TOKENS_AT_ONCE = 8_192  # target tokens that are evaluated at once: each has a row of logits
SPLITS = ("test", "validation", "train")
MOST_JUDGED = 8  # boxes of the pairs that are evaluated
KEPT_BYTES = 256 * 2**20  # of the orders of epochs


class Epoch(NamedTuple):
    """The batches of an epoch: the box of each, (steps,), and its pairs' numbers, (steps, batch); -1 for no pair."""

    box: np.ndarray
    rows: np.ndarray


class Judged(NamedTuple):
    """A batch that is evaluated: as a `Weighted`, and the split of each row, its place in `SPLITS`, (rows,)."""

    x: Pair
    y: np.ndarray
    weights: np.ndarray
    split: np.ndarray


class ParallelStream(Stream):
    """Batches of sentence pairs; each epoch has each pair once, in an order that follows from the seed.

    A batch is a `Weighted`: x is a `Pair`, y the target tokens and then the one that ends a sentence, (batch, time)
    int32, weights 1 for these and 0 for what only fills the array. All pairs of a batch are in one of a few boxes
    (`waza.data.text.parallel.boxes`), whose lengths the batch has. Source sentences end with a token as well.

    Args:
        data: the tokens.
        batch_size: pairs of a batch.
        most_boxes: the largest number of shapes, 1 to 40.

    Raises:
        Error: an argument is out of range.
    """

    def __init__(self, data: ParallelTokens | DialogueTokens, batch_size: int, most_boxes: int = MOST):
        if batch_size < 1 or not 1 <= most_boxes <= MOST:
            raise Error(
                f"batch_size={batch_size} and most_boxes={most_boxes} given; expected 1 or more, and 1 to {MOST}"
            )
        self._train, self._ends, self._batch_size = data.train, data.ends, batch_size
        lengths = data.train.lengths
        self.boxes = boxes(lengths, batch_size, most_boxes)
        self._box = self.boxes.of(lengths).astype(np.int8)
        self.steps = int(self.boxes.batches.sum())  # of an epoch
        kept = KEPT_BYTES // (self.steps * batch_size * np.dtype(np.int32).itemsize)
        self._epoch = lru_cache(maxsize=max(2, kept))(self._drawn)

    def digest(self) -> str:
        """A digest of the training tokens, the boxes and the batch size."""
        settings = (self._train.digest, self._ends, self._batch_size, self.boxes.shapes.tolist())
        return hashlib.sha256(repr(settings).encode()).hexdigest()

    def batches(self, seed: int, start: int, stop: int) -> Iterator[Weighted]:
        """The batches of the steps start, ..., stop - 1."""
        for step in range(start, stop):
            number, place = divmod(step, self.steps)
            epoch = self._epoch(int(seed), number)
            shape = self.boxes.shapes[epoch.box[place]]
            yield batch_of(self._train, epoch.rows[place], (int(shape[0]), int(shape[1])), self._ends)  # type: ignore[arg-type]

    def _drawn(self, seed: int, number: int) -> Epoch:
        """The epoch of this number in the trial with this seed."""
        # RandomState's stream is frozen; Generator's may change (NEP 19).
        random = np.random.RandomState([seed % 2**32, number])
        order = random.permutation(self._train.size).astype(np.int32)
        order = order[np.argsort(self._box[order], kind="stable")]
        members = np.split(order, np.cumsum(np.bincount(self._box, minlength=len(self.boxes.shapes)))[:-1])
        box = np.repeat(np.arange(len(members)), self.boxes.batches)
        rows = np.full((len(box), self._batch_size), -1, np.int32)
        filled = 0
        for one, (batches, passed) in enumerate(zip(self.boxes.batches, self.boxes.passed, strict=True)):
            room = rows[filled : filled + batches].reshape(-1)
            inside = members[one][: len(room)]
            room[: len(inside)] = inside
            if passed >= 0:
                members[passed] = np.concatenate([members[one][len(inside) :], members[passed]])
            filled += batches
        mixed = random.permutation(len(box))
        return Epoch(box[mixed], rows[mixed])

    def pieces(self, data: ParallelTokens) -> Iterator[tuple[Judged, ...]]:
        """All pairs that are evaluated, of the training pairs the first 1,000, in pieces of equal shapes.

        A piece has one batch of each of at most `MOST_JUDGED` boxes, with pairs of all splits.
        """
        splits = [(name, getattr(data, name)) for name in SPLITS]
        counts = [min(pairs.size, EVALUATED) if name == "train" else pairs.size for name, pairs in splits]
        lengths = np.concatenate([pairs.lengths[:count] for (_, pairs), count in zip(splits, counts, strict=True)])
        split = np.repeat(np.arange(len(splits)), counts)
        row = np.concatenate([np.arange(count) for count in counts])
        found = boxes(lengths, 1, MOST_JUDGED)
        shapes, box = found.shapes, found.of(lengths)
        inside = [np.flatnonzero(box == number) for number in range(len(shapes))]
        tokens = sum(len(one) * shape[1] for one, shape in zip(inside, shapes, strict=True))
        number = max(1, -(-int(tokens) // TOKENS_AT_ONCE))
        for piece in range(number):
            yield tuple(
                _judged(splits, split, row, one[piece::number], -(-len(one) // number), shape, data.ends)
                for one, shape in zip(inside, shapes, strict=True)
            )


def _judged(
    splits: list[tuple[str, TokenPairs]],
    split: np.ndarray,
    row: np.ndarray,
    chosen: np.ndarray,
    size: int,
    shape: np.ndarray,
    ends: tuple[int, int],
) -> Judged:
    """A batch of `size` rows with the chosen pairs, by split; rows that only fill it have the weight 0."""
    parts = []
    for number, (_, pairs) in enumerate(splits):
        rows = row[chosen[split[chosen] == number]]
        if number == len(splits) - 1:
            rows = np.concatenate([rows, np.full(size - len(chosen), -1)])
        parts.append(batch_of(pairs, rows, (int(shape[0]), int(shape[1])), ends))
    members = np.repeat(np.arange(len(splits)), [len(part.y) for part in parts]).astype(np.int32)
    x, y, weights = jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)
    return Judged(x, y, weights, members)


def batch_of(pairs: TokenPairs, rows: np.ndarray, shape: tuple[int, int], ends: tuple[int, int]) -> Weighted:
    """The pairs with these numbers as a batch of this shape; a row with the number -1 has the weight 0.

    Args:
        pairs: the tokens.
        rows: numbers of pairs, (batch,).
        shape: the source's and the target's length, with the token that ends a sentence.
        ends: these tokens.

    >>> from waza.data.text.parallel.tokens import Sentences
    >>> side = Sentences(np.array([0, 1, 2]), np.array([0, 1, 3]))
    >>> x, y, weights = batch_of(TokenPairs(side, side, ""), np.array([1, 0, -1]), (3, 4), (8, 9))
    >>> x.source.tolist(), x.lengths.tolist(), x.previous.tolist()
    ([[1, 2, 8], [0, 8, 8], [8, 8, 8]], [3, 2, 1], [[9, 1, 2, 9], [9, 0, 9, 9], [9, 9, 9, 9]])
    >>> y.tolist(), weights.tolist()
    ([[1, 2, 9, 9], [0, 9, 9, 9], [9, 9, 9, 9]], [[1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    """
    source = pairs.source.padded(rows, shape[0], ends[0])
    y = pairs.target.padded(rows, shape[1], ends[1])
    lengths = np.where(rows >= 0, pairs.source.starts[rows + 1] - pairs.source.starts[rows] + 1, 1).astype(np.int32)
    targets = np.where(rows >= 0, pairs.target.starts[rows + 1] - pairs.target.starts[rows] + 1, 0)
    previous = np.concatenate([np.full((len(rows), 1), ends[1], np.int32), y[:, :-1]], 1)
    weights = (np.arange(shape[1]) < targets[:, None]).astype(np.float32)
    x: Any = (source, lengths, previous)  # of NumPy, as all batches of a stream
    return Weighted(Pair(*x), y, weights)
