"""Numbers and dates are read as they are written, all cells of a column in one way, and what is not plain is noted."""

import numpy as np
import pandas as pd
import pytest

from waza.data.cells import as_numbers
from waza.data.notations import find_notations, remarks_on

PLAIN = [f"{value}" for value in range(10, 30)]


def read(cells, **others):
    """The numbers of a column, its notation and the kinds of its notes."""
    frame = pd.DataFrame({"a": cells, **others})
    notation = find_notations(frame)["a"]
    notes = [note.kind for note in remarks_on("a", notation, frame["a"])]
    numbers = None if notation.reading is None else as_numbers(frame["a"], notation.reading, notation.unit)
    return numbers, notation, notes


@pytest.mark.parametrize(
    ("cells", "numbers", "kinds"),
    [
        (["<0.30", "≥ 5.5", "~7", ">100", *PLAIN], [0.3, 5.5, 7, 100], ["limits"]),
        (["(1116)", "(290)", "13"], [-1116, -290, 13], ["negative"]),
        (["($1,116)", "$290", "-$13"], [-1116, 290, -13], ["thousands", "negative"]),
        (["1,116-", "1,290"], [-1116, 1290], ["thousands", "negative"]),
        (["△1,116", "▲ 290", "5"], [-1116, -290, 5], ["thousands", "negative"]),
        (["73.1 kg", "80kg", "-75 kg"], [73.1, 80, -75], ["unit"]),
        (["73.1 kg", "80kg", "75"], [73.1, 80, 75], ["unit", "unit_in_part"]),
        (["45 %", "0.45", "0.3"], [45, 0.45, 0.3], ["unit_in_part"]),
        (["EUR 5.50", "EUR 6"], [5.5, 6], ["unit"]),
        (["5 mg/l", "<2 mg/l", *(f"{text} mg/l" for text in PLAIN)], [5, 2], ["unit", "limits"]),
        (["21.5 °C", "-3 °C"], [21.5, -3], ["unit"]),
        (["5 %", "0.5%"], [5, 0.5], []),
        (["6,39,637", "2,37,861", "12,345"], [639637, 237861, 12345], ["thousands"]),
        (["1'234.5", "2’000"], [1234.5, 2000], ["thousands"]),
        (["1 234.5", "2\u00a0000"], [1234.5, 2000], ["thousands"]),
        (["1.234.567", "11.860", "950"], [1234567, 11860, 950], ["comma"]),
        (["−5", "－７", "3"], [-5, -7, 3], []),
        (["NA", "5", "?", "-", "None"], [np.nan, 5, np.nan, np.nan, np.nan], []),
        (["31/12/2022", "01/02/2022"], [19357, 19024], ["day_first"]),
        (["12/31/2022", "02/01/2022"], [19357, 19024], ["month_first"]),
        (["31.12.22", "1.2.2022"], [19357, 19024], ["day_first"]),
        (["2022-12-31", "2022/2/1"], [19357, 19024], ["date"]),
        (["31 Dec 2022", "February 1, 2022"], [19357, 19024], ["date"]),
        (["12/31/2022 6:00:00 PM", "02/01/2022 12:00 AM"], [19357.75, 19024], ["month_first"]),
        (["01/02/2022", "03/04/2022"], [19024, 19085], ["unclear_dates"]),
        (["08:30", "14:15:00"], [8.5, 14.25], ["time"]),
    ],
)
def test_columns_are_read_as_they_are_written(cells, numbers, kinds):
    found, _, notes = read(cells)
    np.testing.assert_allclose(found[: len(numbers)], numbers)
    assert notes == kinds


@pytest.mark.parametrize(
    "cells",
    [
        ["<=50K", ">50K"] * 10,
        ["<5", "5", ">5"] * 10,
        ["$5", "€6"] * 10,
        ["5 kg", "11 lb"] * 10,
        ["P01", "P02", "P03"],
        ["01-AB", "02-CD"],
        ["7", "n.d.", "x"],
        ["31/12/2022", "12/31/2022"],
        ["round", "long"],
    ],
)
def test_other_columns_are_no_numbers(cells):
    assert read(cells)[1].reading is None


@pytest.mark.parametrize(
    ("others", "numbers", "kinds"),
    [
        ({"b": ["18,76", "5,74", "3"]}, [11860, 950, 2832], ["comma"]),
        ({"b": ["18.76", "5.74", "3"]}, [11.86, 950, 2.832], []),
        ({"b": ["18,76", "5,74", "3"], "c": ["0.5", "0.25", "1"]}, [11.86, 950, 2.832], []),
        ({}, [11.86, 950, 2.832], []),
    ],
)
def test_the_decimal_sign_of_other_columns_decides(others, numbers, kinds):
    found, _, notes = read(["11.860", "950", "2.832"], **others)
    np.testing.assert_allclose(found, numbers)
    assert notes == kinds


def test_a_comma_is_the_decimal_sign_of_all_columns_or_of_none():
    np.testing.assert_allclose(read(["1,234", "2,500"], b=["0,5", "1,5"])[0], [1.234, 2.5])
    np.testing.assert_allclose(read(["1,234", "2,500"], b=["0.5", "1.5"])[0], [1234, 2500])


def test_dots_that_may_separate_thousands_are_noted():
    cells = ["11.860", "22.144", "2.832", "29.003", "6.209", "950"]
    found, _, notes = read(cells)
    assert (found[0], notes) == (11.86, ["dots"])
    assert read([*cells[:5], "950.000"])[2] == []


def test_the_order_of_day_and_month_of_other_columns_decides():
    unclear, clear = ["01/02/2022", "03/04/2022"], ["12/31/2022", "01/15/2022"]
    np.testing.assert_allclose(read(unclear, b=clear)[0], [18994, 19055])
    assert read(unclear, b=clear)[2] == ["month_first"]


def test_different_units_are_named():
    assert read(["5 kg", "11 lb"] * 10)[1].mixed == ("5 kg", "11 lb")
    assert read(["$5", "€6"] * 10)[1].mixed == ("$5", "€6")


def test_numbers_of_a_data_frame_are_read_as_they_are():
    numbers, notation, notes = read([11.864, 22.144, 2.832, 29.003, 6.209, 950.0], b=["18,76"] * 6)
    assert (numbers[0], notation.reading, notes) == (11.864, "number", [])
