"""Only plain files are opened in waza's folders: links are not followed, and nothing that is no file hangs."""

import os
import socket
from pathlib import Path

import pytest

from waza.core.arrays import read_arrays, write_arrays
from waza.core.errors import Damaged, Error
from waza.core.files import check_path, remove_orphans, write_whole
from waza.core.lock import held
from waza.core.plain import NotPlain, check_folders, is_there, open_plain, read_plain
from waza.core.sealed import file_sum, read_record


def link(path):
    path.symlink_to("/dev/zero")


def dangling(path):
    path.symlink_to(path.parent / "nowhere")


def sock(path):
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may have 100 bytes
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


UNPLAIN = {"a link": link, "a link ": dangling, "a FIFO": os.mkfifo, "a socket": sock, "a folder": Path.mkdir}


@pytest.mark.parametrize("kind", UNPLAIN)
def test_what_is_no_plain_file_is_refused_by_every_reader_and_by_the_lock(tmp_path, kind):
    path = tmp_path / "lock"
    UNPLAIN[kind](path)
    assert is_there(path)
    readers = (
        open_plain,
        read_plain,
        file_sum,
        lambda path: read_arrays(path, ""),
        lambda path: read_record(path, dict, ""),
        lambda path: open_plain(path, writing=True),
        lambda path: held(path.parent).__enter__(),
    )
    for read in readers:
        with pytest.raises(NotPlain) as raised:
            read(path)
        assert str(raised.value) == f"{path} is {kind.strip()} and no plain file, so waza does not open it: remove it"


def test_a_device_is_refused():
    with pytest.raises(NotPlain, match="/dev/zero is a device"):
        read_plain(Path("/dev/zero"))


def test_a_link_in_place_of_the_lock_leaves_the_file_outside_as_it_is(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "run"
    outside.write_bytes(b"thesis")
    folder.mkdir()
    (folder / "lock").symlink_to(outside)
    with pytest.raises(NotPlain), held(folder):
        pass
    (folder / "lock").unlink()
    (folder / "lock").hardlink_to(outside)
    with held(folder) as mine:
        assert mine
    assert outside.read_bytes() == b"thesis"


def test_what_is_written_replaces_a_link_and_never_follows_it(tmp_path):
    outside, path = tmp_path / "outside", tmp_path / "results"
    outside.write_bytes(b"thesis")
    for make in (path.symlink_to, path.hardlink_to):
        make(outside)
        write_whole(path, b"ours")
        assert path.read_bytes() == b"ours" and outside.read_bytes() == b"thesis" and not path.is_symlink()
        path.unlink()


def test_a_folder_above_may_be_a_link_and_one_of_ours_may_not(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "runs").symlink_to(tmp_path / "disk")
    write_whole(tmp_path / "runs" / "a" / "b", b"x")
    assert read_plain(tmp_path / "runs" / "a" / "b") == b"x"
    (tmp_path / "disk" / "partial").symlink_to(tmp_path)
    (tmp_path / "disk" / "kept").touch()
    check_folders(tmp_path / "runs", ["a", "missing"])
    for name, kind in (("partial", "a link"), ("kept", "a plain file")):
        with pytest.raises(NotPlain, match=f"{name} is {kind} where a folder"):
            check_folders(tmp_path / "runs", [name])


def test_a_file_of_arrays_without_facts_is_damaged(tmp_path):
    write_arrays(tmp_path / "x", {}, {})
    assert read_arrays(tmp_path / "x", "") == ({}, {})
    assert read_arrays(tmp_path / "y", "") is None
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(Damaged):
        read_arrays(tmp_path / "x", "")


def test_a_file_larger_than_any_of_ours_is_not_read(tmp_path):
    with (tmp_path / "big.json").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(Damaged, match=r"1,099,511,627,776 bytes; expected at most"):
        read_record(tmp_path / "big.json", dict, "remove it")


def test_what_a_killed_process_left_is_removed_and_what_is_being_written_stays(tmp_path, monkeypatch):
    left = tmp_path / ".0123456789abcdef.tmp"
    others = [tmp_path / name for name in ("notes.tmp", ".0123.tmp", ".0123456789abcdef.tmp.txt")]
    for path in (left, *others):
        path.write_bytes(b"half")
    (tmp_path / ".fedcba9876543210.tmp").symlink_to(others[0])
    seen = []

    def another_process(_):
        seen.extend(path for path in tmp_path.iterdir() if path not in (left, *others) and not path.is_symlink())
        remove_orphans(tmp_path)  # a lock belongs to an opened file, so that the process does not matter
        assert seen[0].exists() and not left.exists()

    monkeypatch.setattr("os.fsync", another_process)
    write_whole(tmp_path / "results", b"whole")
    assert len(seen) == 1 and (tmp_path / "results").read_bytes() == b"whole"
    assert all(path.exists() for path in others) and (tmp_path / ".fedcba9876543210.tmp").is_symlink()
    remove_orphans(tmp_path / "missing")


@pytest.mark.parametrize("name", ["日本語のモデル", "модель", "نموذج", "🜂" * 60, "a b\tc", "e\u0301", "x" * 255])
def test_names_of_any_script_are_taken(tmp_path, name):
    write_whole(check_path(tmp_path / name), b"x")
    assert read_plain(tmp_path / name) == b"x"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("x" * 256, "the name is too long"),
        ("語" * 100, "the name is too long"),
        ("/".join(["x" * 200] * 25), "the name is too long"),
        (os.fsdecode(b"caf\xe9"), r"the path caf\\xe9 is not in UTF-8"),
    ],
)
def test_names_that_no_file_can_have_are_refused_in_one_line(path, words):
    with pytest.raises(Error, match=words) as raised:
        check_path(Path(path))
    assert "\n" not in str(raised.value) and str(raised.value).isprintable()
