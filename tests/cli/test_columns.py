"""The CSV of predictions: exact by default, and for spreadsheets on demand."""

import io

import numpy as np
import pandas as pd
import pytest

from waza.cli.columns import csv_text, encoded, formulas, is_formula, print_columns

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-dog", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "-"]
TEXTS = ["cat", "a=b", "-1.5", "+3", "-inf", "1e-5", "", " =1", "'quoted", "a,b\n=c"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_recognised(cell):
    assert is_formula(cell)


@pytest.mark.parametrize("cell", TEXTS)
def test_numbers_and_other_texts_are_no_formulas(cell):
    assert not is_formula(cell)


def test_without_the_option_pandas_reads_what_was_predicted():
    columns = {"class": FORMULAS + TEXTS, "=head": np.linspace(-1, 1, 18)}
    back = pd.read_csv(io.StringIO(csv_text(columns), newline=""), keep_default_na=False, dtype={"class": str})
    assert back["class"].tolist() == columns["class"]
    assert np.allclose(back["=head"], columns["=head"], rtol=1e-8)
    assert formulas(columns) == len(FORMULAS) + 1


def test_with_the_option_no_text_is_a_formula_and_numbers_stay():
    columns = {"class": FORMULAS + TEXTS, "=head": np.linspace(-1, 1, 18)}
    text = csv_text(columns, spreadsheet=True)
    back = pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False, dtype={"class": str})
    assert back["class"].tolist() == [f"'{one}" for one in FORMULAS] + TEXTS
    assert np.allclose(back["'=head"], columns["=head"], rtol=1e-8)


def test_bytes_of_file_names_stay():
    assert encoded("caf\udce9") == b"caf\xe9" and encoded("\ud800 日本") == "? 日本".encode()


def test_a_table_shows_markup_and_controls(capsys):
    print_columns({"file": ["[/b]\x1b[2J"], "value": [1 / 3]})
    assert "[/b]\\x1b[2J" in capsys.readouterr().out
