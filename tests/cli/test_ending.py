"""How the command ends: its status, its line, and the warnings while it runs."""

import signal
import sys
import warnings
import zlib
from pathlib import Path

import jax
import pytest

from waza.cli.ending import status_of
from waza.cli.keep import keep_compiled
from waza.cli.warned import remove_damaged, warned
from waza.core.errors import Error
from waza.core.streams import OutputLost
from waza.engine.watch import Interrupted


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (Error("no \x1b[2J\nfile"), 2, "waza: no \\x1b[2J\\nfile\n"),
        (Interrupted("stopped at step 3"), 130, "waza: stopped at step 3\n"),
        (KeyboardInterrupt(), 130, "waza: stopped\n"),
        (SystemExit(3), 3, ""),
        (SystemExit(0), 0, ""),
        (OutputLost(OSError(28, "No space left on device")), 1, "waza: cannot write to standard output: No space"),
        (OutputLost(BrokenPipeError()), 1, ""),
    ],
)
def test_an_ending_has_a_status_and_at_most_a_line(error, status, line, capsys):
    assert status_of(raising(error), leaving=False) == status
    said = capsys.readouterr().err
    assert said.startswith(line) and said.count("\n") == bool(line)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_has_its_status(number, capsys):
    assert status_of(lambda: signal.raise_signal(number), leaving=False) == 128 + number
    assert capsys.readouterr().err == f"waza: stopped by {signal.Signals(number).name}\n"


def test_an_interruption_that_a_library_turns_into_an_error_is_still_one(capsys):
    def command():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise ImportError("numpy.core.multiarray failed to import") from error

    assert status_of(command, leaving=False) == 130
    assert capsys.readouterr().err == "waza: stopped\n"


def test_errors_of_waza_itself_are_seen():
    with pytest.raises(ZeroDivisionError):
        status_of(lambda: 1 / 0, leaving=False)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_output_that_is_lost_at_the_end_is_told(monkeypatch, capsys):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert status_of(lambda: full.write("text"), leaving=False) == 1
        assert status_of(raising(Error("a mistake")), leaving=False) == 2
    lost = "waza: cannot write to standard output: No space left on device\n"
    assert capsys.readouterr().err == f"{lost}waza: a mistake\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    before = jax.config.jax_compilation_cache_dir
    jax.config.update("jax_compilation_cache_dir", str(tmp_path))
    yield tmp_path
    jax.config.update("jax_compilation_cache_dir", before)


def entries(cache):
    return sorted(path.name for path in cache.iterdir())


def test_a_damaged_entry_is_removed_without_a_word(cache, capsys):
    packed = zlib.compress(b"program" * 99)
    (cache / "jit_train-1-cache").write_bytes(packed)
    (cache / "jit_train-2-cache").write_bytes(packed[: len(packed) // 2])
    (cache / "jit_other-3-cache").write_bytes(b"x")
    with warned():
        warnings.warn("Error reading persistent compilation cache entry for 'jit_train': error: Error -5", stacklevel=1)
    assert entries(cache) == ["jit_other-3-cache", "jit_train-1-cache"]
    remove_damaged("jit_train")  # no damage is found, and JAX could not read it
    assert entries(cache) == ["jit_other-3-cache"]
    assert capsys.readouterr().err == ""


def test_a_cache_that_cannot_be_written_is_told_once_and_other_warnings_each(cache, capsys):
    with warned():
        warnings.simplefilter("always")
        for _ in range(3):
            text = "Error writing persistent compilation cache entry for 'jit_train': OSError: [Errno 28] No space left"
            warnings.warn(text, stacklevel=1)
        warnings.warn("a column \x1b[2J", stacklevel=1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("waza: compiled programs are not kept (OSError: [Errno 28] No space left)")
    assert lines[1].endswith("UserWarning: a column \\x1b[2J")


def test_a_cache_below_a_file_takes_one_line(tmp_path, monkeypatch, capsys, cache):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "file"))
    jax.config.update("jax_compilation_cache_dir", None)
    keep_compiled()
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"{tmp_path}/file/xla: Not a directory" in said
    assert jax.config.jax_compilation_cache_dir is None
