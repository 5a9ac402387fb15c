"""Tagging: the tag of a word depends on the previous word, the next word, or both."""

from typing import Literal, TypeAlias

import numpy as np

from waza.core.errors import Error, nearest
from waza.data.dataset import Dataset
from waza.data.tasks.sizes import check_size
from waza.data.tasks.splits import checked_total, deal, distinct

Context: TypeAlias = Literal["past", "future", "both"]

CONTEXTS = ("past", "future", "both")


def tagging(
    length: int = 20,
    words: int = 10,
    rows: int = 5000,
    validation_rows: int = 500,
    test_rows: int = 1000,
    context: Context = "future",
    seed: int = 0,
) -> Dataset:
    """Rows of words, numbered from 0 and drawn uniformly, with a tag for each that compares neighbouring words.

        past:    y_t = 1 if w_(t-1) < w_t, else 0
        future:  y_t = 1 if w_t < w_(t+1), else 0
        both:    y_t = 1 if w_(t-1) < w_(t+1), else 0

    If a neighbour is missing, the mean word (words - 1) / 2 is used instead. x (rows, length, words) float32 one-hot, y
    (rows, length) int32. A share of (1 - 1/words) / 2 of the tags within a row is 1, 45 % for 10 words. A model that
    has only one of the two compared words is right for at most 3/4 of these tags (10 words). A network that reads
    forwards can reach this with "future" and "both".

    No row occurs twice, within or between splits.

    Args:
        length: words in a row, 2 or more.
        words: number of different words, 2 or more.
        rows, validation_rows, test_rows: the sizes of the splits; 0 validation rows mean no validation split.
        context: "past", "future" or "both".
        seed: the seed of the words.

    Raises:
        Error: a size is out of bounds, the context is unknown, or there are not enough different rows.

    >>> x, y = tagging(length=6, rows=1, validation_rows=0, test_rows=1).train
    >>> x[0].argmax(axis=1).tolist(), y[0].tolist()
    ([5, 0, 3, 3, 7, 9], [0, 1, 0, 1, 1, 0])
    """
    check_size("length", length, 2)
    check_size("words", words, 2)
    if context not in CONTEXTS:
        raise Error(f"context={context!r} given: {nearest(str(context), CONTEXTS)}")
    total = checked_total(rows, validation_rows, test_rows)
    rng = np.random.RandomState(seed)
    drawn = distinct(lambda count: rng.randint(words, size=(count, length)), total)
    mean = (words - 1) / 2
    padded = np.pad(drawn.astype(np.float32), ((0, 0), (1, 1)), constant_values=mean)
    before, here, after = padded[:, :-2], padded[:, 1:-1], padded[:, 2:]
    lower, higher = {"past": (before, here), "future": (here, after), "both": (before, after)}[context]
    y = (lower < higher).astype(np.int32)
    return deal("tagging", np.eye(words, dtype=np.float32)[drawn], y, rows, validation_rows, ("0", "1"))
