"""A user's table is read as it is meant, or refused in one line that says what to do."""

import csv
import gzip
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.tables import choose_target, read_table

CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), exclude_characters='"?-\ufeff'),
    max_size=8,
)


def written(folder, content, name="table.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_delimiters_and_encodings_are_found(tmp_path, delimiter, encoding):
    lines = ["名前;値;色".replace(";", delimiter), *(f"行{i};{i}.5;赤".replace(";", delimiter) for i in range(5))]
    frame, notes = read_table(written(tmp_path, "\n".join(lines).encode(encoding)))
    assert list(frame.columns) == ["名前", "値", "色"]
    assert frame["値"].tolist() == [f"{i}.5" for i in range(5)]
    assert [note.values["encoding"] for note in notes] == (["cp932"] if encoding == "cp932" else [])


def test_latin_letters_are_read_and_noted(tmp_path):
    frame, notes = read_table(written(tmp_path, "a,b\ncaf\xe9,1\n".encode("latin-1")))
    assert frame["a"][0] == "café"
    assert notes[0].say("en").startswith("The file was read as latin-1")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_is_written_is_read_back(tmp_path, rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    frame, _ = read_table(written(tmp_path, text.getvalue()))
    for read, row in zip(frame.itertuples(index=False), rows, strict=True):
        for cell, original in zip(read, row, strict=True):
            assert original == "" if pd.isna(cell) else cell == original


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), name=st.sampled_from(["t.csv", "t.tsv", "t.npz", "t.parquet"]))
def test_any_bytes_are_a_table_or_an_error(tmp_path, content, name):
    try:
        frame, _ = read_table(written(tmp_path, content, name))
    except Error as error:
        assert "\n" not in str(error)
    else:
        assert len(frame) > 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("a,b\n", "no rows"),
        ("\n\n\n", "blank lines"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 cells and the header 2"),
        ("a,b\n1,2,3\n4,5,6\n", "line 2 has 3 cells"),
        ("My table\n\na,b\n1,2\n", "line 3 has 2 cells and looks like the header, and line 1 .*title"),
        ('a,b\n1,"2\n', "not a regular table"),
        ("a,a\n1,2\n", "two columns called 'a'"),
        (b"a,b\n1,\x002\n", "NUL"),
        (gzip.compress(b"a,b\n1,2\n" * 9, mtime=0)[:-9], "compressed"),
        (bytes(range(1, 256)) * 4, "not text|not a regular|two columns|no rows"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path, content, words):
    with pytest.raises(Error, match=words) as caught:
        read_table(written(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(2 << 30)
    with pytest.raises(Error, match=r"2\.0 GiB.*sample"):
        read_table(path)


def test_a_header_may_be_long_or_hold_line_breaks(tmp_path):
    names = [f"column_of_a_long_name_{i}" for i in range(5000)]
    frame, _ = read_table(written(tmp_path, ",".join(names) + "\n" + ",".join(["1"] * 5000) + "\n"))
    assert list(frame.columns) == names
    frame, _ = read_table(written(tmp_path, '\n"two\nlines",b\n"x\ny",2\n'))
    assert frame.to_dict("list") == {"two lines": ["x\ny"], "b": ["2"]}
    assert read_table(written(tmp_path, "a,b\n" + "x" * 200_000 + ",2\n"))[0]["a"].str.len().tolist() == [200_000]


def test_lines_may_be_short_and_that_is_noted(tmp_path):
    frame, (note, skipped) = read_table(written(tmp_path, "a,b\n1\n\n2,3\n\n"))
    assert frame["b"].isna().tolist() == [True, False]
    assert note.say("en").startswith("Lines with fewer cells than the header: 1;")
    assert skipped.say("en") == "Blank lines between the rows were skipped: 1."
    assert read_table(written(tmp_path, "a,b\n1,2,\n3,4,\n"))[0]["b"].tolist() == ["2", "4"]


def test_the_index_that_pandas_writes_is_no_input(tmp_path):
    table = pd.DataFrame({"a": [5, 3, 4]})
    frame, (note,) = read_table(written(tmp_path, table.to_csv()))
    assert (list(frame.columns), note.kind) == (["a"], "index")


@pytest.mark.parametrize(
    ("words", "encoding", "read"),
    [
        ("été, Größe", "latin-1", "latin-1"),
        ("値段と数量", "cp932", "cp932"),
        ("ﾃｽﾄ", "cp932", "cp932"),
        ("25 °C", "latin-1", "latin-1"),
    ],
)
def test_foreign_lines_are_read_and_the_others_stay(tmp_path, words, encoding, read):
    plain = f'a,b\n1,"{words}"\n'.encode(encoding)
    frame, (note,) = read_table(written(tmp_path, plain))
    assert (frame["b"][0], note.kind, note.values["encoding"]) == (words, "encoding", read)
    frame, (note,) = read_table(written(tmp_path, plain + "2,東京\n".encode()))
    assert (frame["b"].tolist(), note.kind, note.values["lines"]) == ([words, "東京"], "mixed_encodings", 1)


@pytest.mark.parametrize(
    ("name", "words"), [("x" * 300 + ".csv", "no file"), ("gone.csv", "no file"), ("table.xlsx", r"\.xlsx")]
)
def test_a_wrong_path_is_named(tmp_path, name, words):
    if name == "table.xlsx":
        written(tmp_path, "x", name)
    with pytest.raises(Error, match=words):
        read_table(tmp_path / name)


def test_arrays_become_columns_and_pickles_are_refused(tmp_path):
    x, y = np.arange(24.0).reshape(4, 2, 3), np.arange(4)
    np.savez(tmp_path / "a.npz", x=x, y=y)
    frame, _ = read_table(tmp_path / "a.npz")
    assert list(frame.columns) == [*(f"x{i}" for i in range(6)), "y"]
    np.testing.assert_array_equal(frame[[f"x{i}" for i in range(6)]], x.reshape(4, 6))
    np.savez(tmp_path / "b.npz", x=np.array([{}, {}], object), y=y[:2])
    np.savez(tmp_path / "c.npz", x=x, y=y[:2])
    np.savez(tmp_path / "d.npz", z=x)
    np.savez(tmp_path / "e.npz", x=np.zeros(0), y=np.zeros(0))
    np.save(tmp_path / "f.npy", x)
    (tmp_path / "f.npy").rename(tmp_path / "f.npz")
    np.savez(tmp_path / "g.npz", x=x)
    assert read_table(tmp_path / "g.npz")[0].shape == (4, 6)
    refused = {
        "b": "x holds objects; expected numbers",
        "c": "shape",
        "d": "expected arrays called x and y",
        "e": "no rows",
        "f": "one array without a name",
    }
    for name, words in refused.items():
        with pytest.raises(Error, match=words):
            read_table(tmp_path / f"{name}.npz")


def test_parquet_keeps_its_types(tmp_path):
    pytest.importorskip("pyarrow")
    given = pd.DataFrame({"a": [1.5, None], "b": ["x", "y"], "c": [True, False]})
    given.to_parquet(tmp_path / "t.parquet")
    frame, _ = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(frame, given)
    given.set_index("b").to_parquet(tmp_path / "t.parquet")
    assert set(read_table(tmp_path / "t.parquet")[0].columns) == {"a", "b", "c"}


def test_the_target_is_found_by_its_name(tmp_path):
    frame = pd.DataFrame({"Price": [1], "price ": [2], "size": [3]})
    frame.columns = ["Price", "PRICE", "size"]
    assert choose_target(frame, "Price")[0] == "Price"
    assert choose_target(frame, "Price")[1][0].kind == "like_target"
    name, (note,) = choose_target(frame, "SIZE")
    assert (name, note.kind) == ("size", "target_case")
    with pytest.raises(Error, match="matches the columns"):
        choose_target(frame, "price")
    with pytest.raises(Error, match="did you mean 'size'"):
        choose_target(frame, "sizes")
    with pytest.raises(Error, match=r"no column 'b', and one column called 'a:b'.*separate them"):
        choose_target(pd.DataFrame({"a:b": ["1:2"]}), "b")
    with pytest.raises(Error, match=r"first line .5, A, B. looks like data"):
        choose_target(pd.DataFrame({"5": ["1", "2"], "A": ["A", "B"], "B": ["A", "B"]}), "kind")
    assert choose_target(pd.DataFrame({"two lines": [1]}), "two\nlines")[0] == "two lines"
