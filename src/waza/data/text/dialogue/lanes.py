"""Lanes: a batch of whole dialogues with little padding, utterance after utterance in rows of equal length."""

from typing import Any, NamedTuple

import numpy as np

from waza.data.text.dialogue.tokens import TokenDialogues


class Lanes(NamedTuple):
    """Whole dialogues, (batch, utterances, tokens), stored without the padding of their tokens.

    Utterances differ much in length, so that an array with one row for each would be mostly padding. Here several
    utterances are in one row, a lane, one after another, each with the token that ends it. Their order on the lanes
    does not matter: `place` says which utterance a token belongs to. The mask of tokens is `place` >= 0, the mask of
    utterances is `last` >= 0.

    The arrays are NumPy's on the host, and JAX's in a model.

    Args:
        tokens: (lanes, steps) int32; the end token where there is none.
        place: the utterance of each token, its row in the batch times `utterances` and its turn; -1 where there is no
            token, (lanes, steps) int32.
        first: where each utterance begins, as lane * steps + step, (batch, utterances) int32; -1 for no utterance.
        last: where its end token is, (batch, utterances) int32; -1 for no utterance.
    """

    tokens: Any
    place: Any
    first: Any
    last: Any


class Shape(NamedTuple):
    """The shape of `Lanes`: the number of lanes, their steps, and the utterances of a dialogue."""

    lanes: int
    steps: int
    utterances: int


def lanes_of(dialogues: TokenDialogues, rows: np.ndarray, end: int, shape: Shape, joined: bool = False) -> Lanes:
    """Dialogues on lanes.

    Args:
        dialogues: the tokens.
        rows: numbers of dialogues, (batch,); -1 for a row without a dialogue. These come last.
        end: the token that ends an utterance.
        shape: the steps are at least those of the longest utterance (`joined`: dialogue). Where the utterances need
            more lanes, an eighth more are used, or two eighths, and so on: few shapes.
        joined: whether each dialogue has a lane of its own, the one with its row's number, with its turns in order.

    >>> from waza.data.text.sentences import Sentences
    >>> utterances = Sentences(np.array([5, 6, 7, 8]), np.array([0, 2, 2, 3, 4]))
    >>> two = TokenDialogues(utterances, np.array([0, 3, 4]), "")
    >>> found = lanes_of(two, np.array([1, 0]), 9, Shape(2, 5, 3))
    >>> found.tokens.tolist(), found.place.tolist()
    ([[5, 6, 9, 8, 9], [7, 9, 9, 9, 9]], [[3, 3, 3, 0, 0], [5, 5, 4, -1, -1]])
    >>> found.first.tolist(), found.last.tolist()
    ([[3, -1, -1], [0, 7, 5]], [[4, -1, -1], [2, 7, 6]])
    """
    batch = len(rows)
    real = rows[rows >= 0]
    counts = np.diff(dialogues.starts)[real]
    row = np.repeat(np.arange(len(real)), counts)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    number = dialogues.starts[real][row] + turn  # of the utterance in all dialogues
    starts = dialogues.utterances.starts
    length = (starts[number + 1] - starts[number] + 1).astype(int)  # with the end's
    lane, step, needed = _in_order(row, length) if joined else packed(length, shape.steps)
    more = -(-shape.lanes // 8)
    lanes = shape.lanes + max(0, -(-(needed - shape.lanes) // more)) * more

    first = lane * shape.steps + step
    member = np.repeat(np.arange(len(row)), length)
    inside = np.arange(len(member)) - np.repeat(np.cumsum(length) - length, length)
    at = first[member] + inside
    tokens = np.full(lanes * shape.steps, end, np.int32)
    ends = inside == length[member] - 1
    source = np.minimum(starts[number][member] + inside, max(0, len(dialogues.utterances.tokens) - 1))
    tokens[at[~ends]] = dialogues.utterances.tokens[source[~ends]]
    place = np.full(lanes * shape.steps, -1, np.int32)
    place[at] = (row * shape.utterances + turn)[member]
    begins, stops = (np.full((batch, shape.utterances), -1, np.int32) for _ in range(2))
    begins[row, turn], stops[row, turn] = first, first + length - 1
    return Lanes(tokens.reshape(lanes, -1), place.reshape(lanes, -1), begins, stops)


def _in_order(row: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Each dialogue on the lane of its row."""
    before = np.cumsum(length) - length
    begins = np.flatnonzero(np.diff(row, prepend=-1))
    return row, before - np.repeat(before[begins], np.diff([*begins, len(row)])), int(row.max(initial=-1)) + 1


def packed(length: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The lane and the step at which each utterance begins, and the number of lanes that are needed.

    A lane is filled by the longest of the remaining utterances that has room, again and again ("best fit decreasing").

    Args:
        length: tokens of each utterance, (n,), at least 1 and at most `steps`.
        steps: of a lane.

    >>> packed(np.array([2, 5, 3]), 5)
    (array([1, 0, 1]), array([3, 0, 0]), 2)
    """
    order = np.argsort(-length, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(length[order])) + 1) if len(order) else []
    left = {int(length[group[0]]): group.tolist()[::-1] for group in groups}
    sizes = sorted(left)
    lane, step = np.zeros(len(length), int), np.zeros(len(length), int)
    needed = 0
    while sizes:
        room = steps
        while room and sizes and (fits := int(np.searchsorted(sizes, room, "right"))):
            size = sizes[fits - 1]
            one = left[size].pop()
            lane[one], step[one] = needed, steps - room
            room -= size
            if not left[size]:
                sizes.pop(fits - 1)
        needed += 1
    return lane, step, needed
