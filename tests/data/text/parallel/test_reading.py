"""Reading parallel texts: alignment, line ends, encodings, empty lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Note
from waza.data.text.parallel import read_pairs
from waza.data.text.reading import split_lines

LINES = st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), min_size=1)


def test_two_files(files):
    text, notes = read_pairs(*files(train_en="a b\nc\n", train_ja="甲 乙\n丙\n"))
    assert (text.name, text.source, text.target, notes) == ("train", ("a b", "c"), ("甲 乙", "丙"), [])


def test_a_table_of_two_columns(files):
    text, notes = read_pairs(*files(pairs_tsv='a "b\t甲\r\n\t乙\nc\t\nd\n\ne\t丙'))
    assert text.source == ('a "b', "e") and text.target == ("甲", "丙")
    assert notes == [Note("pairs_half_empty", {"count": "3"}), Note("pairs_empty", {"count": "1"})]


@given(LINES)
def test_only_a_line_feed_ends_a_line(lines):
    assert split_lines("\n".join(lines) + "\n") == lines
    assert split_lines("".join(line + "\r\n" for line in lines)) == lines
    assert split_lines("".join(line + "\r" for line in lines)) == lines


def test_other_separators_keep_the_alignment(files):
    inner = "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r"
    text, _ = read_pairs(*files(a_en="".join(f"a{one}b\n" for one in inner), a_de="x\n" * len(inner)))
    assert text.source == tuple(f"a{one}b" for one in inner)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"])
def test_encodings(files, encoding):
    text, notes = read_pairs(*files(a_en="one\ntwo\n", a_ja="これは一つです\nそれは二つです\n".encode(encoding)))
    assert text.target == ("これは一つです", "それは二つです")
    assert [note.kind for note in notes] == ([] if encoding == "utf-8-sig" else ["encoding"])


def test_letters_are_composed_and_blanks_removed(files):
    text, notes = read_pairs(*files(a_en="  a  b\t\nc\n", a_ja="か\u3099\n\u3000は\n"))
    assert text.source == ("a  b", "c") and text.target == ("が", "は")
    assert notes == [Note("pairs_composed", {"count": "1"})]


def test_different_numbers_of_lines(files):
    paths = files(a_en="a\n" * 1200, a_de="x\n" * 1199)
    with pytest.raises(Error, match=r"a\.en has 1,200 lines and .*a\.de has 1,199; expected the same number"):
        read_pairs(*paths)


@pytest.mark.parametrize(("source", "target"), [("a\nb", "x\ny\n\n\n"), ("a\nb\n\n", "x\ny"), ("a\nb\n", "x\ny\r\n")])
def test_empty_lines_at_the_end_of_one_file(files, source, target):
    assert read_pairs(*files(a_en=source, a_de=target))[0].target == ("x", "y")


def test_a_last_line_without_translation(files):
    text, notes = read_pairs(*files(a_en="a\nb\n", a_de="x\n\n"))
    assert text.source == ("a",) and notes == [Note("pairs_half_empty", {"count": "1"})]


def test_what_cannot_be_read(files, tmp_path):
    with pytest.raises(Error, match=r"line 2 has 3 columns; expected two"):
        read_pairs(*files(a_tsv="a\tb\na\tb\tc\n"))
    with pytest.raises(Error, match=r"a\.txt has no tab; expected two columns"):
        read_pairs(*files(a_txt="a\nb\n"))
    with pytest.raises(Error, match=r"has no line with both sides"):
        read_pairs(*files(a_en="a\n\n", a_de="\nx\n"))
    with pytest.raises(Error, match=r"none\.de: give a text"):
        read_pairs(*files(a_en="a\n"), tmp_path / "none.de")
    with pytest.raises(Error, match="is empty or holds only spaces"):
        read_pairs(*files(a_en="a\n", a_de=" \n"))
    with pytest.raises(Error, match="line 2 is damaged UTF-8"):
        read_pairs(*files(a_en="a\na\n", a_ja="これは良い\nこれも".encode() + b"\xff" + "良いです\n".encode()))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_notes_in_both_languages(language):
    numbers = {"count": "12", "pairs": "34", "longest": 56, "train": "7", "validation": "8", "test": "9"}
    kinds = ("half_empty", "empty", "composed", "set_aside", "repeated_validation", "repeated_test", "long")
    for kind in (*kinds, "long_held_out"):
        said = Note(f"pairs_{kind}", numbers).say(language)
        assert ("7" if kind == "set_aside" else "12") in said and "{" not in said
