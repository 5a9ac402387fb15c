"""Every exercise has a study and complete texts in both languages."""

import inspect
import string
from pathlib import Path

import numpy as np
import pytest

from waza import report
from waza.core.errors import Error
from waza.core.language import texts
from waza.curriculum import exercise, exercises
from waza.curriculum.day3b_language import word_pairs
from waza.curriculum.evidence import essays
from waza.data.text.vectors import SimilarPairs, WordTests
from waza.engine.describe import describe
from waza.report.filling import names_in
from waza.report.telling import FILLED, check_told
from waza.report.words import LANGUAGES, VERDICTS, labels
from waza.study.assembly import rows_of
from waza.study.sweep import swept

NUMBERS = {"effect", "low", "high", "confidence", "seeds"}
FIXTURES = Path(__file__).parents[1] / "fixtures"
SMALL_LOG, TALKS = (str(FIXTURES / name) for name in ("off_policy/small_log.csv", "dialogues.jsonl"))
# What stands in for data that have to be downloaded.
STAND_INS = {
    **{"mnist": "digits", "cifar10_jpg": "digits", "hillstrom": SMALL_LOG, "wikitext2": "python_reference"},
    "sgd+real_persona_chat": f"{TALKS}+{TALKS}",
}
# Words of the stand-in for a text, with ratings that nobody gave.
PAIRS = SimilarPairs("none", ("the", "a", "class"), ("an", "is", "method"), np.arange(3.0))


@pytest.fixture(autouse=True)
def no_word_tests(monkeypatch):
    names = (word_pairs.TEST, word_pairs.VALIDATION)
    tests = WordTests(tuple(PAIRS._replace(name=name) for name in names), ())
    monkeypatch.setattr(word_pairs, "word_tests", lambda: tests)


def offline(one):
    """The study on its default data, or on others where those have to be downloaded."""
    given = inspect.signature(one.module.study).parameters.get("data_name")
    return one.study(None if given is None else STAND_INS.get(given.default))


every = pytest.mark.parametrize("one", exercises(), ids=lambda one: one.name)


@every
def test_the_study_decides_what_the_catalogue_promises(one):
    study = offline(one)
    assert study.name == one.name
    assert tuple(claim.id for claim in study.claims) == one.claims
    assert study.seeds >= 10 or not one.claims


@every
def test_the_texts_cover_every_variant_claim_and_verdict(one):
    words = report.load_words(one.texts)
    assert set(words) == set(LANGUAGES)
    variants = set(offline(one).variants)
    variants |= set(swept(list(variants)))
    for text in words.values():
        assert text.title
        assert text.lead
        assert set(text.variants) <= variants
        assert set(text.claims) == set(one.claims)
        for claim in one.claims_of():
            said = text.claims[claim.id]
            assert all((said.statement, said.notes_say, said.truth, said.why, said.rule))
            assert set(said.parts) == {part.name for part in claim.parts}
            for part in said.parts.values():
                for verdict in VERDICTS:
                    sentence = getattr(part, verdict)
                    fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
                    assert sentence
                    assert fields <= NUMBERS


@every
def test_the_languages_say_it_in_their_own_words(one):
    words = report.load_words(one.texts)
    for name, claim in words["en"].claims.items():
        assert claim.statement.isascii() or "–" in claim.statement
        assert any("぀" <= letter <= "ヿ" for letter in words["ja"].claims[name].statement)


@every
def test_every_unit_has_a_japanese_name(one):
    known = labels("ja")["grounds"]["units"]
    assert {part.unit for claim in one.claims_of() for part in claim.parts} - {"$"} <= set(known)


@every
def test_each_number_in_an_answer_is_computed_or_a_setting(one):
    study, numbers = offline(one), one.numbers_of()
    words = report.load_words(one.texts)
    counts = [study.seeds, study.steps, study.evaluate_every, *rows_of(study.data).values()]
    settings = [describe(dict(study.variants)), counts]
    check_told(words, one.claims, settings, one.texts)
    said = [getattr(text.claims[name], field) for text in words.values() for name in one.claims for field in FILLED]
    said += [text.answer for text in words.values()]
    assert {name for text in said for name in names_in(text)} <= set(numbers)


def test_data_that_are_missing_are_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    with pytest.raises(Error, match=r"mnist/.* is missing: run `waza data get mnist`"):
        exercise("simple-convnet").study()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_claim_that_does_not_simply_hold_is_among_the_corrections(language):
    """Of the notes' claims; G and W are those of papers, T those of exercises of which the notes say nothing."""
    told = {
        essay: [entry["claims"] for entry in texts(Path(essays.__file__).parent / essay, language)["entries"]]
        for essay in essays.ESSAYS
    }
    named = {claim for claims in told["corrections"] for claim in claims}
    verdicts = {
        name: claim.verdict
        for one in exercises()
        for name, claim in report.load_words(one.texts)[language].claims.items()
    }
    notes = {name: verdict for name, verdict in verdicts.items() if name.startswith("C")}
    assert named == {name for name, verdict in notes.items() if verdict in ("fails", "depends")}
    assert {claim for claims in told["surprises"] for claim in claims} <= set(verdicts)


def test_an_unknown_exercise_suggests_the_nearest():
    with pytest.raises(Error, match="vanishing-gradient"):
        exercise("vanishing-gradients")
