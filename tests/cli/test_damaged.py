"""Runs and models that are damaged, hostile or killed half way are listed, shown and refused in one line each."""

import json
import os

import pytest

from waza.cli import main
from waza.cli.kept import kept_models, kept_runs
from waza.core.language import LANGUAGES
from waza.core.sealed import sealed, unsealed
from waza.report import kept
from waza.report.words import plain_words
from waza.study import Claim, Exact, decide, store

from ..stored import begun, results_of

STATES = {"en": ("damaged", "unfinished"), "ja": ("破損", "未完了")}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def runs(here):
    return here / "runs"


def damage(folder, how):
    path = folder.path / (store.RESULTS if how in ("cut", "link") else store.STUDY)
    content = path.read_bytes()
    path.unlink()
    if how == "fifo":
        os.mkfifo(path)
    elif how == "link":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes({"cut": content[:100], "deep": b"[" * 10**5, "type": b"3", "empty": b""}[how])


@pytest.mark.parametrize("how", ["cut", "deep", "type", "empty", "fifo", "link"])
def test_a_damaged_run_is_listed_as_such_beside_the_others(here, runs, capsys, how):
    sound, damaged, unfinished = (
        begun(runs, results=results_of()),
        begun(runs, results=results_of()),
        begun(runs, "other"),
    )
    damage(damaged, how)
    states = {one.path.name: one.state for one in kept_runs(runs)}
    expected = {sound.path.name: "complete", damaged.path.name: "damaged", unfinished.path.name: "unfinished"}
    assert states == expected
    for language in LANGUAGES:
        main(["runs", "list", "--lang", language])
        lines = capsys.readouterr().out.splitlines()
        (line,) = [line for line in lines if damaged.path.name in line]
        assert STATES[language][0] in line
        main(["list", "--lang", language])
        shown = capsys.readouterr().out
        assert f"runs/mine/{damaged.path.name}" in shown and sound.path.name not in shown
    main(["runs", "rm", damaged.path.name, "--yes"])
    assert not damaged.path.exists() and sound.path.exists()


def test_an_earlier_run_is_shown_in_place_of_a_damaged_one(here, runs, capsys):
    sound, damaged = begun(runs, results=results_of()), begun(runs, results=results_of())
    os.utime(sound.path / store.STUDY, ns=(0, 0))
    damage(damaged, "cut")
    for folder in (sound, damaged):
        folder.path.rename(folder.path.with_name(f"20260101-000000-{folder.path.name[-4:]}"))
    main(["show", "mine", "--json", "--lang", "en"])
    said = capsys.readouterr()
    assert json.loads(said.out)["seeds"] == 3
    assert f"{damaged.path.name[-4:]} is damaged: an earlier run is shown" in said.err
    for given in (f"runs/mine/20260101-000000-{damaged.path.name[-4:]}", f"20260101-000000-{damaged.path.name[-4:]}"):
        with pytest.raises(SystemExit) as end:
            main(["show", given])
        said = capsys.readouterr().err
        assert end.value.code == 2 and said.count("\n") == 1 and "results.nc has changed" in said


@pytest.mark.parametrize(("language", "said"), [("en", "has no verdicts"), ("ja", "判定の記録がありません")])
def test_missing_verdicts_are_said(here, runs, capsys, language, said):
    folder = begun(runs, results=results_of())
    main(["show", "mine", "--lang", language])
    assert said in capsys.readouterr().err
    kept.write_report(folder.path, folder.results(), (), plain_words(folder.results(), ()))
    main(["show", "mine", "--lang", language])
    assert said not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (["ja"], "the language ja"),
        (["ja", "claims", "gain"], "gain (ja)"),
        (["en", "claims", "gain", "parts", "faster"], "gain faster (en)"),
    ],
)
def test_verdicts_without_their_words_are_damaged(here, runs, capsys, place, said):
    folder = begun(runs, results=results_of())
    findings = decide([Claim("gain", (Exact("faster", lambda: 1.0, low=0.0),))], folder.results())
    kept.write_report(folder.path, folder.results(), findings, plain_words(folder.results(), findings))
    main(["show", "mine"])
    assert "gain" in capsys.readouterr().out
    facts = dict(unsealed((folder.path / kept.VERDICTS).read_bytes()).facts)
    inner = facts["words"]
    for name in place[:-1]:
        inner = inner[name]
    del inner[place[-1]]
    (folder.path / kept.VERDICTS).write_bytes(sealed(facts))
    with pytest.raises(SystemExit):
        main(["show", "mine"])
    assert f"has no words for {said}: delete it, or run again" in capsys.readouterr().err


@pytest.mark.slow
def test_a_missing_report_is_said_and_made_at_any_time(here, runs, capsys):
    folder = begun(runs, results=results_of())
    main(["show", "mine", "--lang", "en"])
    assert f"no report yet, which `waza show runs/mine/{folder.path.name} --report` writes" in capsys.readouterr().out
    main(["show", "mine", "--report", "--lang", "ja"])
    assert f"runs/mine/{folder.path.name}/report.html" in capsys.readouterr().out
    page = (folder.path / "report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>") and 'lang="ja"' in page[:200]
    assert not folder.reported  # the study's own verdicts are still to be made, by the command that knows its claims


@pytest.mark.parametrize("how", ["json", "seal", "version", "variables"])
def test_a_damaged_model_is_listed_as_such(here, how):
    model = here / "m"
    model.mkdir()
    (model / "model.json").write_bytes(sealed({"version": 3, "preparation": None, "model": {}}))
    (model / "variables.safetensors").write_bytes(b"x")
    (model / "fit.json").write_bytes(sealed({"version": 2, "asked": {}}))
    assert [(one.name, one.state) for one in kept_models(here)] == [(str(model), "complete")]
    if how == "json":
        (model / "model.json").write_bytes(b"{")
    elif how == "seal":
        (model / "fit.json").write_bytes(sealed({"version": 2}).replace(b"2", b"3", 1))
    elif how == "version":
        (model / "model.json").unlink()
        os.mkfifo(model / "model.json")
    else:
        return  # variables are compared when the model is used
    assert [one.state for one in kept_models(here)] == ["damaged"]


def test_a_hostile_run_is_removed_without_following_its_links(here, runs, capsys):
    folder = begun(runs)
    store.shutil.rmtree(folder.path / "partial")
    outside = here / "outside"
    outside.mkdir()
    (outside / "a.safetensors").write_bytes(b"mine")
    (folder.path / "partial").symlink_to(outside)
    (folder.path / "lock").unlink(missing_ok=True)
    os.mkfifo(folder.path / "lock")
    main(["runs", "rm", "mine", "--yes", "--lang", "en"])
    assert not (runs / "mine").exists() and (outside / "a.safetensors").read_bytes() == b"mine"


LONG = "x" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--runs", LONG),
        ("runs", "list", "--runs", LONG),
        ("runs", "rm", LONG, "--yes"),
        ("show", LONG),
        ("show", "mine", "--runs", LONG),
        ("claims", "--runs", LONG),
        ("use", LONG, "--input", "x.csv"),
        ("export", LONG, "--to", "onnx", "--out", "out"),
        ("run", "valley", "--runs", LONG),
        ("run", "valley", "--json", LONG),
        ("fit", "mlp", "digits", "--out", LONG),
        ("compare", "digits", "--json", LONG),
        ("show", os.fsdecode(b"caf\xe9")),
        ("run", "valley", "--runs", os.fsdecode(b"caf\xe9")),
        ("fit", "mlp", "digits", "--out", os.fsdecode(b"caf\xe9")),
    ],
)
def test_names_that_no_file_can_have_end_in_one_line(here, capsys, arguments):
    with pytest.raises(SystemExit) as end:
        main([*arguments, "--lang", "en"])
    said = capsys.readouterr().err
    assert end.value.code == 2 and said.count("\n") == 1 and "Traceback" not in said, said
    assert list(here.iterdir()) == []


def test_the_folder_of_a_training_is_no_run(here, capsys):
    (here / "m").mkdir()
    (here / "m" / "fit.json").touch()
    with pytest.raises(SystemExit):
        main(["show", "m"])
    assert "m is the folder of a training, and show is for runs: the same `waza fit`" in capsys.readouterr().err
