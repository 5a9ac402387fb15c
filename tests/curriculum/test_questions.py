"""The check questions: model answers are judged right, wrong ones wrong, and fresh numbers stay answerable."""

import json
import time

import pytest

from waza.core.errors import Error
from waza.curriculum.answers import Choice, Formula, Number, Points, evaluate
from waza.curriculum.questions import LANGUAGES, questions

PARTS = ("day2a",)
every = pytest.mark.parametrize(
    "one",
    [one for part in PARTS for language in LANGUAGES for one in questions(part, language)],
    ids=lambda one: f"{one.question.name}-{one.language}",
)


def model_answer(one):
    answer = one.answer
    if isinstance(answer, Choice):
        return str(answer.right)
    if isinstance(answer, Number):
        return repr(answer.value)
    return one.shown


def wrong_answer(one):
    answer = one.answer
    if isinstance(answer, Choice):
        return str(answer.right % answer.options + 1)
    if isinstance(answer, Number):
        return repr(answer.value + 0.3)
    return {Formula: "x - y", Points: "a nicer name"}[type(answer)]


@every
def test_the_model_answer_is_right_and_another_is_wrong(one):
    assert one.answer.judge(model_answer(one)).right
    assert not one.answer.judge(wrong_answer(one)).right


@every
def test_a_question_is_whole(one):
    assert one.text
    assert one.explanation
    assert one.notes
    assert "{" not in one.text + one.explanation + one.notes
    if isinstance(one.answer, Choice):
        assert len(one.options) == one.answer.options
    if one.question.claims:
        assert one.studies


def test_the_notes_questions_are_all_there():
    pages = {page for one in questions("day2a", "en") for page in one.pages}
    assert pages == {"P12", "P61", "P20", "P35", "P28", "P31", "P47", "P68"}


@pytest.mark.parametrize("seed", range(30))
def test_fresh_numbers_are_answered_by_closed_forms(seed):
    by_name = {one.question.name: one for one in questions("day2a", "en", seed)}
    slope, where, chain = (by_name[name] for name in ("P12", "P12-where", "P20"))
    assert slope.answer.value == pytest.approx(slope.numbers["a"] * slope.numbers["b"] / 4, rel=1e-4)
    assert where.answer.value == pytest.approx(where.numbers["c"])
    n, a = chain.numbers["n"], chain.numbers["a"]
    assert chain.answer.judge(f"{n}*{a}*({a}x + y)^{n - 1}").right
    assert [one.numbers for one in questions("day2a", "ja", seed)] == [one.numbers for one in by_name.values()]
    json.dumps([dict(one.numbers) for one in by_name.values()])


def test_fresh_numbers_differ_between_seeds():
    assert len({json.dumps(dict(questions("day2a", "en", seed)[0].numbers)) for seed in range(20)}) > 3


@pytest.mark.parametrize(
    "text", ["__import__('os').system('true')", "9**9**9", "(" * 500, "x" * 10**6, "1/0", "", "lambda: 0", "2(x+y"]
)
def test_strange_answers_are_wrong_at_once(text):
    begun = time.perf_counter()
    for one in questions("day2a", "en"):
        assert not one.answer.judge(text).right
    assert evaluate(text, {"x": 1.0, "y": 2.0}) is None
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize("text", ["1/4", "0.25", "1/4", ".25", "2^-2", "0.25。"])
def test_a_number_may_be_written_in_many_ways(text):
    assert Number(0.25).judge(text).right


def test_an_unknown_part_is_named():
    with pytest.raises(Error, match="day2a"):
        questions("day9", "en")
