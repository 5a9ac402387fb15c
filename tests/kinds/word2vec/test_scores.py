"""The evaluation of word vectors, against SciPy, gensim and simulations."""

import math

import numpy as np
import pytest
from scipy import stats

from waza.data import KeyedVectors
from waza.data.text.vectors import Analogies, SimilarPairs
from waza.kinds.word2vec.scores import analogy_scores, bootstrap, similarity_scores, spearman

RNG = np.random.default_rng(0)
WORDS = tuple(f"w{i}" for i in range(60))
VECTORS = KeyedVectors(WORDS, RNG.normal(size=(60, 4)))
PAIRS = SimilarPairs("toy", WORDS[:50], WORDS[10:], RNG.integers(0, 5, 50).astype(float))


def test_spearman_is_scipy_s():
    x, y = RNG.integers(0, 6, (3, 30)), RNG.normal(size=(3, 30))
    expected = [stats.spearmanr(one, other).statistic for one, other in zip(x, y, strict=True)]
    assert spearman(x, y) == pytest.approx(expected)
    assert spearman(np.ones(5), np.arange(5)) == 0


def test_a_score_is_the_correlation_of_cosines_and_ratings():
    (found,) = similarity_scores(VECTORS, [PAIRS])
    cosines = [
        float(VECTORS.units[VECTORS.row(a)] @ VECTORS.units[VECTORS.row(b)])
        for a, b in zip(PAIRS.first, PAIRS.second, strict=True)
    ]
    assert found.value == pytest.approx(stats.spearmanr(cosines, PAIRS.rating).statistic)
    assert found.low < found.value < found.high and (found.known, found.asked) == (50, 50)
    assert similarity_scores(VECTORS, [PAIRS]) == [found]


def test_the_interval_covers_the_truth():
    """Of normal pairs with correlation r, Spearman's is 6 / pi arcsin(r / 2)."""
    r, covered = 0.6, 0
    truth = 6 / math.pi * math.asin(r / 2)
    rng = np.random.default_rng(1)
    for seed in range(60):
        x, y = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], 80).T
        low, high = bootstrap(x, y, seed)
        covered += low <= truth <= high
    assert covered >= 52  # at 95 %: 57 on average, 52 or fewer in 1.7 % of the cases


def test_unknown_words_are_left_out_and_counted():
    pairs = SimilarPairs("some", ("W1", "nowhere", *WORDS[:12]), ("w2", "w3", *WORDS[20:32]), np.arange(14.0))
    (found,) = similarity_scores(VECTORS, [pairs])
    assert (found.known, found.asked) == (13, 14)
    (none,) = similarity_scores(VECTORS, [pairs._replace(first=("x",) * 14)])
    assert math.isnan(none.value) and (none.known, none.asked) == (0, 14)


def test_gensim_finds_the_same():
    models = pytest.importorskip("gensim.models")
    words = ("man", "woman", "king", "queen", "boy", "girl", "car")
    values = np.array([[1, 0, 0], [1, 1, 0], [2, 0.1, 1], [2, 1.6, 1], [0.3, 0, -1], [0.3, 1, -1], [0, -1, 0]])
    keyed = models.KeyedVectors(3)
    keyed.add_vectors(list(words), values.astype(np.float32))
    questions = (
        tuple(
            (a, b, c, d) for a, b in [words[:2], words[2:4], words[4:6]] for c, d in [words[:2], words[2:4]] if a != c
        )
        * 4
    )
    found = analogy_scores(KeyedVectors(words, values), [Analogies("family", questions)])
    right = [keyed.most_similar([b, c], [a], topn=1)[0][0] == d for a, b, c, d in questions]
    assert [one.name for one in found] == ["all", "family"]
    assert found[0].value == found[1].value == pytest.approx(np.mean(right)) and found[0].known == len(questions)
    assert found[1].low < found[1].value or found[1].value == 1


def test_an_analogy_with_an_unknown_word_is_left_out():
    questions = ((WORDS[0], WORDS[1], WORDS[2], "nowhere"),) * 30
    found = analogy_scores(VECTORS, [Analogies("none", questions)])
    assert all(math.isnan(one.value) and (one.known, one.asked) == (0, 30) for one in found)
