"""The pages of evidence, the published answers and `waza claims`, on a made-up study that takes a second."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import xarray as xr

from waza import optim
from waza.cli import main
from waza.core.errors import Error
from waza.curriculum import catalogue, outcomes
from waza.curriculum.catalogue import Exercise
from waza.curriculum.evidence import essays
from waza.curriculum.evidence.essays import essay_page
from waza.learners import Descent
from waza.models.landscapes import Quadratic
from waza.study import Claim, Exact, Part, Study, store

EN = """
title = "A made-up valley"
lead = "Two rates, 0.01 and 0.1, from 10 starts."
[variants]
slow = "slow"
fast = "fast"
[claims.C99]
statement = "A larger rate is faster."
notes_say = "The notes say so."
verdict = "holds"
answer = "Yes: the larger rate ends {factor}-fold lower."
truth = "From the value {start} it falls to {end}."
why = "The rate is larger."
rule = ["Lower by 0.1 at least.", "Further: the ratio of the rates is 10."]
history = "The first rule had no bound."
[claims.C99.parts.lower]
statement = "It ends lower."
holds = "It ends lower, by {effect} (from {low} to {high})."
fails = "It does not end lower: {effect} (from {low} to {high})."
undecided = "Undecided: {effect} (from {low} to {high})."
[claims.C99.parts.ratio]
statement = "The ratio."
holds = "The ratio is {effect}."
fails = "The ratio is {effect}."
undecided = "The ratio is {effect}."
"""
JA = EN.replace("Yes: the larger rate ends {factor}-fold lower.", "速くなり、最終値は約 {factor} 分の 1 です。")
BARE = 'title = "Nothing claimed"\nlead = "A figure alone."\nanswer = "It starts at {start}."\n[variants]\n[claims]\n'


def value(results, variant, step=-1):
    return results["value"].sel(variant=variant).isel(step=step)


def lower(results: xr.Dataset) -> xr.DataArray:
    """How much lower the fast variant ends."""
    return value(results, "slow") - value(results, "fast")


C99 = Claim("C99", (Part("lower", lower, low=0.1), Exact("ratio", lambda: 10.0, low=9.0, further=True)))
NUMBERS = {
    "factor": lambda results: float((value(results, "slow") / value(results, "fast")).mean()),
    "start": lambda results: float(value(results, "fast", 0).mean()),
    "end": lambda results: float(value(results, "fast").mean()),
}


def made_up_study(name, claims, seeds=10):
    valley = Quadratic((0.5, 1.0))
    variants = {
        "slow": Descent(valley, optim.SGD(0.01), (1.0, 1.0), (2.0, 2.0)),
        "fast": Descent(valley, optim.SGD(0.1), (1.0, 1.0), (2.0, 2.0)),
    }
    return Study(
        name=name,
        data=None,
        variants=variants,
        measure="value",
        steps=20,
        evaluate_every=10,
        seeds=seeds,
        claims=claims,
    )


class Made(Exercise):
    """An exercise whose texts and module are made up here."""

    @property
    def texts(self) -> Path:
        return PLACE["folder"] / self.name.replace("-", "_")

    @property
    def module(self):
        return MODULES[self.name]


PLACE: dict[str, Path] = {}
MODULES = {
    "made-up": SimpleNamespace(study=lambda: made_up_study("made-up", (C99,)), C99=C99, NUMBERS=NUMBERS),
    "bare": SimpleNamespace(study=lambda: made_up_study("bare", ()), NUMBERS={"start": NUMBERS["start"]}),
}
MADE_UP, BARE_ONE = Made("made-up", "E1", "day2a_training", ("C99",)), Made("bare", "E1", "day2a_training", ())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of each study."""
    from waza.study import run

    folder = tmp_path_factory.mktemp("runs")
    for module in MODULES.values():
        run(module.study(), folder)
    return folder


@pytest.fixture(autouse=True)
def course(monkeypatch, tmp_path):
    """The made-up exercises in the place of the course, and nothing published."""
    PLACE["folder"] = tmp_path / "texts"
    PLACE["folder"].mkdir()
    for name, en, ja in (("made_up", EN, JA), ("bare", BARE, BARE)):
        (PLACE["folder"] / f"{name}.en.toml").write_text(en, "utf-8")
        (PLACE["folder"] / f"{name}.ja.toml").write_text(ja, "utf-8")
    monkeypatch.setattr(catalogue, "_EXERCISES", (MADE_UP, BARE_ONE))
    monkeypatch.setattr(outcomes, "FOLDER", tmp_path / "published")
    monkeypatch.setattr(essays, "ESSAYS", ())
    monkeypatch.setattr("waza.curriculum.evidence.ESSAYS", ())
    outcomes.published.cache_clear()
    yield
    outcomes.published.cache_clear()


def rewritten(monkeypatch, tmp_path, old, new):
    """Other texts of the made-up study; the texts are kept by path, so the folder is another one."""
    folder = tmp_path / "rewritten"
    folder.mkdir()
    for name in ("made_up", "bare"):
        for language in ("en", "ja"):
            text = (PLACE["folder"] / f"{name}.{language}.toml").read_text("utf-8")
            (folder / f"{name}.{language}.toml").write_text(text.replace(old, new), "utf-8")
    PLACE["folder"] = folder


def claims(runs, *options, language="en"):
    main(["claims", "--runs", str(runs), "--lang", language, *options])


def with_other_rules(runs, tmp_path):
    """A copy of the made-up run that was made with another rule."""
    copied = tmp_path / "other"
    folder = store.find(runs, "made-up")
    results = folder.results()
    results.attrs["rules"] = json.dumps({"C99": "another"})
    target = store.RunFolder(copied / "made-up" / folder.path.name)
    target.path.mkdir(parents=True)
    (target.path / store.STUDY).write_bytes((folder.path / store.STUDY).read_bytes())
    target.finish(results)
    return copied


def test_a_page_has_the_answer_first_and_an_anchor_for_each_claim(runs, tmp_path):
    claims(runs, "--evidence", str(tmp_path / "docs"))
    page = (tmp_path / "docs" / "made-up.md").read_text("utf-8")
    order = ['<a id="c99"></a>', "Yes: the larger rate ends", "made-up.en.png", "From the value", "Rule (fixed", "0.01"]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "10 seeds, 20 steps" in page and "waza 0" in page
    assert "The first rule had no bound." in page
    assert "<br>Exact value: 10, without sampling error." in page and "(further)" in page
    assert "速くなり" in (tmp_path / "docs" / "made-up.ja.md").read_text("utf-8")
    bare = (tmp_path / "docs" / "bare.md").read_text("utf-8")
    order = ["It starts at 1.", "bare.en.png", "A figure alone."]
    assert [bare.index(text) for text in order] == sorted(bare.index(text) for text in order)


def test_every_link_leads_to_a_page_and_an_anchor(runs, tmp_path):
    docs = tmp_path / "docs"
    claims(runs, "--evidence", str(docs))
    for path in docs.glob("*.md"):
        text = path.read_text("utf-8")
        assert not re.search(r"\{[a-z]", text)
        for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", text):
            if target.startswith("..") or target.split(".")[0] in ("surprises", "corrections"):
                continue
            assert (docs / target).is_file() if target else True, (path, target)
            if anchor:
                assert f'<a id="{anchor}"></a>' in (docs / target if target else path).read_text("utf-8")
    for name in ("made-up", "bare"):
        assert all((docs / f"{name}.{one}.png").read_bytes()[:4] == b"\x89PNG" for one in ("en", "ja"))


def test_the_index_holds_the_answers_and_the_error_that_is_allowed(runs, tmp_path):
    claims(runs, "--evidence", str(tmp_path / "docs"))
    index = (tmp_path / "docs" / "index.md").read_text("utf-8")
    assert "[C99](made-up.md#c99) A larger rate is faster. | **holds**: Yes: the larger rate ends" in index
    assert "1 of the 1 studies with claims" in index and "0.05 of them" in index
    assert "- [Nothing claimed](bare.md) It starts at 1." in index
    costs = (tmp_path / "docs" / "costs.md").read_text("utf-8")
    assert "[made-up](made-up.md) | C99 | 10 | 20 |" in costs


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{factor}-fold", "{factro}-fold", r"made_up\.en\.toml, C99, answer: there is no number \{factro\}"),
        ("{factor}-fold", "35-fold", r"made_up\.en\.toml, C99, answer: the number 35 is not among"),
        ("it falls to {end}", "it falls to 0.77", r"made_up\.en\.toml, C99, truth: the number 0\.77"),
    ],
)
def test_pages_with_a_number_that_the_results_do_not_have_are_not_written(
    runs, tmp_path, capsys, monkeypatch, old, new, said
):
    rewritten(monkeypatch, tmp_path, old, new)
    with pytest.raises(SystemExit):
        claims(runs, "--evidence", str(tmp_path / "docs"))
    assert re.search(said, capsys.readouterr().err)
    assert not (tmp_path / "docs").exists()


def test_a_number_that_is_not_finite_stops_the_pages(runs, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(NUMBERS, "end", lambda results: float("nan"))
    with pytest.raises(SystemExit):
        claims(runs, "--evidence", str(tmp_path / "docs"))
    assert "C99, truth: the number {end} is nan" in capsys.readouterr().err


def test_another_verdict_than_the_texts_is_said_everywhere(runs, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    rewritten(monkeypatch, tmp_path, 'verdict = "holds"', 'verdict = "fails"')
    claims(runs, "--evidence", str(tmp_path / "docs"))
    main(["show", "made-up", "--runs", str(runs), "--lang", "en"])
    shown = capsys.readouterr().out
    for text in (shown, (tmp_path / "docs" / "made-up.md").read_text("utf-8")):
        assert 'The published one is "fails"' in text
        assert "It ends lower, by" in text
        assert "Yes: the larger rate" not in text


def test_a_rule_that_changed_after_the_run_is_shown(runs, tmp_path, capsys):
    other = with_other_rules(runs, tmp_path)
    claims(other, "--evidence", str(tmp_path / "docs"), "--json", str(tmp_path / "out.json"))
    assert "The rule changed after the run." in capsys.readouterr().out
    page = (tmp_path / "docs" / "made-up.md").read_text("utf-8")
    assert "> The rule changed after the run." in page and "it changed after the run)" in page
    assert json.loads((tmp_path / "out.json").read_text())[0]["rule_changed"] is True
    claims(runs, "--json", str(tmp_path / "out.json"))
    assert json.loads((tmp_path / "out.json").read_text())[0]["rule_changed"] is False


@pytest.mark.parametrize(
    ("language", "answer", "source"),
    [("en", "Yes: the larger rate", "As published by waza 0"), ("ja", "速くなり", "公開済みの結果(waza 0")],
)
def test_without_a_run_the_published_answers_are_shown(runs, tmp_path, capsys, language, answer, source):
    claims(runs, "--publish", str(outcomes.FOLDER))
    outcomes.published.cache_clear()
    capsys.readouterr()
    claims(tmp_path / "none", "--json", str(tmp_path / "out.json"), language=language)
    shown = capsys.readouterr().out
    assert answer in shown and source in shown
    (row,) = json.loads((tmp_path / "out.json").read_text())
    assert (row["verdict"], row["source"], row["stale_because"]) == ("holds", "published", None)
    assert row["run"]["waza"] and row["low"] <= row["effect"] <= row["high"]
    main(["show", "made-up", "--runs", str(tmp_path / "none"), "--lang", language, "--png", str(tmp_path / "one.png")])
    assert answer in capsys.readouterr().out
    assert (tmp_path / "one.png").read_bytes()[:4] == b"\x89PNG"
    claims(runs)
    assert "From the runs in" in capsys.readouterr().out


def test_a_stale_run_is_said_beside_the_published_answer(runs, tmp_path, capsys, monkeypatch):
    claims(runs, "--publish", str(outcomes.FOLDER))
    outcomes.published.cache_clear()
    monkeypatch.setattr(MODULES["made-up"], "study", lambda: made_up_study("made-up", (C99,), seeds=20))
    capsys.readouterr()
    claims(runs)
    shown = " ".join(capsys.readouterr().out.split())
    assert "Yes: the larger rate" in shown and "stored run is stale: seeds 10, now 20" in shown
    claims(runs, language="ja")
    assert "シード数が 10(現在 20)" in "".join(capsys.readouterr().out.split("\n")).replace("  ", "")


def test_published_outcomes_of_other_studies_stay(runs, tmp_path):
    found = {"made-up": None, "gone": None}
    claims(runs, "--publish", str(outcomes.FOLDER))
    outcomes.published.cache_clear()
    one = outcomes.published()["made-up"]
    outcomes.publish(outcomes.FOLDER, {"gone": one}, ["made-up"])
    outcomes.published.cache_clear()
    assert set(outcomes.published()) == set(found) - {"gone"}
    assert outcomes.published()["made-up"] == one


def test_the_next_study_is_run_where_one_cannot_be(tmp_path, capsys, monkeypatch):
    def missing():
        raise Error("the data set 'far' is not here: run `waza data get far`")

    monkeypatch.setitem(MODULES, "absent", SimpleNamespace(study=missing, C98=C99, NUMBERS={}))
    for language in ("en", "ja"):
        (PLACE["folder"] / f"absent.{language}.toml").write_text(EN.replace("C99", "C98"), "utf-8")
    absent = Made("absent", "E1", "day2a_training", ("C98",))
    monkeypatch.setattr(catalogue, "_EXERCISES", (absent, MADE_UP))
    with pytest.raises(SystemExit) as stopped:
        claims(tmp_path, "--run", "c98", "c99")
    assert stopped.value.code == 1
    told = capsys.readouterr()
    assert "waza: absent: the data set 'far' is not here: run `waza data get far`" in told.err
    assert "Yes: the larger rate" in told.out and "C98 not run" in told.out


def test_an_essay_is_filled_with_numbers_and_links_to_the_answers(runs, tmp_path, monkeypatch):
    folder = tmp_path / "essays"
    folder.mkdir()
    monkeypatch.setattr(essays, "__file__", str(folder / "essays.py"))
    claims(runs, "--publish", str(outcomes.FOLDER))
    outcomes.published.cache_clear()
    texts = (
        'title = "T"\nlead = "L"\n[[entries]]\nclaims = ["C99"]\ntitle = "Lower"\ntext = "By {C99.factor}, at 0.1."\n'
    )
    (folder / "one.en.toml").write_text(texts, "utf-8")
    page = essay_page("one", outcomes.published(), "en")
    answered = r"- \[C99\]\(made-up\.md#c99\) A larger rate is faster\.<br>\*\*holds\*\*: Yes"
    assert re.search(r"## Lower\n\nBy [\d.]+, at 0\.1\.\n\n" + answered, page)
    for old, new, said in (
        ("C99.factor", "C99.factro", "C99.factro"),
        ("at 0.1", "at 0.7", "0.7"),
        ('"C99"', '"C9"', "C9"),
    ):
        name = said.replace(".", "-")
        (folder / f"{name}.en.toml").write_text(texts.replace(old, new), "utf-8")
        with pytest.raises(Error, match=said):
            essay_page(name, outcomes.published(), "en")
