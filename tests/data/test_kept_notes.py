"""Refusals end with the notes that were gathered before: they hold the reason."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from waza.core.errors import LONGEST_MESSAGE, Error, nearest
from waza.data import corpus, image_folder
from waza.data.logs import log_of
from waza.data.preparation import prepare
from waza.data.tables import choose_target
from waza.data.text.dialogue import read_dialogues
from waza.data.text.parallel import read_pairs
from waza.kinds.table.material import table


def refused(function, *given, **more):
    with pytest.raises(Error) as raised:
        function(*given, **more)
    said = str(raised.value)
    assert said.isprintable() and said.count("Rows that were left out because they have no target") < 2
    return said


def test_of_tables(tmp_path):
    frame = pd.DataFrame({"a": range(30), "y": [None] * 25 + ["x"] * 5})
    assert "5 rows have a target" in (said := refused(prepare, frame, "y"))
    assert said.endswith("Rows that were left out because they have no target: 25.")
    rows = "".join(f"{i};é;{'' if i < 25 else 'x'}\n" for i in range(30))
    (tmp_path / "t.csv").write_bytes(f"a;b;y\n{rows}".encode("latin-1"))
    said = refused(table, tmp_path / "t.csv", "y")
    assert "no target: 25." in said and "The file was read as latin-1" in said
    (tmp_path / "t.csv").write_bytes("a;bé\n1;2\n".encode("latin-1"))
    assert "no column 'y'" in (said := refused(table, tmp_path / "t.csv", "y")) and "read as latin-1" in said


def test_of_logs():
    frame = pd.DataFrame({"arm": ["none", "mail"] * 20, "bought": [0, 1] * 20, "Only": 1})
    said = refused(log_of, frame, "ARM", "bought")
    assert "no column says anything" in said
    assert "'ARM' was read as the column 'arm'" in said and "only one value were dropped: Only" in said


def test_of_images(tmp_path, monkeypatch):
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "cache"))
    for number in range(4):
        (tmp_path / "in" / "a").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (number, 0, 0)).save(tmp_path / "in" / "a" / f"{number}.png")
    (tmp_path / "in" / "b").mkdir()
    for number in range(5):
        (tmp_path / "in" / "b" / f"{number}.png").write_bytes(b"no image")
    (tmp_path / "in" / "b" / "notes.doc").write_bytes(b"")
    said = refused(image_folder, tmp_path / "in", (4, 4))
    assert "has 1 class with enough readable images" in said
    assert "that are not images were left out: 5 (b/0.png, b/1.png, b/2.png, ...)" in said and "b/notes.doc" in said


def test_of_texts(tmp_path):
    (tmp_path / "t.txt").write_bytes("zu kurz, öäü\n".encode("latin-1"))
    assert "at least 2,000" in (said := refused(corpus, tmp_path / "t.txt")) and "read as latin-1" in said
    (tmp_path / "p.tsv").write_text("a\t\n\tb\n")
    assert "no line with both sides" in (said := refused(read_pairs, tmp_path / "p.tsv"))
    assert "one of their sides is empty: 2." in said
    (tmp_path / "d.jsonl").write_text(json.dumps({"turns": [["A", " "], ["B", ""]]}) + "\n")
    assert "no turn with a text" in (said := refused(read_dialogues, tmp_path / "d.jsonl"))
    assert "Turns without a text that were left out: 2." in said


def test_values_of_the_users_are_one_short_line():
    long = "word " * 5_000
    frame = pd.DataFrame({long: range(30), "two\nlines": range(30), "\x1b[2J": range(30), "n" * 10_000: range(30)})
    for said in (*(refused(choose_target, frame, name) for name in ("gone", long + "x")), str(Error(long * 9))):
        assert said.isprintable() and len(said) <= LONGEST_MESSAGE + 1, len(said)
    assert str(Error("a\r\n\t\x00\x1b\x9b\u2028\u202e\ud800b")) == r"a\r\n\t\x00\x1b\x9b\u2028\u202e\ud800b"
    assert nearest("PRICE", ["price", "prize"]) == "did you mean 'price'?"
    assert len(nearest("x", [f"column{i}" for i in range(10_000)])) < 1_000
    assert len(np.unique([len(str(Error("a" * size))) for size in (1_000, 10_000)])) == 1
