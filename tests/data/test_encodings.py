"""One reading of encodings: each is found from the bytes, and what is no text is refused."""

import codecs
from pathlib import Path

import pytest

from waza.core.errors import Error
from waza.data.encodings import decoded

PATH = Path("file.txt")


def read(raw):
    text, notes = decoded(raw, PATH)
    return text, [note.values.get("encoding", note.kind) for note in notes]


@pytest.mark.parametrize(
    ("text", "written", "read_as"),
    [
        ("Die Mädchen lachten. Der Bär schlief im Gehäuse.", "latin-1", "latin-1"),
        ("Größe und Länge", "latin-1", "latin-1"),
        ("l’été, déjà vu", "cp1252", "cp1252"),
        ("It’s a dog’s life, isn’t it?", "cp1252", "cp1252"),
        ("one—two, and “three” for 5 €", "cp1252", "cp1252"),
        ("25 °C", "latin-1", "latin-1"),
        ("吾輩は猫である。", "cp932", "cp932"),
        ("名前,値,色\n行0,0.5,赤\n行1,1.5,赤\n", "cp932", "cp932"),
        ("株式会社ABC,A案", "cp932", "cp932"),
        ("ﾃｽﾄ", "cp932", "cp932"),
        ("吾輩は猫である。", "euc_jp", "euc_jp"),
        ("吾輩は猫である。\nabc\n", "iso2022_jp", "ISO-2022-JP"),
        ("ﾃｽﾄと漢字", "iso2022_jp_ext", "ISO-2022-JP"),
        ("吾輩は猫である。", "utf-16", "UTF-16"),
        ("吾輩は猫である。", "utf-32", "UTF-32"),
    ],
)
def test_encodings_are_found(text, written, read_as):
    assert read(text.encode(written)) == (text, [read_as])


@pytest.mark.parametrize("text", ["", "plain", "größe", "吾輩は猫である。", "\x1b[31mred\x1b[0m"])
def test_utf8_needs_no_note(text):
    assert read(text.encode()) == (text, [])
    assert read(text.encode("utf-8-sig")) == (text, [])


def test_byte_order_marks_of_joined_files_are_dropped():
    joined = "one\n".encode("utf-8-sig") + "two\n".encode("utf-8-sig") + "three\n".encode("utf-8-sig")
    text, (note,) = decoded(joined, PATH)
    assert (text, note.kind, note.values) == ("one\ntwo\nthree\n", "inner_marks", {"count": 2})


def test_lines_of_another_encoding_are_read_beside_utf8():
    text, (note,) = decoded("東京\n".encode() + "Bär\n".encode("latin-1"), PATH)
    assert (text, note.kind, note.values) == ("東京\nBär\n", "mixed_encodings", {"lines": 1, "encoding": "latin-1"})


def test_a_file_that_was_cut_loses_one_character():
    assert read("東京都".encode()[:-1]) == ("東京", ["cut_character"])
    assert read("café".encode("latin-1")) == ("café", ["latin-1"])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"abc\0def", "NUL byte at 3"),
        ("abc".encode("utf-16-le"), "NUL byte at 1"),
        (codecs.BOM_UTF16_LE + b"a\0b", "not valid UTF-16, contrary to its first bytes .* at 4"),
        (codecs.BOM_UTF16_LE + b"a\0\0\0", "NUL character at 1"),
        ("吾輩は猫である。\n".encode() + "名前はまだ無い。".encode()[:-3] + b"\xff\n", "line 2 is damaged UTF-8"),
        (bytes(range(1, 32)) + b"\xff\xfe", "is not text"),
    ],
)
def test_what_is_no_text_is_refused(raw, words):
    with pytest.raises(Error, match=words):
        decoded(raw, PATH)
