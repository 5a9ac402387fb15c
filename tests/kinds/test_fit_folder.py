"""The folder of a training: taken where a killed process left it, and refused where it holds anything else."""

import os

import pytest

from waza.core.errors import Damaged, Error
from waza.core.plain import NotPlain
from waza.core.sealed import sealed
from waza.kinds.fit_folder import FILES, FitFolder, fit_folder

ASKED = {"model": "mlp", "steps": 10}
RESULT = {"best_step": 5, "steps": 10, "ending": "all steps", "diverged_at": None, "seconds": 1.5, "measures": {}}


def taken(path, asked=ASKED, fresh=False):
    with fit_folder(path, asked, fresh) as folder:
        return folder


def test_a_folder_that_a_process_left_before_its_first_file_is_taken(tmp_path):
    path = tmp_path / "m"
    path.mkdir()
    (path / ".0123456789abcdef.tmp").write_bytes(b"half")
    folder = taken(path)
    assert sorted(one.name for one in path.iterdir()) == ["fit.json", "lock"] and not folder.finished
    folder.checkpoint.write_bytes(b"x")
    (path / ".0123456789abcdef.tmp").write_bytes(b"half")
    taken(path)
    assert sorted(one.name for one in path.iterdir()) == ["checkpoint.safetensors", "fit.json", "lock"]
    folder.finish(RESULT)
    folder.checkpoint.write_bytes(b"x")  # killed before it was removed
    assert taken(path).result() == RESULT and not folder.checkpoint.exists()


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(Error, match="holds other files and no training"):
        taken(tmp_path)
    with pytest.raises(Error, match="is a file; give a folder"):
        taken(tmp_path / "thesis.txt")
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_processes_do_not_train_in_one_folder(tmp_path):
    with fit_folder(tmp_path / "m", ASKED, False), pytest.raises(Error, match="another process is training in"):
        taken(tmp_path / "m")
    taken(tmp_path / "m")


@pytest.mark.parametrize("name", [*FILES, "lock", "events"])
@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_a_name_of_ours_that_is_no_plain_file_is_refused_and_what_it_leads_to_stays(tmp_path, name, kind):
    path, outside = tmp_path / "m", tmp_path / "outside"
    taken(path)
    outside.mkdir()
    (outside / "events.1").write_bytes(b"mine")
    (path / name).unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path / name)
    else:
        (path / name).symlink_to(outside if name == "events" else outside / "events.1")
    with pytest.raises(NotPlain, match=rf"m/{name} is a (link|FIFO)"):
        taken(path)
    if name in FILES:
        taken(path, fresh=True)
    assert (outside / "events.1").read_bytes() == b"mine"


def test_a_linked_folder_that_the_user_names_is_used(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "m").symlink_to(tmp_path / "disk")
    taken(tmp_path / "m")
    assert (tmp_path / "disk" / "fit.json").is_file()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("fit.json", b"", "fit.json is damaged"),
        ("fit.json", b"[" * 10**5, "recursion"),
        ("fit.json", sealed({"version": "2", "asked": {}}), "version is '2'; expected a whole number"),
        ("fit.json", sealed({"version": 2}), "asked is missing"),
        ("fit.json", sealed({"version": 2, "asked": []}), "asked is .*; expected names and values"),
        ("result.json", sealed(RESULT | {"ending": "tired"}), "ending is 'tired'; expected one of 'all steps'"),
        ("result.json", sealed(RESULT | {"measures": {"loss": "low"}}), "measures.loss is 'low'; expected a number"),
        ("result.json", sealed(RESULT).replace(b"1.5", b"2.5"), "its values have changed"),
    ],
)
def test_damage_is_named_and_fresh_starts_over(tmp_path, name, content, words):
    folder = taken(tmp_path / "m")
    folder.finish(RESULT)
    (tmp_path / "m" / name).write_bytes(content)
    with pytest.raises(Damaged, match=words) as raised:
        taken(tmp_path / "m").result()
    assert str(raised.value).endswith("): start over with --fresh") and "\n" not in str(raised.value)
    assert not taken(tmp_path / "m", fresh=True).finished


@pytest.mark.parametrize("name", ["x" * 300, "語" * 100, os.fsdecode(b"caf\xe9")])
def test_names_that_no_file_can_have_are_refused(tmp_path, name):
    with pytest.raises(Error, match=r"name is too long|not in UTF-8"):
        taken(tmp_path / name)
    assert not FitFolder(tmp_path / name).finished and list(tmp_path.iterdir()) == []
