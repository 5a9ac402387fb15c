"""Measures of replies: by hand, and BLEU against sacrebleu."""

import math
import random

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data.text.replies import average_similarity, bleu, different, distinct, greedy_similarity, self_bleu
from waza.data.text.vectors import KeyedVectors

VECTORS = KeyedVectors(("a", "b", "c"), np.array([[1, 0], [0, 2], [1, 1]], np.float32))


def texts(number, seed):
    """Sentences of few words, some of them empty, repeated or of one word."""
    rng = random.Random(seed)
    return [[rng.choice("abcdef") for _ in range(rng.randint(0, 9))] for _ in range(number)]


def test_bleu_is_sacrebleu_s():
    metrics = pytest.importorskip("sacrebleu.metrics")
    for order in (1, 2, 4):
        theirs = metrics.BLEU(
            tokenize="none", max_ngram_order=order, effective_order=True, smooth_method="exp", force=True
        )
        for seed in range(60):
            hypothesis, *references = texts(1 + seed % 4 + 1, seed)
            expected = theirs.sentence_score(" ".join(hypothesis), [" ".join(one) for one in references]).score / 100
            assert bleu(hypothesis, references, order) == pytest.approx(expected, abs=1e-9), (hypothesis, references)


def test_bleu_by_hand():
    reference = ["the", "cat", "is", "on", "the", "mat"]
    assert bleu(["the"] * 7, [reference], 1) == pytest.approx(2 / 7)  # Papineni's example
    assert bleu(["the", "cat"], [reference], 1) == pytest.approx(math.exp(1 - 6 / 2))
    assert bleu(["the", "cat"], [reference, ["a"], ["a"] * 3], 1) == 1.0  # of two as near, the shorter
    assert bleu(["x", "y"], [reference]) == bleu([], [reference]) == 0.0


def test_self_bleu_by_hand():
    replies = [list("abc"), list("abd"), list("xyz")]
    each = (2 / 3 * 1 / 2) ** 0.5  # one token and one pair of two in common
    assert self_bleu(replies, 2) == pytest.approx((each + each + 0) / 3)
    assert self_bleu([list("abc")] * 5) == 1.0
    assert math.isnan(self_bleu([list("abc")]))


def test_distinct_by_hand():
    replies = [list("abab"), list("ab"), []]
    assert distinct(replies, 1) == 2 / 6
    assert distinct(replies, 2) == 2 / 4
    assert distinct(replies, 4) == 1.0
    assert math.isnan(distinct(replies, 5)) and math.isnan(distinct([], 1))
    assert different(replies) == 3


def test_token_numbers_in_arrays():
    lists = [[1, 2, 1, 2], [1, 2], [], [3]]
    arrays = [np.array(reply, np.int32) for reply in lists]
    assert different(arrays) == different(lists) == 4 and different([*arrays, np.array([], int)]) == 4
    assert distinct(arrays, 2) == distinct(lists, 2) == 2 / 4
    assert self_bleu(arrays) == self_bleu(lists)
    assert bleu(arrays[0], arrays[1:]) == bleu(lists[0], lists[1:]) > 0


@pytest.mark.parametrize("measure", [lambda: distinct([], 0), lambda: self_bleu([], 0), lambda: bleu("a", ["a"], -1)])
def test_an_order_below_one(measure):
    with pytest.raises(Error, match="expected a number of tokens of at least 1"):
        measure()


def test_no_reference():
    with pytest.raises(Error, match="expected at least one reference"):
        bleu("a", [])


def test_similarity_by_hand():
    assert average_similarity(["a", "b"], ["c"], VECTORS) == pytest.approx((0.5 + 1) / math.sqrt(1.25 * 2))
    diagonal = math.sqrt(0.5)
    found = greedy_similarity(["a", "b"], ["c", "a"], VECTORS)
    assert found == pytest.approx(((1 + diagonal) / 2 + (diagonal + 1) / 2) / 2)


@pytest.mark.parametrize("measure", [average_similarity, greedy_similarity])
def test_similarity_of_equal_and_of_unknown_words(measure):
    assert measure(["a", "c"], ["a", "c"], VECTORS) == pytest.approx(1)
    assert measure(["a", "nowhere"], ["a"], VECTORS) == pytest.approx(1)
    assert math.isnan(measure(["nowhere"], ["a"], VECTORS)) and math.isnan(measure(["a"], [], VECTORS))
