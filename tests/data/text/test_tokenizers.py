"""Tokenizers: round trips, rare tokens, damaged values."""

import json
import random
import sys
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import TOKENIZERS, Characters, Pieces, Words, tokenizer, tokenizer_from_json

SYLLABLES = ["the", "qui", "ck", "bro", "wn", "fo", "x", "jum", "ps", "o", "ver", "a", "la", "zy", "dog", "and"]
ENGLISH = "".join(
    "".join(random.Random(i).choices(SYLLABLES, k=2)) + " \n"[i % 9 == 8] for i in [*range(200), *range(200)]
)
JAPANESE = "吾輩は猫である。名前はまだ無い。\nどこで生れたかとんと見当がつかぬ。\n" * 20
TEXT = st.one_of(st.text(), st.text(alphabet="ab \n\t猫はが。ァＡ\u3000"))
PIECES = {algorithm: Pieces.learn(ENGLISH + JAPANESE, 330, algorithm) for algorithm in ("unigram", "bpe")}
ALL = [Characters.learn(JAPANESE), Words.learn(ENGLISH), PIECES["unigram"]]


@given(TEXT.filter(str))
def test_known_characters_come_back(text):
    try:
        characters = Characters.learn(text, fewest=1)
    except Error:
        assert set(text) == {"�"}
        return
    ids = characters.encode(text)
    assert ids.dtype == np.int32 and len(ids) == len(text)
    assert characters.decode(ids) == text
    assert list(characters.alphabet) == sorted(set(text) - {"�"})


@given(TEXT)
def test_unknown_characters_become_one_sign(text):
    characters = Characters("ab猫")
    places = {one: i for i, one in enumerate("ab猫", 1)}
    ids = characters.encode(text)
    assert ids.tolist() == [places.get(one, 0) for one in text]
    assert characters.decode(ids) == "".join(one if one in places else "�" for one in text)


def test_rare_characters():
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    text = many + "猫犬" * 3 + "鳥" * 2
    assert Characters.learn(text).alphabet == "犬猫"
    assert Characters.learn(text, fewest=2).size == 4
    assert Characters.learn(text, fewest=1).size == 304
    assert Characters.learn("abc").alphabet == "abc"
    with pytest.raises(Error, match=r"no character of the text .* occurs 5 times"):
        Characters.learn("abc", fewest=5)
    with pytest.raises(Error, match="0 characters"):
        Characters.learn("")


def test_halves_of_surrogate_pairs_are_unknown():
    assert Characters.learn("a\udc80").alphabet == "a"
    assert Characters("a\uffff").encode("a\udc80").tolist() == [1, 0]
    assert PIECES["unigram"].decode(PIECES["unigram"].encode("a\udc80b")) == "a?b"


def test_characters_are_fast():
    text = (ENGLISH + JAPANESE) * 500
    characters = Characters.learn(text)
    start = time.perf_counter()
    ids = characters.encode(text)
    assert len(ids) > 1_000_000 and time.perf_counter() - start < 1


@given(st.text(alphabet="ab \n", min_size=1))
def test_words_come_back_but_for_spaces(text):
    words = Words(("<unk>", "<eos>", "a", "b", "ab"))
    ids = words.encode(text)
    decoded = words.decode(ids)
    assert ids.dtype == np.int32 and words.encode(decoded).tolist() == ids.tolist()
    known = [[one if one in words.words else "<unk>" for one in line.split()] for line in text.split("\n")]
    assert decoded == "\n".join(map(" ".join, known))


def test_the_most_frequent_words_are_kept():
    text = "b a a <unk> c <eos>\n<unk> <unk> b b\n"
    assert Words.learn(text).words == ("<unk>", "<eos>", "b", "a", "c")
    few = Words.learn(text, most=4)
    assert few.size == 4 and few.encode("a b c <unk> d\n").tolist() == [3, 2, 0, 0, 0, 1]
    assert Words.learn(text, most=1000) == Words.learn(text)
    with pytest.raises(Error, match="most=2 given; expected at least 3"):
        Words.learn(text, most=2)
    with pytest.raises(Error, match="no words"):
        Words.learn("\n <unk>\n")


@pytest.mark.parametrize("algorithm", PIECES)
@given(text=TEXT)
@example("  two  spaces \n\n and lines\n")
@example("<unk><0x41>\r\n\t😀�ﬁ①\ufeff\u200b\0")
@example("どこで猫が生れたか、名前は?\n")
def test_any_text_comes_back_from_pieces(algorithm, text):
    text = text.replace("▁", " ")
    pieces = PIECES[algorithm]
    ids = pieces.encode(text)
    assert ids.dtype == np.int32 and (ids > 0).all() and (ids < pieces.size).all()
    assert pieces.decode(ids) == text


def test_pieces():
    pieces = PIECES["unigram"]
    assert pieces.size == 330
    assert len(pieces.encode("the dog")) < len("the dog")
    assert Pieces.learn(ENGLISH + JAPANESE, 330) == pieces
    assert pieces.encode("a\nb").tolist() == [*pieces.encode("a"), *pieces.encode("\n"), *pieces.encode("b")]
    assert pieces.decode(pieces.encode("▁")) == " "
    assert pieces.decode(pieces.encode("😀")[:2]).startswith("�")


@pytest.mark.parametrize("algorithm", PIECES)
def test_a_size_that_does_not_fit(algorithm):
    with pytest.raises(Error, match=r"size=5000 given; .* give \d+ or fewer") as large:
        Pieces.learn(ENGLISH, 5000, algorithm)
    most = int(str(large.value).split()[-3])
    assert Pieces.learn(ENGLISH, most, algorithm).size == most
    with pytest.raises(Error, match=r"size=270 given; .* give \d+ or more") as small:
        Pieces.learn(ENGLISH, 270, algorithm)
    least = int(str(small.value).split()[-3])
    assert Pieces.learn(ENGLISH, least, algorithm).size == least


@pytest.mark.wrong_types
def test_what_pieces_cannot_be_learnt_from(monkeypatch):
    for size in (258, 10**7, 300.0):
        with pytest.raises(Error, match="expected a whole number from 259 to 1000000"):
            Pieces.learn(ENGLISH, size)
    with pytest.raises(Error, match="choose unigram or bpe"):
        Pieces.learn(ENGLISH, 300, "word")
    with pytest.raises(Error, match="is empty or holds only spaces"):
        Pieces.learn("\n ", 300)
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(Error, match=r"pip install 'waza\[text\]'"):
        Pieces.learn(ENGLISH, 300)
    with pytest.raises(Error, match=r"pip install 'waza\[text\]'"):
        tokenizer_from_json(PIECES["bpe"].to_json())


def test_a_long_line_is_learnt_from():
    line = ENGLISH.replace("\n", " ") * 5
    assert len(line) > 4_192 and len(Pieces.learn(line, 300).encode(line)) < len(line)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.kind)
def test_json_and_back(one):
    again = tokenizer_from_json(json.loads(json.dumps(one.to_json())))
    assert again == one and type(again) is TOKENIZERS[one.kind] is tokenizer(one.kind)
    for text in (ENGLISH, JAPANESE, ""):
        ids = one.encode(text)
        assert ids.dtype == np.int32 and ids.ndim == 1
        assert again.encode(text).tolist() == ids.tolist() and again.decode(ids) == one.decode(ids)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.kind)
def test_ids_out_of_range(one):
    for wrong in (-1, one.size):
        with pytest.raises(Error, match=rf"the id {wrong} is not in this tokenizer: expected 0 to {one.size - 1}"):
            one.decode([0, wrong])
    with pytest.raises(Error, match="expected one row of whole numbers"):
        one.decode([[0]])
    with pytest.raises(Error, match="expected one row of whole numbers"):
        one.decode([0.5])
    assert one.decode([]) == ""


def test_kinds():
    assert list(TOKENIZERS) == ["characters", "words", "pieces"]
    with pytest.raises(Error, match="no tokenizer is called 'word': did you mean 'words'"):
        tokenizer_from_json({"kind": "word"})


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    "values",
    [
        {"kind": "characters", "alphabet": ""},
        {"kind": "characters", "alphabet": "aa"},
        {"kind": "characters", "alphabet": "a�"},
        {"kind": "characters", "alphabet": ["a"]},
        {"kind": "words", "words": ["a", "b"]},
        {"kind": "words", "words": ["<unk>", "<eos>", "a", "a"]},
        {"kind": "words", "words": ["<unk>", "<eos>", "a b"]},
        {"kind": "pieces", "model": ""},
        {"kind": "pieces", "model": "anVuaw=="},
        {"kind": "pieces", "model": "no base64"},
    ],
)
def test_damaged_values(values):
    with pytest.raises(ValueError):
        tokenizer_from_json(values)


def test_unknown_words_and_characters_are_named_in_their_order():
    assert Words.learn("to be").unknown("or to see\nbe") == ["or", "see"]
    assert Characters("ab").unknown("baxay") == ["x", "y"]
    assert PIECES["unigram"].unknown("吾輩は鬱だ鬱 the\n") == ["鬱", "鬱"]
    assert PIECES["bpe"].unknown("\ud800the") == ["\ud800"]
    for one in ALL:
        assert one.unknown("") == []


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.kind)
def test_each_token_is_shown_by_itself(one):
    text = "吾輩は猫 the fox"
    ids = one.encode(text)
    shown = one.shown(ids)
    assert len(shown) == len(ids) and all(isinstance(token, str) and token for token in shown)
    if one.kind == "characters":
        assert "".join(shown[:4]) == "吾輩は猫"
    with pytest.raises(Error, match="is not in this tokenizer"):
        one.shown([one.size])


def test_pieces_are_shown_with_their_sign_for_a_space():
    shown = PIECES["unigram"].shown(PIECES["unigram"].encode("fox the"))
    assert "".join(shown).replace("▁", " ") == "fox the" and PIECES["unigram"].shown([5])[0].startswith("<0x")
