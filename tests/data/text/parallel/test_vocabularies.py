"""Vocabularies of sentences: what comes back, what is shared, what is saved."""

import json
import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Pieces
from waza.data.text.parallel import ParallelText, Vocabularies

RANDOM = random.Random(0)
WORDS = sorted({"".join(RANDOM.choices(("ba", "ri", "to", "nek", "sa", "lum"), k=3)) for _ in range(60)})
ENGLISH = tuple("the dog " + " ".join(RANDOM.choices(WORDS, k=5)) + " dog ." for _ in range(300))
JAPANESE = tuple(
    "".join(RANDOM.choices(("大きい", "古い", "猫", "犬", "狐", "見る", "走る", "が", "を"), k=6)) for _ in ENGLISH
)
TEXT = ParallelText("animals", ENGLISH, JAPANESE)
LEARNED = {algorithm: Vocabularies.learn(TEXT, algorithm=algorithm) for algorithm in ("unigram", "bpe")}
JOINT = Vocabularies.learn(TEXT, joint=True)
SENTENCES = st.one_of(
    st.text(st.characters(exclude_characters="\n▁", exclude_categories=["Cs"])),
    st.text("ab \tñ猫はが。ァＡ\u3000\u2028"),
)


@pytest.mark.parametrize("side", ["source", "target"])
@given(sentence=SENTENCES)
@example(" the  cat ")
@example("大きい猫 が 犬を見る。")
@example("")
def test_sentences_come_back_from_pieces(side, sentence):
    for one in (*LEARNED.values(), JOINT):
        pieces = getattr(one, side)
        ids = pieces.encode(sentence)
        assert ids.dtype == np.int32 and (ids < pieces.size).all() and pieces.decode(ids) == sentence


@given(st.lists(st.sampled_from(" ".join(ENGLISH).split()), min_size=1).map(" ".join))
def test_sentences_come_back_from_words_and_characters(sentence):
    for kind in ("words", "characters"):
        one = Vocabularies.learn(TEXT, kind).source
        assert one.decode(one.encode(sentence)) == sentence


def test_a_word_is_the_same_piece_at_the_beginning_and_inside():
    for one in LEARNED.values():
        first, inside = one.source.encode("dog"), one.source.encode("the dog")
        assert inside.tolist() == [*one.source.encode("the"), *first]
    plain = Pieces.learn("\n".join(ENGLISH), algorithm="bpe")
    assert plain.encode("dog").tolist() != plain.encode("the dog")[-len(plain.encode("dog")) :].tolist()


def test_joint_and_separate():
    assert JOINT.joint and JOINT.source is JOINT.target and JOINT.ends == (JOINT.source.size,) * 2
    separate = LEARNED["unigram"]
    assert not separate.joint and separate.ends == (separate.source.size, separate.target.size)
    assert "猫" not in Vocabularies.learn(TEXT, "characters").source.alphabet
    assert {"猫", "d"} <= set(Vocabularies.learn(TEXT, "characters", joint=True).source.alphabet)
    assert "\n" not in Vocabularies.learn(TEXT, "characters", joint=True).source.alphabet
    assert Vocabularies.learn(TEXT, "words", joint=True).target.encode(f"dog {JAPANESE[0]}").min() > 1


@pytest.mark.wrong_types
def test_sizes():
    assert Vocabularies.learn(TEXT, size=285).ends == (285, 285)
    assert Vocabularies.learn(TEXT, "words", size=5).ends == (5, 5)
    assert max(JOINT.ends) < 8_000  # the text has fewer
    with pytest.raises(Error, match=r"size=8000 given; the text has fewer pieces"):
        Vocabularies.learn(TEXT, size=8_000)
    with pytest.raises(Error, match="a vocabulary of 9 characters was asked for, and characters are not limited"):
        Vocabularies.learn(TEXT, "characters", size=9)
    with pytest.raises(Error, match="no tokenizer is called 'word'"):
        Vocabularies.learn(TEXT, "word")


@pytest.mark.parametrize("one", [*LEARNED.values(), JOINT, Vocabularies.learn(TEXT, "words")])
def test_json_and_back(one):
    again = Vocabularies.from_json(json.loads(json.dumps(one.to_json())))
    assert again == one and again.joint == one.joint
    assert again.target.encode(JAPANESE[0]).tolist() == one.target.encode(JAPANESE[0]).tolist()


def test_many_pairs_are_sampled(monkeypatch):
    monkeypatch.setattr("waza.data.text.parallel.vocabularies.LEARNED_FROM", 10)
    numbers = tuple(map(str, range(25)))
    assert Vocabularies.learn(ParallelText("n", numbers, numbers), "words").source.words[2:] == numbers[::3]
