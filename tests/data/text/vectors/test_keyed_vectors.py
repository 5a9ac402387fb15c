"""Neighbours and analogies of word vectors, against cosines that are computed one by one."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import KeyedVectors, word_tests
from waza.data.text.vectors.word_tests import parsed_analogies, parsed_pairs

RANDOM = KeyedVectors(tuple(f"w{i}" for i in range(40)), np.random.default_rng(0).normal(size=(40, 5)))


def cosine(one, other):
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_the_nearest_words_have_the_largest_cosines():
    found = RANDOM.nearest("w3", 7)
    expected = sorted(((cosine(RANDOM["w3"], RANDOM[w]), w) for w in RANDOM.words if w != "w3"), reverse=True)[:7]
    assert [one.word for one in found] == [word for _, word in expected]
    assert [one.cosine for one in found] == pytest.approx([value for value, _ in expected], abs=1e-6)
    assert len(RANDOM.nearest("w3", 100)) == 39


def test_an_analogy_is_b_less_a_and_c():
    direction = RANDOM.units[[1]] - RANDOM.units[[0]] + RANDOM.units[[2]]
    values = {word: cosine(direction[0], RANDOM[word]) for word in RANDOM.words[3:]}
    best = max(values, key=values.get)
    found = RANDOM.analogy("w0", "w1", "w2", 1)[0]
    assert found.word == best and found.cosine == pytest.approx(values[best], abs=1e-6)
    plane = KeyedVectors(
        ("man", "woman", "king", "queen", "car"), np.array([[1, 0], [1, 1], [2, 0.1], [2, 1.6], [0, -1]])
    )
    assert plane.analogy("man", "woman", "king", 1)[0].word == "queen"


def test_a_vector_of_zeros_is_like_none():
    found = KeyedVectors(("zero", "one", "other"), np.array([[0, 0], [1, 0], [0, 1]])).nearest("zero")
    assert [one.cosine for one in found] == [0, 0]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Tokyo", r"no vector of 'Tokyo' among 4 words: did you mean 'tokyo'"),
        ("tokio", r"did you mean 'tokyo'\?"),
        ("zzzzzz", "no word has a similar spelling"),
        ("東京都", r"did you mean '東京'\?"),
    ],
)
def test_a_word_without_a_vector_suggests_spellings(word, said):
    vectors = KeyedVectors(("tokyo", "kyoto", "東京", "osaka"), np.eye(4))
    for ask in (vectors.nearest, vectors.row, vectors.__getitem__):
        with pytest.raises(Error, match=said):
            ask(word)
    assert word not in vectors


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("words", "values", "said"),
    [
        (("a",), np.ones((2, 2)), r"1 words and vectors of shape \(2, 2\)"),
        (("a", "a"), np.ones((2, 2)), "'a' has more than one vector"),
        (("a", ""), np.ones((2, 2)), "word 1 is empty"),
        (("a", "b"), np.array([[1, 1], [1, np.nan]]), "the vector of 'b' has values that are not finite"),
    ],
)
def test_vectors_that_cannot_be(words, values, said):
    with pytest.raises(Error, match=said):
        KeyedVectors(words, values)


def test_lines_of_word_tests_that_have_something_else():
    with pytest.raises(Error, match="toy: line 2 has 2 cells; expected two words and a rating"):
        parsed_pairs("toy", "a b 1\na b\n")
    with pytest.raises(Error, match="toy: a rating is no number"):
        parsed_pairs("toy", "a b c\n")
    with pytest.raises(Error, match="line 2 has 3 words"):
        parsed_analogies(": one\na b c\n")


def test_the_published_word_tests(real):
    real("word2vec_eval")
    found = word_tests()
    assert {one.name: len(one.first) for one in found.pairs} == {
        **{"MC-30": 30, "MEN-TR-3k": 3000, "MTurk-287": 287, "MTurk-771": 771, "RG-65": 65, "RW-STANFORD": 2034},
        **{"SIMLEX-999": 999, "SimVerb-3500": 3500, "VERB-143": 144, "WS-353-ALL": 353, "WS-353-REL": 252},
        **{"WS-353-SIM": 203, "YP-130": 130},
    }
    assert sum(len(one.questions) for one in found.analogies) == 19_544 and len(found.analogies) == 14
