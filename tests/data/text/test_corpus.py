"""A corpus and its parts."""

import hashlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Note, PublishedFile, Words, corpus, entry, listing, load, tinyshakespeare, wikitext2
from waza.data.text import cut
from waza.data.text.tinyshakespeare import FILES as SHAKESPEARE
from waza.data.text.wikitext2 import FILES as WIKITEXT

LINES = "".join(f"This is line {i}.\n" for i in range(200))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_the_parts_join_to_the_whole(lengths):
    text = "\n".join("x" * length for length in lengths).ljust(2_000, "y")
    parts = cut("any", text)[1:]
    assert "".join(parts) == text
    for part, share in zip(parts, (0.9, 0.05, 0.05), strict=True):
        assert abs(len(part) / len(text) - share) < 0.041 and part


def test_no_line_stands_in_two_parts():
    parts = cut("lines", LINES)[1:]
    assert all(part.endswith("\n") for part in parts)
    assert [part.count("\n") for part in parts] == pytest.approx([180, 10, 10], abs=1)


@pytest.mark.parametrize("text", ["x" * 4_000, "x\n" + "y" * 3_998, "x" * 3_999 + "\n"])
def test_a_text_of_few_lines_is_cut_anywhere(text):
    assert [len(part) for part in cut("line", text)[1:]] == [3_600, 200, 200]


def test_a_short_text():
    with pytest.raises(Error, match=r"tale has 1,999 characters; expected at least 2,000"):
        cut("tale", "x" * 1_999)


def test_a_file(tmp_path):
    path = tmp_path / "novel.txt"
    path.write_bytes(("吾輩は猫である。\r\n" * 400).encode("cp932"))
    found, notes = corpus(path)
    assert found.name == "novel" and "".join(found[1:]) == "吾輩は猫である。\n" * 400
    assert notes == [Note("encoding", {"encoding": "cp932"})]
    assert corpus(str(path)) == (found, notes)


def test_neither_a_file_nor_a_name(tmp_path):
    with pytest.raises(Error, match=r"'tinyshakespear' is neither .* did you mean 'tinyshakespeare'\?"):
        corpus("tinyshakespear")
    with pytest.raises(Error, match="is a folder"):
        corpus(tmp_path)
    with pytest.raises(Error, match=r"digits is a data set with labels, not a text: .*waza\.data\.load\('digits'\)"):
        corpus("digits")


def test_python_s_reference_needs_no_file():
    found, notes = corpus("python_reference")
    assert found == entry("python_reference").load() and notes == [] and found.name == "python_reference"


def test_the_catalogue_lists_the_texts():
    for name in [one.name for one in listing() if one.kind == "text"]:
        assert [file.dataset for file in entry(name).files] == [name] * len(entry(name).files)
        with pytest.raises(Error, match=rf"{name} is a text.*waza\.data\.corpus\('{name}'\)"):
            load(name)


def test_what_is_missing_says_what_to_do():
    with pytest.raises(Error, match="run `waza data get tinyshakespeare`"):
        corpus("tinyshakespeare")
    with pytest.raises(Error, match=r"wiki\.train\.permuted\.tokens is missing: put the one with the sha256 728c"):
        corpus("wikitext2")


@pytest.mark.parametrize(("read", "files"), [(tinyshakespeare, SHAKESPEARE), (wikitext2, WIKITEXT)])
def test_each_file_is_verified_and_has_its_place(tmp_path, monkeypatch, read, files):
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    small = []
    for i, file in enumerate(files):
        content = LINES.replace("line", f"line{i}").encode()
        small.append(PublishedFile(file.dataset, file.url, file.filename, hashlib.sha256(content).hexdigest()))
        small[-1].path.parent.mkdir(exist_ok=True)
        small[-1].path.write_bytes(content)
    monkeypatch.setattr(sys.modules[read.__module__], "FILES", tuple(small))
    found = read()
    assert corpus(found.name) == (found, [])
    texts = [file.path.read_text() for file in small]
    assert list(found[1:]) == texts if len(texts) == 3 else "".join(found[1:]) == texts[0]
    for file in small:
        file.path.write_bytes(b"other")
        with pytest.raises(Error, match="is damaged"):
            read()


def test_the_real_shakespeare(real):
    real("tinyshakespeare")
    found, _ = corpus("tinyshakespeare")
    assert sum(map(len, found[1:])) == 1_115_394
    assert found.train.startswith("First Citizen:\n") and all(part.endswith("\n") for part in found[1:])


def test_the_real_wikitext(real):
    real("wikitext2")
    found, _ = corpus("wikitext2")
    words = Words.learn(found.train)
    assert words.size == 33_278
    parts = [words.encode(part) for part in found[1:]]
    assert [len(part) for part in parts] == [2_088_628, 217_646, 245_569]
    # Nothing is unknown but what WikiText itself calls so.
    assert [int((part == 0).sum()) for part in parts] == [54_625, 11_718, 15_218]
    assert max(int(part.max()) for part in parts) == 33_277
