"""`waza quiz` from its input to its score."""

import io

import pytest

from waza.cli import main

RIGHT = {"en": "0.25\n0\n2x + 2y\n3\nit is stable and fast\n2\n2\n", "ja": "1/4\n0\n2(x+y)\n3\n安定して速い\n2\n②\n"}


def quiz(monkeypatch, capsys, text, *options):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    main(["quiz", *options])
    return capsys.readouterr().out


@pytest.mark.parametrize(("language", "score"), [("en", "7 of 7 right."), ("ja", "7 問中 7 問正解です。")])
def test_right_answers_score(monkeypatch, capsys, language, score):
    assert score in quiz(monkeypatch, capsys, RIGHT[language], "--lang", language)


def test_a_wrong_answer_is_explained_with_the_study_that_shows_it(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "0.25\n0\n2x+2y\n1\n", "--lang", "en")
    assert "Not quite. The answer: (3)" in printed
    assert "waza run starting-weights" in printed
    assert "3 of 4 right." in printed


def test_what_cannot_be_read_is_asked_once_more(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "a quarter\n0.25\n", "--lang", "en")
    assert "Try once more" in printed
    assert "1 of 1 right." in printed


def test_the_end_of_the_input_ends_it(monkeypatch, capsys):
    assert "No question was answered." in quiz(monkeypatch, capsys, "", "--lang", "en")


def test_show_asks_nothing(monkeypatch, capsys):
    printed = quiz(monkeypatch, capsys, "", "--show", "--lang", "ja")
    assert printed.count("答え:") == 7


def test_fresh_numbers_repeat_with_their_seed(monkeypatch, capsys):
    first, second, other = (
        quiz(monkeypatch, capsys, "", "--show", "--lang", "en", "--fresh", "--seed", seed) for seed in ("1", "1", "2")
    )
    assert first == second != other


@pytest.mark.parametrize(("options", "words"), [(["--part", "day9"], "day2a"), (["--seed", "1"], "--fresh")])
def test_mistakes_take_one_line(monkeypatch, capsys, options, words):
    with pytest.raises(SystemExit) as stopped:
        quiz(monkeypatch, capsys, "", *options)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
