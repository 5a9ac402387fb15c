"""Verdicts that are kept with a run are read as they were."""

import dataclasses
import io
import math
import re

import pytest
import xarray as xr

from waza.core.console import Terminal
from waza.core.errors import Error
from waza.report import kept
from waza.report.outcome_table import OutcomeRow, OutcomeTable
from waza.report.terminal import print_answer, print_lines
from waza.report.words import ClaimWords, PartWords, StudyWords, with_unit
from waza.study import Finding, PartFinding

TABLE = OutcomeTable(
    ("technique", "effect", "interval", "result"),
    (OutcomeRow("Adam", "+2", "1 to 3", "helps", "holds"), OutcomeRow("[L2]", "0", "-0.1 to 0.1", "no difference", "")),
    ("which rows",),
    "Rule",
    ("the rule",),
    "Details",
    ("the unit",),
)


@pytest.fixture
def stored(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "render_page", lambda *_: "<html>")
    part = PartFinding("helps", "sampled", "holds", 0.02, 0.01, 0.03, 0.98, 10, (0.01, math.inf), needed=None)
    findings = (Finding("adam", "holds", (part,)), Finding("own", "undecided", (part,), {"deep": "fails"}))
    claim = ClaimWords("own", "", "", "", ("a rule",), {"helps": PartWords("s", "h", "f", "u")}, remarks=("stale",))
    words = {
        one: StudyWords("表", "lead", {"adam": "Adam"}, {"own": claim}, one, answer="答え", outcomes=TABLE)
        for one in ("en", "ja")
    }
    page = kept.write_report(tmp_path, xr.Dataset(), findings, words)
    assert page.read_text() == "<html>"
    return tmp_path, findings, words


def test_they_are_read_as_they_were(stored):
    folder, findings, words = stored
    read = kept.read_verdicts(folder)
    assert read is not None
    again, told = read
    assert told == words
    assert list(map(repr, again)) == list(map(repr, findings))  # NaN equals nothing, its text does
    assert dataclasses.replace(again[0].parts[0], p=0.0, bound=0.0, smallest=0.0, interquartile=0.0) == (
        dataclasses.replace(findings[0].parts[0], p=0.0, bound=0.0, smallest=0.0, interquartile=0.0)
    )


@pytest.mark.parametrize("lacking", ["adam (en)", "own helps (ja)", "the language ja"])
def test_a_study_that_lacks_words_is_damaged(stored, lacking):
    """The table of a comparison takes the place of its claims' words; a study without a table has them all."""
    folder, findings, words = stored
    words = {name: dataclasses.replace(one, outcomes=None) for name, one in words.items()}
    claim = words["en"].claims["own"]
    claims = {**words["en"].claims, "adam": claim}
    words = {name: dataclasses.replace(one, claims=claims) for name, one in words.items()}
    if lacking == "adam (en)":
        words["en"] = dataclasses.replace(words["en"], claims={"own": claim})
    elif lacking == "the language ja":
        del words["ja"]
    else:
        own = dataclasses.replace(claim, parts={})
        words["ja"] = dataclasses.replace(words["ja"], claims={**claims, "own": own})
    kept.write_report(folder, xr.Dataset(), findings, words)
    with pytest.raises(Error, match=re.escape(f"no words for {lacking}")):
        kept.read_verdicts(folder)


@pytest.mark.parametrize("damage", ["{", "{}", '{"findings": [{"id": 1}], "words": {}}', "[]"])
def test_a_damaged_file_is_named_and_a_missing_one_is_none(stored, damage):
    folder, _, _ = stored
    (folder / kept.VERDICTS).write_text(damage)
    with pytest.raises(Error, match="is damaged"):
        kept.read_verdicts(folder)
    (folder / kept.VERDICTS).unlink()
    assert kept.read_verdicts(folder) is None


def test_a_changed_number_is_found(stored):
    path = stored[0] / kept.VERDICTS
    path.write_text(path.read_text().replace('"effect": 0.02', '"effect": 0.03'))
    with pytest.raises(Error, match=r"is damaged .* their checksum is another"):
        kept.read_verdicts(stored[0])


def test_the_answer_stands_first_then_the_table():
    console = Terminal(file=io.StringIO(), width=80)
    print_answer("On your data: Adam helps by 2 points.", TABLE, console)
    lines = console.file.getvalue().splitlines()
    assert lines[1] == "On your data: Adam helps by 2 points."
    assert lines[3].split() == ["technique", "effect", "interval", "result"]
    assert lines[4].split() == ["Adam", "+2", "1", "to", "3", "helps"]
    assert "[L2]" in lines[5] and lines[5].endswith("no difference")
    assert lines[-1] == "• which rows"


def test_units_are_named():
    assert with_unit(0.01, "points", "en") == "1 point" and with_unit(0.052, "points", "en") == "5.2 points"
    assert with_unit(0.3, "", "en") == "0.3" and with_unit(0.01, "points", "ja") == "1 ポイント"


def test_japanese_is_broken_between_its_characters_and_markup_is_shown():
    console = Terminal(file=io.StringIO(), width=20)
    print_lines("シードごとに行を無作為に分け直します [b]。", console, "dim", first="• ")
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "• シードごとに行を無作" and lines[-1].endswith("[b]。")
    assert all(line.startswith("  ") for line in lines[1:])
