"""`waza quiz` from its input to its score."""

import io

import pytest

from waza.cli import main
from waza.curriculum.answers import Choice, Number
from waza.curriculum.questions import PARTS, questions

COUNT = sum(len(questions(part, "en")) for part in PARTS)


def quiz(monkeypatch, capsys, text, *options):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    main(["quiz", *options])
    return capsys.readouterr().out


def right_answers(language):
    for one in (one for part in PARTS for one in questions(part, language)):
        answer = one.answer
        yield (
            str(answer.right)
            if isinstance(answer, Choice)
            else (repr(answer.value) if isinstance(answer, Number) else one.shown)
        )


@pytest.mark.parametrize(
    ("language", "score"), [("en", f"{COUNT} of {COUNT} right."), ("ja", f"{COUNT}問中{COUNT}問正解でした。")]
)
def test_right_answers_score(monkeypatch, capsys, language, score):
    text = "\n".join(right_answers(language)) + "\n"
    assert score in quiz(monkeypatch, capsys, text, "--lang", language)


def test_a_wrong_answer_is_explained_with_the_study_that_shows_it(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "2\n0\n2x+2y\n2x+2y\n1\n", "--lang", "en")
    assert "Wrong.\nAnswer: (2)" in printed
    assert "waza run starting-weights" in printed
    assert "4 of 5 right." in printed


def test_what_cannot_be_read_is_asked_once_more(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "a quarter\n2\nnowhere\nat all\n", "--lang", "en")
    assert printed.count("enter ") == 2
    assert "1 of 2 right." in printed


def test_an_option_may_be_given_in_its_own_words(monkeypatch, capsys):
    assert "1 of 1 right." in quiz(monkeypatch, capsys, "0.25\n", "--lang", "en")


def test_an_empty_line_passes_a_question(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "\n", "--lang", "en")
    assert "Skipped.\nAnswer: (2) 0.25" in printed
    assert "0 of 1 right." in printed


def test_the_end_of_the_input_ends_it(monkeypatch, capsys):
    assert "No question was answered." in quiz(monkeypatch, capsys, "", "--lang", "en")


def test_show_asks_nothing(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "", "--show", "--lang", "ja")
    assert printed.count("答え: ") == COUNT


def test_fresh_numbers_repeat_with_their_seed(monkeypatch, capsys):
    first, second, other = (
        quiz(monkeypatch, capsys, "", "--show", "--lang", "en", "--seed", seed) for seed in ("1", "1", "2")
    )
    assert first == second != other


def test_an_unknown_part_takes_one_line(monkeypatch, capsys):
    with pytest.raises(SystemExit) as stopped:
        quiz(monkeypatch, capsys, "", "--part", "day9")
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert "day3b" in error
    assert error.count("\n") == 1
