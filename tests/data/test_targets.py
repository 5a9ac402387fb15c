"""Targets: which rows have one, what its classes are, and which classes are perhaps one."""

import pandas as pd
import pytest

from waza.core.errors import Error
from waza.data.notations import find_notations
from waza.data.targets import find_answers


def found(cells, task=None):
    """The answers, their task, and the notes by kind."""
    frame = pd.DataFrame({"y": cells})
    _, answers, decided, notes = find_answers(frame["y"], "y", task, find_notations(frame)["y"])
    return answers, decided, {note.kind: note.values for note in notes}


@pytest.mark.parametrize("word", ["None", "NA", "-", "?", "N/A", "null"])
def test_a_word_for_a_missing_value_is_a_class_among_texts(word):
    answers, _, notes = found([word, "apnea", "insomnia", ""] * 10)
    assert set(answers) == {word, "apnea", "insomnia"}
    assert notes["word_classes"] == {"target": "y", "rows": 10, "example": word}
    assert notes["target_missing"] == {"rows": 10}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_word_for_a_missing_value_is_missing_among_numbers(task):
    answers, _, notes = found(["NA", "0", "1", "2", ""] * 10, task)
    assert {float(answer) for answer in answers} == {0, 1, 2}
    assert (notes["target_words"]["rows"], notes["target_missing"]["rows"]) == (10, 10)


def test_what_programs_write_for_a_missing_value_is_no_class():
    answers, _, notes = found(["nan", "yes", "no", "#N/A", None] * 10)
    assert (set(answers), notes["target_missing"]) == ({"yes", "no"}, {"rows": 30})


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        (["+1", "1", "-1"], {"1", "-1"}),
        (["+1", "1.0", "−1"], {"1", "-1"}),
        (["０", "1", "0"], {"0", "1"}),
        (["01", "1", "+1"], {"01", "1", "+1"}),
        (["gro\u0308\u00dfer", "gr\u00f6\u00dfer", "kleiner"], {"gr\u00f6\u00dfer", "kleiner"}),
        ([" yes", "yes ", "no"], {"yes", "no"}),
    ],
)
def test_one_class_that_is_written_in_several_ways(cells, classes):
    assert set(found(cells * 10)[0]) == classes


@pytest.mark.parametrize(
    ("cells", "kind", "classes"),
    [
        (["Yes", "yes", "YES", "No", "no"], "alike_case", "'No' = 'no', 'YES' = 'Yes' = 'yes'"),
        ([">50K", ">50K.", "<=50K", "<=50K."], "alike_mark", "'<=50K' = '<=50K.', '>50K' = '>50K.'"),
        (["on-time", "on time", "late"], "alike_mark", "'on time' = 'on-time'"),
        (["New  York", "New York", "Rome"], "alike_mark", "'New  York' = 'New York'"),
        (["it's", "its", "no"], "alike_mark", "\"it's\" = 'its'"),
        (["01", "+01", "2"], "alike_mark", "'+01' = '01'"),
    ],
)
def test_classes_that_are_perhaps_one_are_noted(cells, kind, classes):
    answers, _, notes = found(cells * 10)
    assert set(answers) == set(cells)
    assert notes[kind]["classes"] == classes


@pytest.mark.parametrize(
    "cells", [["<5", ">5", "<=5"], ["A+", "A-", "B"], ["1.5", "15", "x"], ["a", "b"], ["3-4", "34", "x"]]
)
def test_other_classes_are_not(cells):
    assert not {"alike_case", "alike_mark"} & set(found(cells * 10)[2])


def test_dates_are_no_target():
    with pytest.raises(Error, match=r"holds dates or times such as '01.01.2022'"):
        found([f"{1 + i % 28:02d}.{1 + i % 12:02d}.2022" for i in range(80)])


def test_a_target_of_numbers_is_read_as_an_input_is():
    answers, decided, notes = found([f"{value}.500 kg" for value in range(1, 40)] + ["<0.5 kg"])
    assert (decided, answers[0], answers[-1]) == ("regression", 1.5, 0.5)
    assert {"unit", "limits"} <= set(notes)
