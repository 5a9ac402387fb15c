"""Saved models of every kind on inputs that do not fit: one line, from the command and in Python."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from waza.cli import main
from waza.core.errors import Error
from waza.kinds import load_model
from waza.kinds.dialogue.options import ReplyOptions
from waza.kinds.language_model.options import WritingOptions
from waza.kinds.option import check_given, declared
from waza.kinds.policy.options import PlayOptions
from waza.kinds.translator.options import TranslateOptions
from waza.kinds.vae.options import VAEUseOptions

OLD = Path(__file__).parent.parent / "fixtures" / "v0.1" / "models"
TABLE, IMAGES = OLD / "table", OLD / "convnet"
OPTIONS = {
    WritingOptions: ("seed", "temperature", "length"),
    ReplyOptions: ("seed", "temperature", "top_k", "nucleus", "beam", "samples", "length"),
    TranslateOptions: ("seed", "temperature", "top_k", "nucleus", "beam"),
    VAEUseOptions: ("seed", "sample"),
    PlayOptions: ("seed", "episodes"),
}
NEVER = (-1, -0.5, float("nan"), float("inf"), -float("inf"), 10**30, True, "3", [], 1e300)


def said(arguments, capsys):
    """The one line with which the command ends."""
    with pytest.raises(SystemExit) as ended:
        main(["use", *map(str, arguments)])
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("•")]
    assert ended.value.code == 2 and len(lines) == 1 and lines[0].startswith("waza: "), lines
    assert lines[0].isprintable()
    return lines[0]


@pytest.mark.parametrize(("options", "name"), [(of, name) for of, names in OPTIONS.items() for name in names])
def test_numbers_out_of_range_are_refused_in_both_ways(options, name):
    one = declared(options)[name]
    for value in NEVER:
        with pytest.raises(Error, match=f"{name} is .*; expected a (whole )?number from"):
            check_given(options, **{name: value})
    for text in ("-1", "nan", "inf", "1e400", "9" * 5_000, "", "x", "99999999999999999999"):
        with pytest.raises(Error) as raised:
            one.check(one.value(text))
        assert str(raised.value).isprintable() and len(str(raised.value)) < 600
    for value in (one.least, one.most):
        check_given(options, **{name: one.type(value)})
        check_given(options, **{name: np.int64(value) if one.type is int else np.float64(value)})


@pytest.fixture(scope="module")
def table():
    return load_model(TABLE)


def rows(model, count=3):
    return pd.DataFrame({column.name: ["1"] * count for column in model.preparation.columns})


def test_columns_that_are_missing_are_named_with_the_nearest(table, tmp_path, capsys):
    frame = rows(table)
    first, *_ = frame.columns
    reordered = frame[list(frame.columns)[::-1]]
    assert (table.predict(reordered) == table.predict(frame)).all()
    for other, hint in (
        (frame.rename(columns={first: first.upper()}), f"{first!r} (did you mean {first.upper()!r}?)"),
        (frame.rename(columns={first: f"{first}_"}), f"{first!r} (did you mean"),
        (frame.drop(columns=first), f"lacks 1 of {frame.shape[1]} columns: {first!r}"),
        (frame.rename(columns={first: "n" * 10_000}), f"lacks 1 of {frame.shape[1]} columns"),
        (frame.rename(columns={first: "\x1b[31m\n"}), f"lacks 1 of {frame.shape[1]} columns"),
    ):
        with pytest.raises(Error) as raised:
            table.predict(other)
        assert hint in str(raised.value) and str(raised.value).isprintable() and len(str(raised.value)) < 700
        other.to_csv(tmp_path / "other.csv", index=False)
        assert hint in said([TABLE, "--input", tmp_path / "other.csv"], capsys)
    frame[:0].to_csv(tmp_path / "none.csv", index=False)
    assert "has a header and no rows" in said([TABLE, "--input", tmp_path / "none.csv"], capsys)


ODD = {
    "nothing": None,
    "a number": 3,
    "a text": "table.csv",
    "complex numbers": np.ones((3, 2), complex),
    "records": np.zeros(3, [("a", "f4"), ("b", "i4")]),
    "objects": np.array([{}, {}], object),
    "no axis": np.float32(3),
    "rows of several lengths": [[1.0, 2.0], [3.0]],
    "a frame of complex numbers": pd.DataFrame({"a": [1j]}),
    "a frame of durations": pd.DataFrame({"a": [pd.Timedelta("1s")]}),
    "two columns of one name": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "bytes": b"abc",
}


@pytest.mark.parametrize("name", ODD)
def test_other_values_are_refused_in_python(table, name):
    for model in (table, load_model(IMAGES)):
        for ask in (model.predict, model.predict_proba):
            with pytest.raises(Error) as raised:
                ask(ODD[name])
            assert str(raised.value).isprintable()


@pytest.mark.parametrize("folder", [TABLE, IMAGES], ids=["table", "images"])
def test_files_that_do_not_fit_are_refused_by_the_command(folder, tmp_path, capsys):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "nul.csv").write_bytes(b"a,b\n1,\0\n")
    (tmp_path / "noise.csv").write_bytes(b"\xff\xfe\x00a,b\n")
    (tmp_path / "two\nlines.csv").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    names = ["empty.csv", "nul.csv", "noise.csv", "two\nlines.csv", "pipe.csv", "folder.csv", "gone.csv", "x" * 300]
    for name in names:
        said([folder, "--input", tmp_path / name], capsys)
    said([folder, "--input", "/dev/zero"], capsys)
    said([folder, "--input", "a\0b"], capsys)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"])
def test_images_of_every_mode_are_read_or_refused(mode, tmp_path, capsys):
    path = tmp_path / "image.tif"
    Image.new(mode, (9, 7)).save(path)
    if mode in ("I", "F"):
        assert "32-bit values" in said([IMAGES, "--input", path], capsys)
    else:
        main(["use", str(IMAGES), "--input", str(path)])
        assert capsys.readouterr().out.startswith("file,rank,class,probability\n")
