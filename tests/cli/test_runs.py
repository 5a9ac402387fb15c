"""What is kept is listed with its size, and removed where waza wrote it and it is named exactly."""

import io
import json
import re
import sys

import numpy as np
import pytest

from waza.cli import OWN_OPTIONS, main, parser
from waza.cli.compare import TECHNIQUES, USUAL
from waza.cli.kept import MODEL_FILES, RESULTS, STUDY, TRAINED, asked_for, kept_models, kept_runs, size_text
from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.core.lock import held


def run(runs, study, number, complete=True):
    folder = runs / study / number
    (folder / "model").mkdir(parents=True)
    (folder / STUDY).write_text(json.dumps({"study": study, "fingerprint": "x"}))
    (folder / "report.html").write_bytes(b"x" * 5000)
    (folder / "model" / "model.json").write_text("{}")
    if complete:
        (folder / RESULTS).write_bytes(b"x" * 1000)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / "runs"
    run(runs, "compare-wine", "20260101-000000-aaaa")
    run(runs, "compare-wine", "20260102-000000-bbbb")
    run(runs, "compare-wine.tuning", "20260101-000000-cccc")
    run(runs, "mine", "20260101-000000-dddd", complete=False)
    run(runs, "optimisers", "20260101-000000-eeee")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / TRAINED).write_text(json.dumps({"version": 2, "asked": {}}))
    (tmp_path / "model" / "model.json").write_text(json.dumps({"version": 2, "preparation": {}}))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "model.json").write_text("[]")
    return tmp_path


def test_what_is_kept_is_found_with_its_kind(here):
    kinds = {one.name: (one.kind, one.complete) for one in kept_runs(here / "runs")}
    assert kinds == {
        "compare-wine": ("comparison", True),
        "compare-wine.tuning": ("tuning", True),
        "mine": ("own study", False),
        "optimisers": ("study", True),
    }
    (model,) = kept_models(here)
    assert (model.path, model.complete) == (here / "model", True)
    (newest, _) = asked_for("compare-wine", here / "runs")[:2]
    assert newest.path.name == "20260102-000000-bbbb" and 6000 < newest.size < 6200


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_listed_with_their_sizes(here, capsys, language):
    main(["runs", "list", "--lang", language])
    listed = capsys.readouterr().out
    assert all(one in listed for one in ("20260102-000000-bbbb", "6.1 kB", "mine", "model"))
    main(["list", "--lang", language])
    listed = capsys.readouterr().out
    assert "compare-wine" in listed and "mine" in listed and "P12" in listed
    assert "1, 6.0 kB" in listed


def test_a_name_must_be_exact_and_may_be_an_id_a_study_or_a_folder(here):
    runs = here / "runs"
    assert [one.path.name[-4:] for one in asked_for("compare-wine", runs)] == ["bbbb", "aaaa", "cccc"]
    assert [one.path.name[-4:] for one in asked_for("20260101-000000-dddd", runs)] == ["dddd"]
    assert [one.path.name for one in asked_for("model", runs)] == ["model"]
    assert len(asked_for(str(runs / "mine" / "20260101-000000-dddd"), runs)) == 1
    for wrong in ("compare-win", "compare", "photos", "20260101", "runs", ".", "..", "", "*", "runs/mine"):
        with pytest.raises(Error, match="nothing that waza keeps"):
            asked_for(wrong, runs)


def test_only_what_waza_wrote_is_removed(here, capsys):
    folder = here / "runs" / "mine" / "20260101-000000-dddd"
    (folder / "thesis.txt").write_text("mine")
    (folder / "model" / "notes.txt").write_text("mine")
    main(["runs", "rm", "mine", "compare-wine", "--yes", "--lang", "en"])
    printed = capsys.readouterr().out
    assert "is still there, with files that waza did not write: model, thesis.txt" in printed
    assert sorted(path.name for path in folder.rglob("*")) == ["model", "notes.txt", "thesis.txt"]
    assert sorted(path.name for path in (here / "runs").iterdir()) == ["mine", "optimisers"]
    main(["runs", "rm", "model", "--yes"])
    assert not (here / "model").exists() and (here / "photos").is_dir()


def test_a_link_is_not_followed_and_a_run_at_work_stays(here, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (here / "runs" / "mine" / "20260101-000000-dddd").rename(elsewhere)
    (here / "runs" / "mine" / "20260101-000000-dddd").symlink_to(elsewhere)
    with pytest.raises(Error, match="nothing that waza keeps"):
        asked_for("20260101-000000-dddd", here / "runs")
    (one,) = asked_for("optimisers", here / "runs")
    with held(one.path) as mine, pytest.raises(Error, match="another process is working"):
        assert mine
        one.remove()
    assert (one.path / STUDY).is_file()


def test_nothing_is_removed_unasked(here, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        main(["runs", "rm", "mine"])
    assert "give --yes" in capsys.readouterr().err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: "n")
    main(["runs", "rm", "mine", "--lang", "en"])
    assert "nothing removed" in capsys.readouterr().out and (here / "runs" / "mine").is_dir()
    monkeypatch.setattr("builtins.input", lambda question: "y")
    main(["runs", "rm", "mine", "--lang", "en"])
    assert not (here / "runs" / "mine").exists()


def test_the_names_of_files_are_those_that_are_written():
    from waza.kinds import fit_folder
    from waza.report import kept
    from waza.study import store

    written = {
        getattr(fit_folder, name) for name in ("ASKED", "CHECKPOINT", "RESULT", "REPORT", "HISTORY", "VARIABLES")
    }
    assert written | {fit_folder.RECIPE, "lock"} == set(MODEL_FILES)
    assert (store.STUDY, store.RESULTS, kept.PAGE, kept.VERDICTS) == (STUDY, RESULTS, "report.html", "verdicts.json")


def test_the_help_of_compare_names_the_techniques_there_are(capsys):
    from waza.comparison import techniques
    from waza.comparison.images import AUGMENT

    assert set(TECHNIQUES) == {*techniques.NAMES, AUGMENT} and techniques.USUAL == USUAL
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    shown = capsys.readouterr().out.replace("\n", "").replace(" ", "")
    assert all(name in shown for name in TECHNIQUES)


def test_every_number_of_a_help_text_is_called_a_default():
    for name in (None, *OWN_OPTIONS):
        for command in parser(name)._subparsers._group_actions[0].choices.values():
            for action in command._actions:
                assert not re.search(r"\((\d|by |of all|the usual|a |an )", action.help or ""), action


def test_standard_input_is_read_as_a_file(monkeypatch):
    from waza.cli.use import piped
    from waza.kinds.using import InputOptions

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n")))
    with piped(InputOptions(input=("-",)), ".csv") as asked:
        (file,) = asked.input
        assert file.endswith(".csv") and np.loadtxt(file, skiprows=1, delimiter=",").tolist() == [1.0, 2.0]
    with piped(InputOptions(input=("x.csv",)), ".csv") as asked:
        assert asked.input == ("x.csv",)


def test_sizes_are_short():
    assert [size_text(one) for one in (0, 12_345, 2_000_000, 3_000_000_000)] == [
        "0.0 kB",
        "12.3 kB",
        "2.0 MB",
        "3.0 GB",
    ]
