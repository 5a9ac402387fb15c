"""`waza fit --processes 2` on one machine: its result, its end by signals, and processes that are killed or stopped."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found in /proc"),
]

STEPS, FEWER = 300_000, 20_000  # more than are done before the end; what one process does in some seconds
STARTING, ENDING = 240, 60  # seconds
KEPT = "what was done is kept: the same command goes on from there"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    place = tmp_path_factory.mktemp("table") / "rows.csv"
    rng = np.random.default_rng(0)
    rows = [[*map(str, row.round(3)), "yes" if row[0] + row[1] > 0 else "no"] for row in rng.normal(size=(400, 3))]
    place.write_text("\n".join(map(",".join, [["a", "b", "c", "y"], *rows])) + "\n")
    return place


@pytest.fixture
def fit(table, tmp_path):
    """Starts `waza fit` in the background, with further arguments; what is left at the end is killed."""
    started = []

    def start(*more, steps=STEPS, environment=None):
        fixed = ["--target", "y", "--hidden", "8", "--batch-size", "16", "--patience", "0", "--lang", "en"]
        arguments = ["fit", "mlp", table, *fixed, "--steps", steps, "--out", tmp_path / "o", *more]
        command = [sys.executable, "-c", "from waza.__main__ import main; main()", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, env={**os.environ, **(environment or {})}, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def children(process):
    """The processes that a command has started, by their number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(re.search(r"\) \w (\d+)", (folder / "stat").read_text())[1]) == process.pid:
                variables = (folder / "environ").read_bytes().split(b"\0")
                number = next(one for one in variables if one.startswith(b"JAX_PROCESS_ID="))
                found[int(number.partition(b"=")[2])] = int(folder.name)
        except (OSError, StopIteration):
            continue
    return found


def wait_for(process, path):
    """Wait for a file that the command writes; returns the processes that it has started."""
    until = time.monotonic() + STARTING
    while not path.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.05)
    return children(process)


def assert_gone(pids):
    for pid in pids:
        assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]


def test_two_processes_make_one_folder(fit, tmp_path):
    process = fit("--processes", 2, "--json", tmp_path / "out.json", "--learning-rate", 0.05, steps=200)
    out, error = process.communicate(timeout=STARTING)
    assert process.returncode == 0, error
    assert error == "" and out.count("report.html") == 1 and "Traceback" not in out
    assert json.loads((tmp_path / "out.json").read_text())["measures"]["test_accuracy"] > 0.8
    expected = {"fit.json", "model.json", "variables.safetensors", "history.json", "result.json", "report.html", "lock"}
    assert {path.name for path in (tmp_path / "o").iterdir()} == expected
    again = fit("--processes", 2, "--learning-rate", 0.05, steps=200)
    out, error = again.communicate(timeout=STARTING)
    assert again.returncode == 0 and "is finished" in out, error


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_lost_process_ends_all_within_a_minute(fit, tmp_path, number, how):
    process = fit("--processes", 2)
    pids = wait_for(process, tmp_path / "o" / "checkpoint.safetensors")
    assert sorted(pids) == [0, 1]
    os.kill(pids[number], how)
    error = process.communicate(timeout=ENDING)[1]
    what = "was ended by SIGKILL" if how == signal.SIGKILL else "does not answer"
    assert error.splitlines() == [
        f"waza: process {number} of 2 {what}, so all were ended; {KEPT}, with any number of --processes"
    ]
    assert process.returncode == 2
    assert_gone(pids.values())
    assert (tmp_path / "o" / "checkpoint.safetensors").is_file()


def test_a_signal_writes_a_checkpoint_from_which_one_process_goes_on(fit, tmp_path):
    process = fit("--processes", 2, steps=FEWER)
    pids = wait_for(process, tmp_path / "o" / "checkpoint.safetensors")
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=ENDING)[1]
    assert process.returncode == 130, error
    assert re.fullmatch(rf"waza: stopped at step \d+ of {FEWER}; {KEPT}", error.splitlines()[-1]), error
    assert_gone(pids.values())
    alone = fit(steps=FEWER)
    error = alone.communicate(timeout=STARTING)[1]
    assert alone.returncode == 0, error
    assert json.loads((tmp_path / "o" / "result.json").read_text())["steps"] == FEWER


def test_a_training_of_one_process_goes_on_in_two(fit, tmp_path):
    checkpoint, steps = tmp_path / "o" / "checkpoint.safetensors", []
    for more in ([], ["--processes", 2]):
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        process = fit(*more)
        wait_for(process, checkpoint)
        while checkpoint.stat().st_mtime_ns == before:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        error = process.communicate(timeout=ENDING)[1]
        assert process.returncode == 143, error
        steps.append(int(re.search(r"SIGTERM: stopped at step (\d+) of", error)[1]))
    assert 0 < steps[0] < steps[1]


@pytest.mark.parametrize("seconds", [0.7, 2.0])
def test_a_signal_while_they_start_takes_one_line(fit, seconds):
    process = fit("--processes", 2)
    until = time.monotonic() + STARTING
    while len(children(process)) < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    pids = children(process)
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=ENDING)[1]
    assert process.returncode == 130 and error.splitlines()[-1].startswith("waza: stopped"), error
    assert error.count("\n") <= 2 and "Traceback" not in error
    assert_gone(pids.values())


def test_processes_end_with_a_command_that_is_killed(fit, tmp_path):
    process = fit("--processes", 2)
    pids = wait_for(process, tmp_path / "o" / "checkpoint.safetensors")
    process.kill()
    process.wait()
    until = time.monotonic() + ENDING
    while any(Path(f"/proc/{pid}").exists() for pid in pids.values()):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_mistakes_are_said_once(fit, tmp_path):
    for more, words in [
        (["--batch-size", 15], "a batch has 15 rows, and 2 processes do not divide them"),
        (["--learning-rate", -1], "learning_rate is -1.0"),
    ]:
        process = fit("--processes", 2, *more, steps=200)
        error = process.communicate(timeout=STARTING)[1]
        assert process.returncode == 2 and words in error and error.count("\n") == 1, error


@pytest.mark.parametrize(("number", "how"), [(1, signal.SIGKILL), (1, signal.SIGSTOP), (0, signal.SIGSTOP)])
def test_a_launcher_starts_each_process_by_itself(fit, tmp_path, number, how):
    """Two commands with JAX's variables, as Kubernetes starts them; the second one writes to no folder."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{one.getsockname()[1]}"
    common = {"JAX_COORDINATOR_ADDRESS": address, "JAX_COORDINATOR_BIND_ADDRESS": address, "JAX_NUM_PROCESSES": "2"}
    commands = [
        fit("--processes", 2, "--out", tmp_path / str(n), environment={**common, "JAX_PROCESS_ID": str(n)})
        for n in range(2)
    ]
    wait_for(commands[0], tmp_path / "0" / "checkpoint.safetensors")
    pids = {**children(commands[0]), **children(commands[1])}
    os.kill(pids[number], how)
    try:
        left = commands[1 - number]
        error = left.communicate(timeout=ENDING)[1]
        assert left.returncode == 2 and error.count("\n") == 1, error
        assert "another of the 2 processes has ended or does not answer" in error
        assert not (tmp_path / "1").exists()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[number], signal.SIGKILL)
