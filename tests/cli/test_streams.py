"""Standard streams of the command as a process: full, closed, and without a reader."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

WAZA = [sys.executable, "-m", "waza"]
COMMANDS = [
    ["--help"],
    ["--version"],
    ["list"],
    ["claims"],
    ["data", "list"],
    ["data", "sample"],
    ["runs", "list"],
    ["show", "vanishing-gradient"],
    ["show", "vanishing-gradient", "--json"],
    ["quiz", "--show", "--part", "day2a"],
    ["fit", "--help"],
]


def run(arguments, folder, closed="", **settings):
    """The exit status and what is said on standard error; `closed` is as in a shell, such as ">&-"."""
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *WAZA, *map(str, arguments)]
    settings = {"stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **settings}
    ended = subprocess.run(command, text=True, timeout=300, cwd=folder, **settings)
    return ended.returncode, ended.stderr


@pytest.fixture
def no_reader():
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_that_cannot_be_written(arguments, tmp_path, no_reader):
    with Path("/dev/full").open("w") as full:
        line = "waza: cannot write to standard output: No space left on device\n"
        assert run(arguments, tmp_path, stdout=full) == (1, line)
    assert run(arguments, tmp_path, stdout=no_reader) == (1, "")
    assert run(arguments, tmp_path, ">&-") == (1, "waza: cannot write to standard output: Bad file descriptor\n")


def test_errors_that_cannot_be_written(tmp_path, no_reader):
    """They are lost, and are not printed to standard output."""
    with Path("/dev/full").open("w") as full:
        for closed, stderr in (("", full), ("", no_reader), ("2>&-", None)):
            command = ["sh", "-c", f'exec "$@" {closed}', "sh", *WAZA, "lisst"]
            ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, cwd=tmp_path, timeout=300)
            assert (ended.returncode, ended.stdout) == (2, b"")


def test_a_training_goes_on_without_its_streams(tmp_path):
    pd.DataFrame({"x": range(40), "y": [0, 1] * 20}).to_csv(tmp_path / "rows.csv", index=False)
    fit = ["fit", "mlp", "rows.csv", "--target", "y", "--steps", "20", "--out", "m"]
    with Path("/dev/full").open("w") as full:
        assert run(fit, tmp_path, stdout=subprocess.DEVNULL, stderr=full)[0] == 0
        use = ["use", "m", "--input", "rows.csv"]
        assert run(use, tmp_path, stdout=full)[0] == 1
        assert run([*use, "--output", "out.csv"], tmp_path, ">&-")[0] == 0  # it prints nothing
    assert len(pd.read_csv(tmp_path / "out.csv")) == 40


def test_a_damaged_entry_of_the_cache_is_replaced(tmp_path):
    pd.DataFrame({"x": range(40), "y": [0, 1] * 20}).to_csv(tmp_path / "rows.csv", index=False)
    xla = tmp_path / "cache" / "xla"
    names = ("JAX_COMPILATION_CACHE_DIR", "WAZA_CACHE")
    environment = {**os.environ, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", **dict.fromkeys(names, str(xla))}

    def fit(out):
        return run(["fit", "mlp", "rows.csv", "--target", "y", "--steps", "5", "--out", out], tmp_path, env=environment)

    assert fit("a")[0] == 0
    sizes = {path.name: path.stat().st_size for path in xla.glob("*-cache")}
    for path in xla.glob("*-cache"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    status, said = fit("b")
    assert status == 0 and "persistent" not in said
    written = {path.name: path.stat().st_size for path in xla.glob("*-cache")}
    assert sizes and all(written[name] > sizes[name] // 2 for name in sizes)
