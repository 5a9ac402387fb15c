"""Parts of a parallel text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Note
from waza.data.text.held_out import held_out, text_hashes
from waza.data.text.parallel import ParallelText, is_new, parallel_corpus

NUMBERS = tuple(map(str, range(1_000)))
TEXT = ParallelText("numbers", NUMBERS, NUMBERS)


def test_held_out_parts():
    corpus, notes = parallel_corpus(TEXT)
    assert [part.size for part in corpus[1:]] == [900, 50, 50]
    assert sorted(sum((part.source for part in corpus[1:]), ())) == sorted(NUMBERS)
    assert all(part.source == part.target for part in corpus[1:])
    assert notes == [Note("pairs_set_aside", {"train": "900", "validation": "50", "test": "50"})]
    assert parallel_corpus(TEXT) == (corpus, notes)
    assert parallel_corpus(TEXT, seed=1)[0].test != corpus.test
    backwards, _ = parallel_corpus(TEXT.rows(range(999, -1, -1)))
    assert sorted(backwards.test.source) == sorted(corpus.test.source)


def test_given_parts_stay_and_repeats_are_counted():
    part = ParallelText("dev", ("1", "2", "new"), ("x", "y", "z"))
    corpus, notes = parallel_corpus(TEXT, part, part.rows([2, 0]))
    assert corpus == ("numbers", TEXT, part, part.rows([2, 0]))
    assert notes == [
        Note("pairs_repeated_validation", {"count": "2", "pairs": "3"}),
        Note("pairs_repeated_test", {"count": "1", "pairs": "2"}),
    ]
    assert is_new(part, TEXT).tolist() == [False, False, True]
    assert is_new(part, TEXT, "target").tolist() == [True, True, True]
    corpus, _ = parallel_corpus(TEXT, part)
    assert [one.size for one in corpus[1:]] == [950, 3, 50] and corpus.validation == part


@given(st.lists(st.integers(0, 300), min_size=100, max_size=900))
def test_equal_sentences_are_in_one_part(sources):
    text = ParallelText("any", tuple(map(str, sources)), tuple(map(str, range(len(sources)))))
    try:
        corpus, notes = parallel_corpus(text)
    except Error:
        assert len(set(sources)) < 60
        return
    parts = [set(part.source) for part in corpus[1:]]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert sum(part.size for part in corpus[1:]) == text.size
    assert [note.kind for note in notes] == ["pairs_set_aside"]
    assert min(map(len, parts)) >= 1


def test_a_frequent_sentence_stays_in_training():
    for i in range(20):
        part_of = held_out(text_hashes([f"often {i}"] * 500 + [f"{i} {j}" for j in range(500)]), 2)
        assert (part_of[:500] == 0).all() and np.bincount(part_of).tolist() == [900, 50, 50]


def test_too_few_pairs():
    with pytest.raises(Error, match=r"numbers has 29 pairs with 29 different source sentences; expected at least 30"):
        parallel_corpus(TEXT.rows(range(29)))
    assert [part.size for part in parallel_corpus(TEXT.rows(range(30)))[0][1:]] == [10, 10, 10]
    with pytest.raises(Error, match="100 pairs with 1 different"):
        parallel_corpus(TEXT.rows([0] * 100))
    few = TEXT.rows(range(2))
    assert parallel_corpus(few, few, few)[0].train == few
