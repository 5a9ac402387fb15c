"""Translation by dictionary: each source word has one target word, and some words change places with the next."""

from typing import NamedTuple

import numpy as np

from waza.data.dataset import Dataset, Weighted
from waza.data.tasks.sizes import check_size
from waza.data.tasks.splits import checked_total, distinct

EMPTY = -1  # in place of a word after a sentence's end, while sentences are drawn


class Translated(NamedTuple):
    """Target sentences, and where each target token comes from.

    Args:
        tokens: the target words, then the token that ends a sentence, (rows, time) int32.
        origins: the place in the source of the word that each token translates, (rows, time) int32; of the end's token
            the place of the source's end.
    """

    tokens: np.ndarray
    origins: np.ndarray


def dictionary(
    shortest: int = 4,
    longest: int = 12,
    words: int = 20,
    movers: int = 0,
    rows: int = 5000,
    validation_rows: int = 500,
    test_rows: int = 1000,
    seed: int = 0,
) -> Dataset:
    """Random sentences and their translations by a dictionary, with a known alignment.

    A sentence has `shortest` to `longest` words, numbered from 0 and drawn uniformly; each length is as frequent as any
    other. Word w is translated by the word d(w), where d is a permutation that the seed draws. The first `movers` words
    are movers: reading from the left, a mover that is followed by another word changes places with it, and both are
    done. So a target word's place depends on the words before it, and not on its own place alone. The token `words`
    ends a sentence on both sides.

    Each split is `Weighted`. x is (source, lengths, previous): the source's tokens with the end's, (rows, longest + 1)
    int32; their number, (rows,); and the target's tokens moved by one, which begin with the end's. y is `Translated`.
    The weights (rows, longest + 1) are 1 for target tokens, with the end's, and 0 after them. No source occurs twice.

    Args:
        shortest, longest: the smallest and the largest number of words of a sentence.
        words: the number of different words.
        movers: the number of words that change places with the next one.
        rows, validation_rows, test_rows: the sizes of the splits; 0 validation rows mean no validation split.
        seed: of the sentences and of the dictionary.

    Raises:
        Error: a size is out of bounds, or there are not enough different sentences.

    >>> data = dictionary(shortest=3, longest=3, words=5, movers=2, rows=1, validation_rows=0, test_rows=1, seed=6)
    >>> x, y, weights = data.train
    >>> x[0].tolist(), y.tokens.tolist(), y.origins.tolist()
    ([[2, 0, 1, 5]], [[0, 4, 3, 5]], [[0, 2, 1, 3]])
    """
    check_size("shortest", shortest, 1)
    check_size("longest", longest, shortest)
    check_size("words", words, 2)
    check_size("movers", movers, 0, words)
    total = checked_total(rows, validation_rows, test_rows)
    rng = np.random.RandomState(seed)
    known = rng.permutation(words).astype(np.int32)

    def draw(count: int) -> np.ndarray:
        lengths = rng.randint(shortest, longest + 1, size=count)
        drawn = rng.randint(words, size=(count, longest))
        return np.where(np.arange(longest) < lengths[:, None], drawn, EMPTY).astype(np.int32)

    sources = distinct(draw, total)
    whole = _translated(sources, known, movers)

    def part(cut: slice) -> Weighted:
        x, y, weights = whole
        return Weighted(tuple(one[cut] for one in x), Translated(*(one[cut] for one in y)), weights[cut])

    train, validation = part(slice(rows)), part(slice(rows, rows + validation_rows))
    test = part(slice(rows + validation_rows, None))
    return Dataset("dictionary", train, test, validation if validation_rows else None)  # type: ignore[arg-type]


def orders(sources: np.ndarray, movers: int) -> np.ndarray:
    """The place in the source of each target word, (rows, longest); sentences are filled up with words below 0.

    >>> orders(np.array([[0, 9, 0, 0, 9], [9, 0, -1, -1, -1]]), movers=1).tolist()
    [[1, 0, 3, 2, 4], [0, 1, 2, 3, 4]]
    """
    places = np.broadcast_to(np.arange(sources.shape[1]), sources.shape).copy()
    done = np.zeros(len(sources), bool)  # whether the word has changed places already
    for i in range(sources.shape[1] - 1):
        moves = ~done & (sources[:, i] >= 0) & (sources[:, i] < movers) & (sources[:, i + 1] >= 0)
        places[moves, i], places[moves, i + 1] = i + 1, i
        done = moves
    return places


def _translated(sources: np.ndarray, known: np.ndarray, movers: int) -> Weighted:
    """All sentences with their translations, as `dictionary` gives them."""
    end, count = len(known), len(sources)
    words = (sources >= 0).sum(1).astype(np.int32)
    places = orders(sources, movers)
    moved = np.take_along_axis(sources, places, 1)
    column = np.full((count, 1), end, np.int32)

    def ended(given: np.ndarray) -> np.ndarray:
        return np.concatenate([np.where(sources >= 0, given, end), column], 1).astype(np.int32)

    tokens = ended(known[moved])
    place = np.arange(tokens.shape[1])
    origins = np.where(place < words[:, None], np.concatenate([places, column], 1), words[:, None]).astype(np.int32)
    weights = (place <= words[:, None]).astype(np.float32)
    previous = np.concatenate([column, tokens[:, :-1]], 1)
    x = (ended(sources), words + 1, previous)
    return Weighted(x, Translated(tokens, origins), weights)
