"""Files that are written whole or not at all."""

import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from waza.core.errors import Error
from waza.core.files import unwritable, write_whole
from waza.core.lock import held


def test_it_writes_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a" / "b" / "c.bin"
    write_whole(path, b"old")
    write_whole(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert list(path.parent.iterdir()) == [path]


def test_the_longest_name_that_the_file_system_takes(tmp_path):
    write_whole(tmp_path / ("n" * 255), b"x")
    with pytest.raises(Error, match="name is too long"):
        write_whole(tmp_path / ("n" * 256), b"x")
    assert len(list(tmp_path.iterdir())) == 1


def test_others_may_read_it_as_the_umask_says(tmp_path):
    (tmp_path / "usual").touch()
    write_whole(tmp_path / "ours", b"x")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "ours")}
    assert len(modes) == 1


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path):
    path = tmp_path / "result"
    write_whole(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(Error, match=r"cannot write .*result: File too large: choose"):
            write_whole(path, bytes(10_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full: free some space"),
        (errno.EACCES, "writing is not permitted there: choose a folder"),
        (errno.EROFS, "the file system is read-only: choose a folder"),
    ],
)
def test_what_the_system_says_becomes_one_line(tmp_path, monkeypatch, number, reason):
    def fail(_):
        raise OSError(number, "in other words")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(Error, match=reason) as caught:
        write_whole(tmp_path / "result", b"x")
    assert str(tmp_path / "result") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "result", b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["x", "x/y"])
def test_a_file_where_a_folder_is_needed(tmp_path, below):
    (tmp_path / "file").touch()
    with pytest.raises(Error, match="a file has the name of a folder that is needed"):
        write_whole(tmp_path / "file" / below, b"x")


def test_a_folder_of_that_name(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(Error, match="a folder has that name"):
        write_whole(tmp_path / "taken", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_error_without_a_number_is_told_too():
    assert str(unwritable(Path("p"), OSError("odd"))) == "cannot write p: odd: choose another place"


def test_a_lock_leaves_the_errors_of_what_it_guards_alone(tmp_path):
    with held(tmp_path) as mine, held(tmp_path) as another:
        assert mine and not another
    with pytest.raises(OSError, match="disk gone"), held(tmp_path):
        raise OSError("disk gone")
    with held(tmp_path) as mine:
        assert mine
    with pytest.raises(Error, match="cannot write"), held(tmp_path / "nowhere"):
        pass


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no files for streams")
def test_streams_are_written_into_and_stay_what_they_are(tmp_path):
    script = "import sys, pathlib, waza.core.files as files; files.write_whole(pathlib.Path(sys.argv[1]), b'abc')"
    before = Path("/dev/null").lstat().st_mode, Path("/dev/stdout").lstat().st_mode
    for path, said in (("/dev/stdout", b"abc"), ("/dev/null", b""), ("/dev/fd/1", b"abc"), ("/proc/self/fd/1", b"abc")):
        assert subprocess.run([sys.executable, "-c", script, path], stdout=subprocess.PIPE, check=True).stdout == said
    assert before == (Path("/dev/null").lstat().st_mode, Path("/dev/stdout").lstat().st_mode)


def test_a_device_elsewhere_is_refused(tmp_path):
    path = tmp_path / "null"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except (OSError, AttributeError):
        pytest.skip("devices may not be made here")
    with pytest.raises(Error, match="it is a device"):
        write_whole(path, b"abc")
    assert path.is_char_device() and [*tmp_path.iterdir()] == [path]
