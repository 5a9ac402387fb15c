"""word2vec's files of vectors: gensim reads what is written, and what is damaged is named."""

import codecs
import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import KeyedVectors, read_vectors, write_vectors

FORMATS = pytest.mark.parametrize("ending", [".txt", ".bin"])
SMALL = KeyedVectors(("tokyo", "東京", "naïve"), np.array([[1, -2.5], [0.1, 1e-30], [3e7, 1 / 3]], np.float32))
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters=" \t\r\n")
VECTORS = st.integers(1, 4).flatmap(
    lambda width: st.dictionaries(
        st.text(LETTERS, min_size=1, max_size=6),
        st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=width, max_size=width),
        min_size=1,
        max_size=5,
    )
)


def same(one, other):
    assert one.words == other.words
    np.testing.assert_array_equal(one.vectors, other.vectors)


@FORMATS
@settings(max_examples=40)
@given(rows=VECTORS)
def test_what_is_written_is_read(ending, rows, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"round-trip{ending}"
    vectors = KeyedVectors(tuple(rows), np.array(list(rows.values()), np.float32))
    write_vectors(path, vectors)
    same(read_vectors(path), vectors)


@FORMATS
@settings(max_examples=60)
@given(content=st.binary(max_size=60), header=st.sampled_from([b"", b"2 1\n", b"1 2\r\n"]))
def test_any_other_bytes_are_vectors_or_an_error_of_one_line(ending, content, header, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"any{ending}"
    path.write_bytes(header + content)
    try:
        assert np.isfinite(read_vectors(path).vectors).all()
    except Error as error:
        assert "\n" not in str(error) and str(path) in str(error)


@FORMATS
@settings(max_examples=40)
@given(length=st.integers(0, 10_000))
def test_a_file_that_is_cut_off_is_refused(ending, length, tmp_path_factory):
    whole, path = tmp_path_factory.getbasetemp() / f"whole{ending}", tmp_path_factory.getbasetemp() / f"cut{ending}"
    write_vectors(whole, SMALL)
    content = whole.read_bytes().rstrip(b"\n")
    last = content.rindex(b" ") + 1 if ending == ".txt" else len(content)  # a number that is cut is a number
    path.write_bytes(content[: length % last])
    with pytest.raises(Error):
        read_vectors(path)


@FORMATS
@pytest.mark.parametrize("how", ["read", "write"])
def test_gensim_has_the_same_numbers(ending, how, tmp_path):
    models = pytest.importorskip("gensim.models")
    path, binary = tmp_path / f"vectors{ending}", ending == ".bin"
    if how == "read":
        write_vectors(path, SMALL)
        found = models.KeyedVectors.load_word2vec_format(str(path), binary=binary)
        assert tuple(found.index_to_key) == SMALL.words
        np.testing.assert_array_equal(found.vectors, SMALL.vectors)
    else:
        keyed = models.KeyedVectors(2)
        keyed.add_vectors(list(SMALL.words), SMALL.vectors)
        keyed.save_word2vec_format(str(path), binary=binary)
        same(read_vectors(path), SMALL)


def test_the_first_words_alone(tmp_path):
    write_vectors(tmp_path / "all.bin", SMALL)
    same(read_vectors(tmp_path / "all.bin", most=2), KeyedVectors(SMALL.words[:2], SMALL.vectors[:2]))
    assert len(read_vectors(tmp_path / "all.bin", most=9).words) == 3
    with pytest.raises(Error, match="most=0 given"):
        read_vectors(tmp_path / "all.bin", most=0)


def binary(*rows, header=b"2 1"):
    return header + b"\n" + b"".join(word + b" " + np.float32(value).tobytes() for word, value in rows)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"line 1 is ''; expected the number of words and the width"),
        (b"words 1\na 1\n", r"line 1 is 'words 1'; expected .*: correct it"),
        (b"the 0.1 0.2 0.3\n", r"line 1 is 'the 0\.1 0\.2 0\.3'; expected .*GloVe"),
        (b"0 5\n", "line 1 promises 0 words of width 5"),
        (
            b"99999999999 300\na 1\n",
            "line 1 promises 99,999,999,999 words of width 300, at least .* bytes, and 4 follow",
        ),
        (b"2 1\na 1\n\n\n", "line 3 is empty; line 1 promises 2 words: the file is cut off"),
        (b"2 1\naaaaaa 1\n", "line 3 is missing; line 1 promises 2 words"),
        (b"2 2\na 1 2\nb 1\n", "line 3 has 2 cells; expected a word and 2 numbers: the line is cut off"),
        (
            b"1 2\nnew york 1 2\n",
            "line 2 has 4 cells; expected a word and 2 numbers: a blank in a word is written as _",
        ),
        (b"1 2\na 1 x\n", r"line 2 has 'x' where a number is expected"),
        (b"1 2\na 1 nan\n", "line 2, word 'a', has a value that is not finite"),
        (b"1 2\na 1 1e999\n", "line 2, word 'a', has a value that is not finite"),
        (b"2 1\na 1\na 2\n", "line 3 has the word 'a' again, after line 2"),
        (b"1 1\n\xff\xfe 1\n", r"the word at line 2 is not UTF-8 \('\\xff\\xfe'\)"),
        (b"1 1\na 1\nb 2\n", "line 3 holds another word; line 1 promises 1"),
    ],
)
def test_a_damaged_text_file_is_named_with_its_line(content, said, tmp_path):
    path = tmp_path / "damaged.txt"
    path.write_bytes(content)
    with pytest.raises(Error, match=said):
        read_vectors(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (binary((b"a", 1), (b"b", 2))[:-1], "line 1 promises 2 words of width 1, at least 12 bytes, and 11 follow"),
        (binary((b"abc", 1), (b"abcdef", 2))[:-1], "is cut off at byte 22, in word 2 of 2"),
        (binary((b"abcdefghi", 1)), "is cut off at byte 18, in word 2 of 2"),
        (binary((b"a", np.nan), (b"b", 2)), "byte 4, word 'a', has a value that is not finite"),
        (binary((b"a", 1), (b"a", 2)), "byte 10 has the word 'a' again, after byte 4"),
        (binary((b"\xff", 1), (b"b", 2)), r"the word at byte 4 is not UTF-8 \('\\xff'\)"),
        (binary((b"", 1), (b"b", 2)) + b"\n", "the word at byte 4 is empty"),
        (binary((b"a", 1), (b"b", 2), (b"c", 3)), "goes on after 2 words, at byte 17: line 1 is wrong"),
        (b"1 1\n" + b"x" * 20_000, "no word of at most 10,000 bytes at byte 4"),
    ],
)
def test_a_damaged_binary_file_is_named_with_its_byte(content, said, tmp_path):
    path = tmp_path / "damaged.bin"
    path.write_bytes(content)
    with pytest.raises(Error, match=said):
        read_vectors(path)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(Error, match="there is no file"):
        read_vectors(tmp_path / "none.txt")
    with pytest.raises(Error, match="is a folder"):
        read_vectors(tmp_path)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(Error, match="'new york' has a blank"):
        write_vectors(tmp_path / "a.txt", KeyedVectors(("new york",), np.ones((1, 2))))
    with pytest.raises(Error, match=r"a\.csv names no format of word vectors"):
        write_vectors(tmp_path / "a.csv", SMALL)


@pytest.mark.parametrize("ending", [".txt", ".bin", ".TXT", ".BIN"])
def test_words_with_other_blanks_come_back(tmp_path, ending):
    given = KeyedVectors(("a\xa0b", "c\u2028d", "e\x85", "\u3000"), np.eye(4, dtype=np.float32))
    write_vectors(tmp_path / f"x{ending}", given)
    found = read_vectors(tmp_path / f"x{ending}")
    assert found.words == given.words and np.array_equal(found.vectors, given.vectors)


@pytest.mark.parametrize(
    "words, said",
    [
        (("\ud800",), "half a surrogate"),
        (("x" * 10_001,), "10,001 bytes; expected at most 10,000"),
        (("猫" * 3_334,), "10,002 bytes"),
        (("a\tb",), "has a blank"),
        (("",), "is empty"),
        ((), "0 words of width 2 are given"),
    ],
)
@pytest.mark.parametrize("ending", [".txt", ".bin"])
def test_words_that_cannot_be_read_back_are_not_written(tmp_path, words, said, ending):
    with pytest.raises(Error, match=said):
        write_vectors(tmp_path / f"x{ending}", KeyedVectors(words, np.ones((len(words), 2), np.float32)))
    assert not list(tmp_path.iterdir())


def test_the_longest_word_comes_back(tmp_path):
    for ending in (".txt", ".bin"):
        write_vectors(tmp_path / f"x{ending}", KeyedVectors(("x" * 10_000, "b"), np.eye(2, dtype=np.float32)))
        assert read_vectors(tmp_path / f"x{ending}").words == ("x" * 10_000, "b")


def test_a_mark_of_utf_8_is_no_part_of_the_header(tmp_path):
    (tmp_path / "x.txt").write_bytes(codecs.BOM_UTF8 + b"1 2\na 1 2\n")
    assert read_vectors(tmp_path / "x.txt").words == ("a",)


def test_a_packed_file_and_a_number_with_a_sign_in_it(tmp_path):
    (tmp_path / "x.txt").write_bytes(gzip.compress(b"1 2\na 1 2\n"))
    with pytest.raises(Error, match="packed by gzip: unpack it first"):
        read_vectors(tmp_path / "x.txt")
    (tmp_path / "y.txt").write_text("1 2\na_b 1_0 2\n")
    with pytest.raises(Error, match="'1_0' where a number is expected"):
        read_vectors(tmp_path / "y.txt")


@pytest.mark.parametrize("direction", [np.zeros(3), [[1.0, 0.0]], [np.nan, 0.0], []])
def test_a_direction_is_checked(direction):
    with pytest.raises(Error, match="expected 2 finite numbers"):
        KeyedVectors(("a", "b"), np.eye(2, dtype=np.float32)).towards(direction, 1)


def test_cosines_of_tiny_vectors():
    vectors = KeyedVectors(("a", "b", "c"), np.array([[1e-20, 0], [1e-20, 1e-22], [0, 0]], np.float32))
    assert vectors.towards([1, 0], 3)[0].cosine == pytest.approx(1)
    found = {one.word: one.cosine for one in vectors.towards(np.array([1, 0]), 3)}
    assert found == pytest.approx({"a": 1, "b": 1 / np.sqrt(1.0001), "c": 0})
