"""Text files: encodings, line ends, errors."""

import codecs

import pytest

from waza.core.errors import Error
from waza.data import Note, read_text

JAPANESE = "吾輩は猫である。\n名前はまだ無い。\n"


@pytest.fixture
def file(tmp_path):
    """A function that writes bytes into a file and gives its path."""

    def write(content):
        path = tmp_path / "text.txt"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (JAPANESE.encode(), None),
        (codecs.BOM_UTF8 + JAPANESE.encode(), None),
        (codecs.BOM_UTF16_LE + JAPANESE.encode("utf-16-le"), "UTF-16"),
        (codecs.BOM_UTF16_BE + JAPANESE.encode("utf-16-be"), "UTF-16"),
        (JAPANESE.encode("cp932"), "cp932"),
        (JAPANESE.encode("euc_jp"), "euc_jp"),
        (JAPANESE.encode("iso2022_jp"), "ISO-2022-JP"),
        (JAPANESE.replace("\n", "\r\n").encode(), None),
        (JAPANESE.replace("\n", "\r").encode("cp932"), "cp932"),
    ],
)
def test_encodings_and_line_ends(file, content, encoding):
    text, notes = read_text(file(content))
    assert text == JAPANESE
    assert notes == ([Note("encoding", {"encoding": encoding})] if encoding else [])
    assert all(encoding in note.say(language) for note in notes for language in ("en", "ja"))


def test_western_text_is_not_taken_for_japanese(file):
    text, (note,) = read_text(file("Die Mädchen lachten.\nDer Bär schlief im Gehäuse.\n".encode("latin-1")))
    assert text == "Die Mädchen lachten.\nDer Bär schlief im Gehäuse.\n"
    assert note == Note("encoding", {"encoding": "latin-1"})


def test_byte_order_marks_inside_are_dropped(file):
    text, (note,) = read_text(file((codecs.BOM_UTF8 + JAPANESE.encode()) * 3))
    assert (text, note) == (JAPANESE * 3, Note("inner_marks", {"count": 2}))
    assert all("2" in note.say(language) for language in ("en", "ja"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (JAPANESE.encode().replace("猫".encode(), b"\xff"), "line 1 is damaged UTF-8: correct that line"),
        (b"abc\0def", "holds a NUL byte at 3: if it is a text, save"),
        ("abc".encode("utf-16-le"), "holds a NUL byte at 1"),
        (codecs.BOM_UTF16_LE + b"a\0\0\0", "holds a NUL character at 1"),
        (codecs.BOM_UTF16_LE + b"a\0b", "not valid UTF-16, contrary to its first bytes .* at 4"),
        (b"", "is empty or holds only spaces"),
        (codecs.BOM_UTF8, "is empty"),
        (" \n\t\u3000".encode(), "is empty or holds only spaces"),
    ],
)
def test_what_is_no_text(file, content, said):
    with pytest.raises(Error, match=said):
        read_text(file(content))


def test_what_is_no_file(tmp_path, file):
    with pytest.raises(Error, match="is a folder; expected a text"):
        read_text(tmp_path)
    with pytest.raises(Error, match="there is no file"):
        read_text(str(tmp_path / "none.txt"))
    with pytest.raises(Error, match="has 5 bytes, and at most 4 are read"):
        read_text(file(b"12345"), largest=4)
    with pytest.raises(Error, match="there is no file"):
        read_text("a" * 5000)
