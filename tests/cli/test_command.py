"""The command as a process: what it prints, what it leaves behind, and how mistakes end."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from waza.cli import main

WAZA = [sys.executable, "-c", "from waza.cli import main; main()"]
STUDY = """
import numpy as np
import waza as wz
from waza import nn, optim

rng = np.random.default_rng(0)
y = rng.integers(0, 3, 400).astype(np.int32)
x = (rng.normal(size=(3, 6))[y] + rng.normal(size=(400, 6))).astype(np.float32)
data = wz.data.Dataset("blobs", wz.data.Split(x[:200], y[:200]), wz.data.Split(x[200:], y[200:]))



def faster(results):
    return wz.final(results, "test_accuracy", "<fast>") - wz.final(results, "test_accuracy", "slow")


base = wz.Supervised(model=wz.models.MLP((6, 64, 3)), optimizer=optim.SGD(0.1))
study = wz.Study(
    name="mine",
    data=data,
    variants={"slow": wz.vary(base, optimizer={"learning_rate": 0.001}), "<fast>": base},
    steps=STEPS,
    seeds=10,
    claims=(wz.Claim("gain", (wz.Part("faster", faster, low=0.01, unit="points"),)),),
)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.csv").write_text("a,kind,b\n1,x,2\n2,y,3\n")
    (tmp_path / "mine.py").write_text(STUDY.replace("STEPS", "60"))
    return tmp_path


def waza(folder, *arguments, **settings):
    return subprocess.run([*WAZA, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, **settings)


@pytest.fixture
def refused(folder, monkeypatch, capsys):
    """A function that gives the command these arguments, and expects one line with these words and status 2."""
    monkeypatch.chdir(folder)

    def check(words, *arguments):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr().err
        assert end.value.code == 2, said
        assert said.count("\n") == 1, said
        assert words in said

    return check


@pytest.mark.slow
def test_a_study_file_from_settings_to_report(folder, monkeypatch, capsys):
    result = waza(folder, "run", "mine.py", "--json", "out.json", "--lang", "en")
    assert result.returncode == 0, result.stderr
    assert "test accuracy" in result.stdout and "<fast>" in result.stdout
    out = json.loads((folder / "out.json").read_text(), parse_constant=pytest.fail)
    assert {"study", "data", "seeds", "steps", "variants", "claims", "seconds"} <= out.keys()
    measure = out["variants"]["<fast>"]["measures"]["test_accuracy"]
    assert len(measure["per_seed"]) == out["seeds"] == 10
    assert measure["low"] <= measure["mean"] <= measure["high"]
    assert out["variants"]["<fast>"]["diverged"] == 0
    page = next(folder.glob("runs/mine/*/report.html")).read_text()
    assert "&lt;fast&gt;" in page and "<fast>" not in page
    assert "src=" not in page.split("<script")[0] and "<link" not in page.split("<script")[0]
    monkeypatch.chdir(folder)
    main(["show", "mine", "--png", "figure.png", "--lang", "ja"])
    shown = capsys.readouterr().out
    assert "テスト正解率" in shown and "gain 成り立つ" in shown and "ポイント" in shown
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")
    main(["show", "mine", "--json"])
    assert json.loads(capsys.readouterr().out) == out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "vanishing-gradeint"), "did you mean 'vanishing-gradient'"),
        (("run", "absent.py"), "no file absent.py"),
        (("run", "mine.py", "--seeds", "0"), "at least 1"),
        (("run", "mine.py", "--steps", "-5"), "at least 1"),
        (("run", "mine.py", "--steps", "many"), "'many'"),
        (("run", "mine.py", "--data", "mnits"), "mnist"),
        (("run", "mine.py", "--runs", "mine.py"), "mine.py"),
        (("run", "mine.py", "--json", "mine.py/out.json"), "cannot write"),
        (("show", "nothing"), "no run 'nothing'"),
        (("data", "get", "nothing"), "nothing"),
        (("frobnicate",), "no command is called 'frobnicate': known: list, run"),
        (("claim",), "did you mean 'claims'?"),
        (("demo",), "did you mean `waza run vanishing-gradient`?"),
        (("fit", "mlp", "mine.csv", "--out", "m"), "mine.csv has the columns a, kind, b: give the one to predict"),
        (("compare", "mine.csv"), "--target kind"),
        (
            ("fit", "alexnet", "mine.csv", "--out", "m"),
            "the table mine.csv is given; use mlp",
        ),
        (("runs", "rm", "nothing"), "nothing that waza keeps is called 'nothing'"),
    ],
)
def test_mistakes_end_in_one_line(refused, arguments, words):
    refused(words, *arguments)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("wz.vary(base, optimizer={'learning_rat': 1})", "learning_rate"),
        ("study = 3", "`study` in "),
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("study = (", "SyntaxError"),
    ],
)
def test_mistakes_in_a_study_file_are_named(folder, refused, line, words):
    with (folder / "mine.py").open("a") as file:
        file.write(line + "\n")
    refused(words, "run", "mine.py")
    assert not list(folder.glob("runs/*/*"))


def test_a_full_disk_is_said(folder):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    result = waza(folder, "run", "mine.py", "--runs", "/dev/full/runs")
    assert result.returncode == 2 and result.stderr.count("\n") == 1, result.stderr
    assert "/dev/full" in result.stderr and "Traceback" not in result.stderr


def kept(folder):
    paths = list(folder.glob("runs/mine/*/results.nc"))
    assert len(paths) == 1
    return xr.load_dataset(paths[0], engine="scipy").drop_attrs()


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_done_and_goes_on(folder):
    (folder / "mine.py").write_text(STUDY.replace("STEPS", "6000"))
    whole = folder / "whole"
    whole.mkdir()
    assert waza(whole, "run", "../mine.py").returncode == 0
    process = subprocess.Popen([*WAZA, "run", "mine.py"], cwd=folder, stderr=subprocess.PIPE, text=True)
    while not list(folder.glob("runs/mine/*/partial/*")):
        assert process.poll() is None
        time.sleep(0.02)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on from there" in said
    assert time.monotonic() - begun < 5
    assert waza(folder, "run", "mine.py").returncode == 0
    xr.testing.assert_identical(kept(folder), kept(whole))


@pytest.mark.slow
@pytest.mark.parametrize("kills", [int(os.environ.get("WAZA_KILLS", "3"))])
def test_a_killed_run_ends_with_the_same_bits(folder, kills):
    (folder / "mine.py").write_text(STUDY.replace("STEPS", "6000"))
    whole = folder / "whole"
    whole.mkdir()
    assert waza(whole, "run", "../mine.py").returncode == 0
    rng = random.Random(0)
    for _ in range(kills):
        process = subprocess.Popen([*WAZA, "run", "mine.py"], cwd=folder, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.5, 8.0))
        process.kill()
        process.wait()
        if list(folder.glob("runs/mine/*/results.nc")):
            break
    else:
        assert waza(folder, "run", "mine.py").returncode == 0
    xr.testing.assert_identical(kept(folder), kept(whole))


def test_help_is_quick_and_import_is_light():
    code = "import sys, waza; heavy = {'jax', 'equinox', 'xarray', 'scipy', 'sklearn', 'altair'} & set(sys.modules); "
    subprocess.run([sys.executable, "-c", code + "assert not heavy, heavy"], check=True)
    for arguments in (["--help"], ["fit", "--help"]):
        seconds = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run([*WAZA, *arguments], check=True, capture_output=True)
            seconds.append(time.perf_counter() - begun)
        assert np.median(seconds) < 0.3
