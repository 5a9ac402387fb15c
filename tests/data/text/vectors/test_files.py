"""word2vec's files of vectors: gensim reads what is written, and what is damaged is named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import KeyedVectors, read_vectors, write_vectors

FORMATS = pytest.mark.parametrize("ending", [".txt", ".bin"])
SMALL = KeyedVectors(("tokyo", "東京", "naïve"), np.array([[1, -2.5], [0.1, 1e-30], [3e7, 1 / 3]], np.float32))
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc"))
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
