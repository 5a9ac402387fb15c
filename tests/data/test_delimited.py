"""The form of a delimited file is found from all its lines, or the file is refused with the reason."""

import pytest

from waza.core.errors import Error
from waza.data.delimited import read_delimited


def read(folder, text, name="table.csv"):
    path = folder / name
    path.write_text(text, "utf-8")
    return read_delimited(path, path.read_bytes())


ROWS = [("0.44", "round", "A"), ("-0.25", "long", "B"), ("-0.91", "long", "B"), ("0.33", "round", "A")]


def lines(delimiter, rows=ROWS, header=("length", "note", "kind")):
    return "".join(delimiter.join(row) + "\n" for row in (header, *rows))


@pytest.mark.parametrize("first", ["sep={}\n", "SEP={}\r\n", '"sep={}"\n'])
@pytest.mark.parametrize("delimiter", [";", ",", "|"])
def test_excels_first_line_names_the_delimiter(tmp_path, first, delimiter):
    frame, notes = read(tmp_path, first.format(delimiter) + lines(delimiter))
    assert (frame.to_numpy().tolist(), notes) == ([list(row) for row in ROWS], [])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (
            lines(";", header=("Länge, ganz, ohne Stiel, mm", "note", "kind")),
            ["Länge, ganz, ohne Stiel, mm", "note", "kind"],
        ),
        (lines(";", [("1,5", "2,5", "a")] * 4), ["length", "note", "kind"]),
        (lines("|", [("1,5", "a;b", "c")] * 4), ["length", "note", "kind"]),
        (lines("\t"), ["length", "note", "kind"]),
        ("when;value\n2020,5;1\n2021,5;2\n", ["when", "value"]),
        ("text,label\nI like it,1\nnot at all,0\n", ["text", "label"]),
    ],
)
def test_all_lines_decide_on_the_delimiter(tmp_path, text, columns):
    frame, notes = read(tmp_path, text)
    assert (list(frame.columns), notes) == (columns, [])


def test_blanks_set_columns_apart_where_nothing_else_does(tmp_path):
    frame, (note,) = read(tmp_path, "length width kind\n   0.44    -0.33    A\n  -0.25     0.11    B\n", "t.txt")
    assert (frame.to_numpy().tolist(), note.kind) == ([["0.44", "-0.33", "A"], ["-0.25", "0.11", "B"]], "blanks")
    frame, notes = read(tmp_path, "full name\nJohn Smith\nJane Doe\n")
    assert (list(frame.columns), notes) == (["full name"], [])


def test_single_quotes_around_all_cells_that_have_one_are_removed(tmp_path):
    frame, (note,) = read(tmp_path, "'length','note'\n0.44,'round'\n-0.25,'long, thin'\n")
    assert (frame.to_numpy().tolist(), note.kind) == ([["0.44", "round"], ["-0.25", "long, thin"]], "single_quotes")
    frame, notes = read(tmp_path, "a,note\n1,'tis so\n2,'quoted'\n3,rock 'n' roll\n")
    assert (frame["note"].tolist(), notes) == (["'tis so", "'quoted'", "rock 'n' roll"], [])
    frame, notes = read(tmp_path, "a,note\n\"1\",'quoted'\n\"2\",'again'\n")
    assert (frame["note"].tolist(), notes) == (["'quoted'", "'again'"], [])


def test_a_blank_line_of_one_column_is_a_missing_value(tmp_path):
    frame, (note,) = read(tmp_path, "num\n1.0\n\n-1.0\n2.0\n")
    assert (frame["num"].fillna("").tolist(), note.kind, note.values) == (
        ["1.0", "", "-1.0", "2.0"],
        "blank_lines",
        {"count": 1},
    )
    assert read(tmp_path, "num\n1.0\n\n")[0]["num"].isna().tolist() == [False, True]
    assert read(tmp_path, "num\n1.0\n2.0\n")[1] == []


@pytest.mark.parametrize(
    "title",
    ["Leaf measurements, greenhouse 3\n\n", "Leaf measurements,,\n", "# from the greenhouse\n", "Report\n2024\n\n"],
)
def test_a_title_above_the_header_is_refused(tmp_path, title):
    line = title.count("\n") + 1
    with pytest.raises(Error, match=f"line {line} has 3 cells and looks like the header, and line 1 .* like a title"):
        read(tmp_path, title + lines(","))


@pytest.mark.parametrize(
    "text",
    [
        lines(",", ROWS[1:], ROWS[0]),
        "6,148,72,35\n1,85,66,29\n8,183,64,0\n",
        "0,44;A\n0,25;B\n0,91;B\n",
        "0,44;0,33\n0,25;0,12\n0,91;0,19\n",
        "-5,A\n3,B\n2,B\n",
    ],
)
def test_data_instead_of_a_header_are_refused(tmp_path, text):
    with pytest.raises(Error, match=r"first line looks like data .* write the columns' names"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "header", ["country,2019,2020,2021", "country,2021,2020,2019", "400.5,401,401.5,402", "0,1,2,3", "a,7,b,c"]
)
def test_years_and_numbers_in_order_are_a_header(tmp_path, header):
    frame, _ = read(tmp_path, header + "\n" + "1,2,5,4\n" * 5)
    assert list(frame.columns) == header.split(",")


def test_lines_are_counted_as_an_editor_does(tmp_path):
    with pytest.raises(Error, match="line 5 has 3 cells and the header 2"):
        read(tmp_path, "sep=;\n\na;b\n1;2\n1;2;3\n")


def test_headers_of_joined_files_are_no_rows(tmp_path):
    frame, (note,) = read(tmp_path, lines(",") * 3)
    assert (len(frame), note.kind, note.values) == (12, "repeated_header", {"count": 2})


@pytest.mark.parametrize("delimiter", [",", " "])
def test_row_names_without_a_name_are_named(tmp_path, delimiter):
    text = "".join(delimiter.join(row) + "\n" for row in (("a", "b"), ("r1", "0.5", "7"), ("r2", "1.5", "8")))
    with pytest.raises(Error, match=r"line 2 has 3 cells and the header 2.*if the first cells are row names"):
        read(tmp_path, text)
