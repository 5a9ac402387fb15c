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


def test_a_training_goes_on_without_its_streams_and_a_damaged_cache_is_written_again(tmp_path):
    pd.DataFrame({"x": range(40), "y": [0, 1] * 20}).to_csv(tmp_path / "rows.csv", index=False)
    fit = ["fit", "mlp", "rows.csv", "--target", "y", "--steps", "5", "--out"]
    use = ["use", "a", "--input", "rows.csv"]
    xla = tmp_path / "xla"
    here = {"JAX_COMPILATION_CACHE_DIR": str(xla), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    settings = {"env": {**os.environ, **here}}
    with Path("/dev/full").open("w") as full:
        assert run([*fit, "a"], tmp_path, stdout=subprocess.DEVNULL, stderr=full, **settings)[0] == 0
        entries = list(xla.glob("*-cache"))
        assert run(use, tmp_path, stdout=full, **settings)[0] == 1
    assert run([*use, "--output", "out.csv"], tmp_path, ">&-", **settings)[0] == 0  # it prints nothing
    assert len(pd.read_csv(tmp_path / "out.csv")) == 40
    sizes = [path.stat().st_size for path in entries]
    for path, size in zip(entries, sizes, strict=True):
        path.write_bytes(path.read_bytes()[: size // 2])
    status, said = run([*fit, "b"], tmp_path, stdout=subprocess.DEVNULL, **settings)
    assert status == 0 and "persistent" not in said
    assert entries and all(path.stat().st_size > size // 2 for path, size in zip(entries, sizes, strict=True))
