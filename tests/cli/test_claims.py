"""`waza claims`: what is stored is shown, what is missing or stale is run; its pages are tested with the curriculum."""

import json
import shutil
from pathlib import Path

import pytest

from waza import curriculum
from waza.cli import main
from waza.cli.entries import claims_texts
from waza.curriculum import outcomes
from waza.study import evidence, store

OLD = Path(__file__).parent.parent / "fixtures" / "v0.1" / "runs"

CHEAP = ("C10", "C12")


@pytest.fixture(autouse=True, scope="module")
def nothing_published(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "FOLDER", tmp_path_factory.mktemp("published"))
        outcomes.published.cache_clear()
        yield
    outcomes.published.cache_clear()


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    main(["claims", "--run", "c10", "--runs", str(folder), "--lang", "en"])
    return folder


@pytest.fixture(scope="module")
def few_seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    main(["run", "xavier-forms", "--runs", str(folder), "--seeds", "5", "--lang", "en"])
    return folder


def rows(runs, tmp_path, *options):
    main(["claims", "--runs", str(runs), "--json", str(tmp_path / "out.json"), *options])
    return {row["id"]: row for row in json.loads((tmp_path / "out.json").read_text())}


def test_every_claim_of_the_part_is_listed_once(runs, tmp_path):
    found = rows(runs, tmp_path)
    claims = [f"C{i:02d}" for i in range(1, 57)]
    assert list(found) == [*claims, "G1", "G2", "G3", *(f"T{i}" for i in range(1, 7)), "V1", "V2", "W1"]
    keys = {"id", "verdict", "answer", "rule_changed", "effect", "low", "high", "confidence", "seeds", "study"}
    keys |= {"source", "run", "stale_because"}
    assert all(set(row) == keys for row in found.values())
    assert {name for name, row in found.items() if row["verdict"] != "not run"} == set(CHEAP)
    assert found["C10"]["verdict"] in ("holds", "fails", "depends", "undecided")
    assert found["C10"]["source"] == "run" and found["C10"]["answer"]["ja"]
    assert found["C10"]["low"] <= found["C10"]["effect"] <= found["C10"]["high"]


def test_what_is_current_is_not_run_again(runs):
    before = len(store.folders(runs, "valley"))
    main(["claims", "--run", "C12", "--runs", str(runs)])
    assert len(store.folders(runs, "valley")) == before


@pytest.mark.slow
def test_a_run_with_other_settings_is_stale(tmp_path):
    main(["run", "valley", "--runs", str(tmp_path), "--steps", "500", "--lang", "en"])
    stale = rows(tmp_path, tmp_path)["C10"]
    assert (stale["verdict"], stale["stale_because"]) == ("not run", "steps 500, now 1000")
    main(["claims", "--run", "C10", "--runs", str(tmp_path)])
    current = rows(tmp_path, tmp_path)["C10"]
    assert (current["source"], current["stale_because"]) == ("run", None)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("stored run is stale: seeds 5, now",)), ("ja", ("古くなっています: シード数が 5",))]
)
def test_the_table_tells_why_a_run_is_stale(few_seeds, capsys, monkeypatch, language, words):
    monkeypatch.setenv("COLUMNS", "200")
    main(["claims", "--runs", str(few_seeds), "--lang", language])
    row = capsys.readouterr().out.partition("C02")[2].partition("C03")[0]
    assert all(word in row for word in words)


def test_each_reason_has_words_in_both_languages():
    kinds = {"version", "code", "variant", "added", "removed", "data", "number", "tuning"}
    kinds |= {"unavailable", "damaged"}
    for language in ("en", "ja"):
        assert set(claims_texts(language)["reasons"]) == kinds
        assert set(claims_texts(language)["numbers"]) == set(evidence.NUMBERS)


@pytest.mark.slow
def test_a_run_of_version_0_1_is_shown_and_is_stale(tmp_path, capsys):
    runs = shutil.copytree(OLD, tmp_path / "runs")
    main(["show", "xavier-forms", "--runs", str(runs), "--lang", "en", "--json"])
    assert json.loads(capsys.readouterr().out)["study"] == "xavier-forms"
    main(["show", "compare-table", "--runs", str(runs), "--lang", "en"])
    assert "baseline, tuned" in capsys.readouterr().out
    row = rows(runs, tmp_path)["C02"]
    assert row["verdict"] == "not run" and row["stale_because"]


def test_an_unknown_claim_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["claims", "--run", "C99"])
    assert "C99" in capsys.readouterr().err


def test_each_claim_is_decided_by_one_exercise():
    claims = [claim for one in curriculum.exercises() for claim in one.claims]
    assert sorted(claims) == sorted(set(claims))
