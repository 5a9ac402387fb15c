"""A stream of batches of whole dialogues on lanes."""

import hashlib
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from waza.data.text.dialogue.lanes import Lanes, Shape, lanes_of, packed
from waza.data.text.dialogue.tokens import DialogueTokens, TokenDialogues, together
from waza.learners.parallel_stream import SPLITS, ParallelStream

MOST_SHAPES, MOST_JOINED = 4, 8  # of batches: each is a program of its own
SPREAD = 2.0  # standard deviations of a batch's tokens for which its lanes have room
TOKENS_AT_ONCE = 8_192  # that are evaluated at once


class Judged(NamedTuple):
    """Dialogues that are evaluated, and the split of each, its place in `SPLITS`, (batch,); -1 for an empty row."""

    lanes: Lanes
    split: np.ndarray


class DialogueStream(ParallelStream):
    """Batches of whole dialogues as `Lanes`; each epoch has each dialogue once, in an order that follows from the seed.

    Batches are drawn as those of sentence pairs are, with the numbers of turns and of tokens in place of the lengths of
    source and target. All dialogues of a batch are in one of a few boxes, so that their numbers of tokens are alike.
    A lane has room for the longest utterance, and a box has as many lanes as nearly all of its batches fill; the few
    batches with more tokens get more lanes (`lanes_of`).

    Args:
        data: the tokens.
        batch_size: dialogues of a batch.
        joined: whether each dialogue has a lane of its own, with its turns in order.
        evaluated: dialogues of each split that are evaluated, at even distances.

    Raises:
        Error: the batch size is below 1.
    """

    def __init__(self, data: DialogueTokens, batch_size: int, joined: bool = False, evaluated: int = 300):
        super().__init__(data, batch_size, MOST_JOINED if joined else MOST_SHAPES)
        self._dialogues, self._end, self._joined, self._evaluated = data.train, data.end, joined, evaluated
        self.shapes = [self._shape(number) for number in range(len(self.boxes.shapes))]

    def _shape(self, number: int) -> Shape:
        """The shape of the batches of a box."""
        turns, most = (int(length) for length in self.boxes.shapes[number])
        if self._joined:
            return Shape(self._batch_size, most, turns)
        inside = self._dialogues.lengths[self._box == number, 1]
        tokens = self._batch_size * inside.mean() + SPREAD * inside.std() * self._batch_size**0.5
        longest = self._dialogues.longest
        return Shape(math.ceil(min(tokens, self._batch_size * most) / longest), longest, turns)

    def digest(self) -> str:
        """A digest of the training tokens, the shapes and the batch size."""
        settings = (self._dialogues.digest, self._end, self._batch_size, self._joined, self.shapes)
        return hashlib.sha256(repr(settings).encode()).hexdigest()

    def batches(self, seed: int, start: int, stop: int) -> Iterator[Lanes]:  # type: ignore[override]
        """The batches of the steps start, ..., stop - 1."""
        for step in range(start, stop):
            number, place = divmod(step, self.steps)
            epoch = self._epoch(int(seed), number)
            shape = self.shapes[epoch.box[place]]
            yield lanes_of(self._dialogues, epoch.rows[place], self._end, shape, self._joined)

    def pieces(self, data: DialogueTokens) -> Iterator[Judged]:  # type: ignore[override]
        """The dialogues that are evaluated, in pieces of equal shapes and about equal numbers of tokens.

        A piece has at least two dialogues where there are two: one of them is the other's foreign context.
        """
        parts = [getattr(data, name) for name in SPLITS]
        before = np.cumsum([0, *[part.size for part in parts]])
        chosen = [np.unique(np.linspace(0, p.size - 1, min(p.size, self._evaluated)).astype(int)) for p in parts]
        number = np.concatenate([rows + first for rows, first in zip(chosen, before, strict=False)])
        split = np.repeat(np.arange(len(parts), dtype=np.int32), [len(rows) for rows in chosen])
        whole = together(parts)
        turns, tokens = whole.lengths[number].T
        order = np.argsort(-tokens, kind="stable")
        count = max(1, min(-(-int(tokens.sum()) // TOKENS_AT_ONCE), len(order) // 2))
        members = [order[piece::count] for piece in range(count)]
        rows = len(members[0])
        steps = int(tokens.max()) if self._joined else whole.longest
        lanes = rows if self._joined else max(_needed(whole, number[one], steps) for one in members)
        shape = Shape(lanes, steps, int(turns.max()))
        for one in members:
            filled = np.full(rows, -1)
            filled[: len(one)] = number[one]
            of = np.full(rows, -1, np.int32)
            of[: len(one)] = split[one]
            yield Judged(lanes_of(whole, filled, data.end, shape, self._joined), of)


def _needed(whole: TokenDialogues, rows: np.ndarray, steps: int) -> int:
    """The lanes that these dialogues need."""
    turns = np.concatenate([np.arange(whole.starts[row], whole.starts[row + 1]) for row in rows])
    return packed(whole.utterances.lengths[turns] + 1, steps)[2]
