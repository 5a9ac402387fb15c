"""Commands that are killed, as processes: the same command makes what is missing, and nothing a second time."""

import re
import signal
import subprocess
import sys

import pytest
import xarray as xr

from waza.core.sealed import unsealed

pytestmark = pytest.mark.slow

# The process kills itself where this function is called for the n-th time; 0: it fails where it is called at all.
PATCHED = """
import os, sys
import {module} as module
from waza.cli import main
original, calls = module.{name}, []
def patched(*arguments, **named):
    calls.append(1)
    assert {nth}, "it was computed again"
    if len(calls) == {nth}:
        os.kill(os.getpid(), 9)
    return original(*arguments, **named)
module.{name} = patched
main(sys.argv[1:])
"""
STUDY = """
import numpy as np
import waza as wz
from waza import optim

rng = np.random.default_rng(0)
y = rng.integers(0, 3, 100).astype(np.int32)
x = (rng.normal(size=(3, 4))[y] + rng.normal(size=(100, 4))).astype(np.float32)
data = wz.data.Dataset("blobs", wz.data.Split(x[:50], y[:50]), wz.data.Split(x[50:], y[50:]))
base = wz.Supervised(model=wz.models.MLP((4, 8, 3)), optimizer=optim.SGD(0.1))
better = wz.Part("better", lambda found: wz.final(found, "test_accuracy", "a") - 0.2, low=0.0)
study = wz.Study(name="mine", data=data, variants={"a": base}, steps=20, seeds=3, claims=(wz.Claim("gain", (better,)),))
"""
FIT = ("fit", "mlp", "t.csv", "--target", "y", "--out", "m", "--steps", "40", "--lang", "en")
COMPARE = (
    "compare",
    "t.csv",
    "--target",
    "y",
    "--try",
    "dropout",
    "--steps",
    "10",
    "--max-seeds",
    "10",
    "--lang",
    "en",
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(STUDY)
    rows = [f"{i % 7},{(i * 5) % 11},{'yes' if i % 7 > 3 else 'no'}" for i in range(120)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *rows]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def started(folder, module, name, nth, arguments):
    script = PATCHED.format(module=module, name=name, nth=nth)
    start = [sys.executable, "-c", script, *arguments]
    return subprocess.run(start, cwd=folder, capture_output=True, text=True, timeout=300)


def killed(folder, module, name, nth, arguments):
    ended = started(folder, module, name, nth, arguments)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_run_that_was_killed_before_its_report_gets_the_report_alone(folder):
    killed(folder, "waza.report.kept", "render_page", 1, ["run", "mine.py"])
    (run,) = folder.glob("runs/mine/*/")
    before = (run / "results.nc").read_bytes()
    assert not (run / "report.html").exists()
    ended = started(folder, "waza.study.runner", "_run", 0, ["run", "mine.py", "--lang", "en"])
    assert ended.returncode == 0, ended.stderr
    assert "is complete: what is left is made" in ended.stderr and "gain" in ended.stdout
    assert list(folder.glob("runs/mine/*/")) == [run] and (run / "results.nc").read_bytes() == before
    assert (run / "report.html").is_file() and (run / "verdicts.json").is_file()
    ended = started(folder, "waza.study.runner", "_run", 0, ["run", "mine.py"])
    assert "it was computed again" in ended.stderr  # it is whole, so that this is another run


def test_a_comparison_that_was_killed_before_its_model_gets_the_model_and_the_report(folder):
    killed(folder, "waza.kinds.model_folder", "save_model", 1, COMPARE)
    (run,) = folder.glob("runs/compare-t/*/")
    before = xr.load_dataset(run / "results.nc", engine="scipy")
    ended = started(folder, "waza.study.runner", "_run", 0, COMPARE)
    assert ended.returncode == 0, ended.stderr
    assert "kept model: runs/compare-t" in ended.stdout
    assert list(folder.glob("runs/compare-t/*/")) == [run]
    after = xr.load_dataset(run / "results.nc", engine="scipy")
    xr.testing.assert_identical(after.drop_attrs(), before.drop_attrs())
    assert (run / "model" / "model.json").is_file() and (run / "report.html").is_file()


def test_a_training_that_is_killed_while_it_writes_goes_on_with_the_same_bits(folder):
    whole = folder / "whole"
    whole.mkdir()
    (whole / "t.csv").write_bytes((folder / "t.csv").read_bytes())
    # While it writes fit.json; the checkpoint; history.json; result.json; the report of a training that is finished.
    for nth in (1, 2, 3, 5, 6):
        killed(folder, "os", "fsync", nth, FIT)
        assert [path.name for path in (folder / "m").glob(".*.tmp")], nth
    assert (folder / "m" / "result.json").exists() and not (folder / "m" / "report.html").exists()
    assert started(folder, "waza.kinds.fitting", "train_single", 0, FIT).returncode == 0
    ended = subprocess.run([sys.executable, "-m", "waza.cli", *FIT], cwd=whole, capture_output=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert files(folder / "m") == files(whole / "m")  # nothing half-written is left
    assert (folder / "m" / "variables.safetensors").read_bytes() == (whole / "m" / "variables.safetensors").read_bytes()
    facts = [unsealed((one / "m" / "result.json").read_bytes()).facts for one in (folder, whole)]
    for one in facts:
        for name in ("seconds", "rows_a_second"):
            one.pop(name)
    assert facts[0] == facts[1]


def test_the_same_command_twice_at_once_is_refused_or_finds_what_is_there(folder):
    start = [sys.executable, "-m", "waza.cli", "run", "mine.py"]
    both = [
        subprocess.Popen(start, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 2], [0, 0]), said  # [0, 0] where one had ended before the other began
    for process, words in zip(both, said, strict=True):
        if process.returncode:
            assert re.search(r"waza: another process is \w+ (this run )?in ", words) and "Traceback" not in words
    unfinished = [path for path in folder.glob("runs/*/*/") if not (path / "results.nc").exists()]
    assert unfinished == [] and not list(folder.rglob(".*.tmp"))


def test_a_process_that_was_killed_holds_no_lock(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from waza.core.lock import held\n"
        "with held(Path(sys.argv[1])) as mine: print(mine, flush=True); time.sleep(600)"
    )
    start = [sys.executable, "-c", code, str(tmp_path)]
    first = subprocess.Popen(start, stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == "True\n"
    second = subprocess.Popen(start, stdout=subprocess.PIPE, text=True)
    assert second.stdout.readline() == "False\n"
    for process in (first, second):
        process.kill()
        process.wait()
        process.stdout.close()
    third = subprocess.Popen(start, stdout=subprocess.PIPE, text=True)
    assert third.stdout.readline() == "True\n"
    third.kill()
    third.wait()
    third.stdout.close()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
