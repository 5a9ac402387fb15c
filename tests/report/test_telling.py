"""Texts with numbers: what is filled in, what is refused, and what is said where a text does not suit its run."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.core.wrapping import wrapped
from waza.report.filling import (
    NotFinite,
    check_literals,
    check_numbers,
    filled,
    in_text,
    literals,
    numbers_in,
    values_of,
)
from waza.report.telling import answer_of, check_filled, check_told, rule_head, told
from waza.report.words import ClaimWords, PartWords, StudyWords, labels
from waza.study.claims import Finding, PartFinding

PART = PartFinding("gap", "sampled", "holds", 0.12, 0.1, 0.14, 0.95, 10, (0.01, math.inf), unit="points")
FINDING = Finding("C99", "holds", (PART,))
PATH = Path("made_up")


def words(answer="It gains {gain} points.", verdict="holds", why="", language="en"):
    part = PartWords("It gains.", "It gains {effect} points.", "It does not gain.", "Undecided.")
    claim = ClaimWords(
        "It gains.", "The notes say 42.", "", why, ("At least 1 point.",), {"gap": part}, verdict, answer
    )
    return {language: StudyWords("Title", "Rate 0.1, 2,000 steps.", {"plain": "plain"}, {"C99": claim}, language)}


def test_numbers_are_filled_in_with_three_digits():
    assert filled("From {a} % to {b} %, {c}-fold.", {"a": 18.66, "b": 47.0, "c": 783_219.0}, "") == (
        "From 18.7 % to 47 %, 783,000-fold."
    )
    assert [in_text(value) for value in (999.6, 1000.0, -0.5, 0.0, 5856, 1e15)] == [
        "1,000",
        "1,000",
        "-0.5",
        "0",
        "5,856",
        "1 × 10¹⁵",
    ]


@pytest.mark.parametrize(
    ("answer", "numbers", "said"),
    [
        ("It gains {gian} points.", {"gain": 0.1}, r"made_up\.en\.toml, C99, answer.*\{gian\}.*gain"),
        ("It gains {gain} points.", {"gain": math.nan}, r"made_up\.en\.toml, C99, answer.*\{gain\} is nan"),
        ("It gains {gain} points.", {"gain": math.inf}, r"\{gain\} is inf"),
    ],
)
def test_an_unknown_number_or_one_that_is_not_finite_is_named(answer, numbers, said):
    with pytest.raises(Error, match=said):
        check_filled(words(answer), ("C99",), numbers, PATH)


@pytest.mark.parametrize("text", ["It gains 35 % here.", "0.35 of them", "after 3,000 steps", "１２ 層では"])
def test_a_digit_that_is_no_setting_is_refused(text):
    with pytest.raises(Error, match=r"made_up\.en\.toml, C99, answer: the number (35|0\.35|3,000|12) is not among"):
        check_told(words(text), ("C99",), {"batch_size": 100}, PATH)


@pytest.mark.parametrize(
    "text", ["At rate 0.1 after 2000 steps, 42 %.", "With L2 and batches of 100: {gain} (C04)", "at least 1 point"]
)
def test_digits_of_settings_names_and_placeholders_are_accepted(text):
    check_told(words(text), ("C99",), {"batch_size": 100}, PATH)


def test_a_claim_without_an_answer_is_refused():
    for lacking in (words(""), words(verdict="")):
        with pytest.raises(Error, match=r"made_up\.en\.toml: C99 has no answer"):
            check_told(lacking, ("C99",), {}, PATH)


def test_literals_are_numbers_and_not_names():
    assert literals("LSTM1, x2 and P28; 3-4, 1e-5, 2.5x") == ["3", "4", "1e-5", "2.5"]
    assert numbers_in({"rate 0.5": [1, True, None], "more": (math.nan, -3)}) == {0.5, 1.0, 3.0}
    check_literals("a third", (), "")


def test_a_function_that_fails_is_named():
    numbers = {"gap": lambda results: results["missing"], "seeds": lambda results: 1_000}
    assert math.isnan(values_of(numbers, xr.Dataset())["gap"])
    assert filled("{seeds}", values_of(numbers, xr.Dataset()), "") == "1,000"
    with pytest.raises(Error, match=r"made_up\.py: NUMBERS\['gap'\] fails: KeyError"):
        check_numbers(numbers, xr.Dataset(), "made_up.py")


def test_a_number_that_is_not_finite_comes_without_a_warning():
    losses = xr.DataArray([0.0, -1.0], dims="seed")
    found = values_of({"decades": lambda _: np.log10(losses)[0], "wrong": lambda _: np.log10(losses)[1]}, xr.Dataset())
    assert found["decades"] == -math.inf and math.isnan(found["wrong"])


def test_the_answer_is_told_where_it_suits_the_run():
    claim = told(words(), (FINDING,), {"gain": 12.34}, PATH)["en"].claims["C99"]
    assert claim.answer == answer_of(FINDING, claim, "en") == "It gains 12.3 points."
    assert claim.remarks == ()
    assert rule_head(claim, "en") == labels("en")["rule"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_another_verdict_than_the_published_one_is_said_and_the_parts_take_over(language):
    claim = told(words(verdict="fails", language=language), (FINDING,), {"gain": 12.34}, PATH)[language].claims["C99"]
    assert (claim.answer, claim.truth, claim.why) == ("", "", "")
    (remark,) = claim.remarks
    assert all(labels(language)["verdicts"][verdict] in remark for verdict in ("holds", "fails"))
    assert answer_of(FINDING, claim, language) == "It gains 12 points."


def test_numbers_that_a_run_does_not_have_are_said():
    claim = told(words(), (FINDING,), {"gain": math.nan}, PATH)["en"].claims["C99"]
    assert claim.answer == "" and "cannot be computed" in claim.remarks[0]
    with pytest.raises(NotFinite):
        filled("{gain}", {"gain": math.nan}, "here")


def test_a_rule_that_changed_after_the_run_is_said():
    claim = told(words(), (FINDING,), {"gain": 12.34}, PATH, ("C99",))["en"].claims["C99"]
    assert claim.remarks == (labels("en")["rule_changed"],)
    assert claim.answer and rule_head(claim, "en") == labels("en")["rule_now"]


def test_only_necessary_parts_stand_for_an_answer():
    further = dataclasses.replace(PART, further=True)
    finding = Finding("C99", "holds", (PART, further))
    claim = told(words(verdict="fails"), (finding,), {}, PATH)["en"].claims["C99"]
    assert answer_of(finding, claim, "en") == "It gains 12 points."


def test_japanese_lines_fit_and_do_not_begin_with_a_mark():
    from rich.cells import cell_len

    text = "深さ 20 層では、Xavier の初期値から学習した ReLU の正解率は 19 %、He なら 47 % です(シード 10 個)。"
    for width in (10, 24, 60):
        lines = wrapped(text, width)
        assert all(cell_len(line) <= width for line in lines)
        assert not any(line[0] in "、。)%" or line[-1] == "(" for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
