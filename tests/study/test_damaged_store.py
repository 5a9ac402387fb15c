"""The run store: whatever a folder of runs holds, what can be read is read, and the rest is said to be damaged."""

import json
import os
import random

import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Damaged, Error
from waza.core.plain import NotPlain
from waza.core.sealed import sealed, sum_of, unsealed
from waza.study import store
from waza.study.record import record_of
from waza.study.results import as_bytes

from ..stored import begun, results_of

FUZZED = 60
ODD = [None, True, -1, 2.5, float("nan"), 10**400, "", "x", [], {}, [[1]], {"a": 1}, [1, "a"]]


def told():
    said = []
    return said, lambda **facts: said.append(facts)


def odd_json(rng, content, seal):
    """A JSON file with one value of another kind, missing, or added."""
    facts = unsealed(content).facts
    node, name = {"": facts}, ""
    while isinstance(node[name], dict | list) and node[name] and (name == "" or rng.random() < 0.8):
        node = node[name]
        name = rng.choice([*node]) if isinstance(node, dict) else rng.randrange(len(node))
    if rng.random() < 0.3:
        del node[name]
    else:
        node[name] = json.loads(json.dumps(rng.choice(ODD)))
    facts = node.get("", facts) if isinstance(node, dict) else facts
    return sealed(facts) if seal and isinstance(facts, dict) else json.dumps(facts).encode()


def odd_bytes(rng, content):
    """A file that is cut off, has other bytes, or is another one."""
    at, noise = rng.randrange(len(content)), bytes(rng.randrange(256) for _ in range(8))
    return rng.choice([b"", content[:at], content[:at] + noise + content[at + 8 :], 2 * content, b"[" * 10**5, b"null"])


def odd_results(rng, results):
    """Results with a variable, a coordinate or an attribute that does not fit."""
    dim, attribute = rng.choice([*results.dims]), rng.choice([*results.attrs])
    how = rng.randrange(6)
    if how == 0:
        return results.drop_vars(rng.choice(["loss", "diverged_at", dim]))
    if how == 1:
        return results.isel({dim: slice(0, 0)})
    if how == 2:
        return results.isel({dim: [0, 0]})
    if how == 3:
        return results.assign(loss=results["loss"].transpose())
    if how == 4:
        return results.assign(loss=(results["loss"].dims, np.full(results["loss"].shape, 3, np.int32)))
    odd = rng.choice(["x", "[]", "[1]", "{}", '{"a": 1}', "null", 2.5, float("nan"), float("inf"), [1.0, 2.0]])
    return results.assign_attrs({attribute: odd})


def test_whatever_a_run_holds_it_is_read_or_damaged(tmp_path):
    rng, sound = random.Random(0), results_of()
    folder = begun(tmp_path)
    mappings = (folder.path / "partial" / "mappings.json").read_bytes()
    folder.finish(sound)
    files = {name: (folder.path / name).read_bytes() for name in (store.STUDY, store.RESULTS, store.SUMS)}
    readers = {store.STUDY: folder.settings, store.RESULTS: folder.results, store.SUMS: folder.results}
    readers["partial/mappings.json"], files["partial/mappings.json"] = folder.load_mappings, mappings
    (folder.path / "partial").mkdir()
    damaged = 0
    for i in range(FUZZED):
        name = [*files][i % len(files)]
        for other, content in files.items():
            (folder.path / other).write_bytes(content)
        if name == store.RESULTS and i % 8 < 5:
            content = as_bytes(odd_results(rng, sound))
            sums = sealed({}, {name: sum_of(content)})
            (folder.path / store.SUMS).write_bytes(sums)
        elif name != store.RESULTS and i % 3:
            content = odd_json(rng, files[name], seal=i % 3 == 1)
        else:
            content = odd_bytes(rng, files[name])
        (folder.path / name).write_bytes(content)
        try:
            readers[name]()
        except Damaged as error:
            damaged += 1
            assert str(folder.path) in str(error) and "\n" not in str(error)
        store.find(tmp_path, "mine")
        assert [one for one, _ in store.readable(tmp_path, "mine")] in ([], [folder])
    assert damaged > FUZZED / 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.drop_vars("diverged_at"), "the variable 'diverged_at' is missing"),
        (lambda one: one.drop_vars("step"), "the coordinate 'step' is missing"),
        (lambda one: one.isel(seed=slice(0, 0)), "is damaged"),  # SciPy reads none that is empty
        (lambda one: one.isel(variant=[0, 0]), "the coordinate 'variant' has a value twice"),
        (lambda one: one.isel(step=[1, 0]), "'step' has values that are no rising whole numbers"),
        (lambda one: one.assign_attrs(measure="accuracy"), "the main measure 'accuracy' is missing"),
        (lambda one: one.drop_attrs(), "the attribute 'seeds' is missing"),
        (lambda one: one.assign_attrs(baseline="c"), "the baseline 'c' is no variant"),
        (lambda one: one.assign_attrs(tuning="[{}]"), "the results' attribute 'tuning' is malformed"),
        (lambda one: one.assign_attrs(chance_loss="low"), "the results' attribute 'chance_loss' is malformed"),
    ],
)
def test_results_that_do_not_fit_are_named(tmp_path, change, words):
    folder = begun(tmp_path, results=change(results_of()))
    with pytest.raises(Damaged, match=words) as raised:
        folder.results()
    assert str(raised.value).startswith(f"{folder.path / 'results.nc'} is damaged (")


def test_sound_results_come_back(tmp_path):
    folder = begun(tmp_path, results=results_of())
    found = folder.results()
    xr.testing.assert_equal(found, results_of())
    assert record_of(found) == record_of(results_of().assign_attrs(folder=str(folder.path)))


def test_a_damaged_run_stops_no_other_and_is_moved_aside(tmp_path):
    first, second, third = (begun(tmp_path, fingerprint=name) for name in "fgf")
    (second.path / store.STUDY).write_bytes(b"{")
    (third.path / store.STUDY).unlink()
    os.mkfifo(third.path / store.STUDY)
    assert [one.path for one in store.unfinished(tmp_path, "mine", "f")] == [first.path]
    said, tell = told()
    store.tidy(tmp_path, "mine", tell)
    assert {one["aside"].name for one in said} == {f"{one.path.name}.damaged" for one in (second, third)}
    assert store.folders(tmp_path, "mine") == [first]
    store.tidy(tmp_path, "mine", tell)
    assert len(said) == 2


def test_of_a_studys_runs_one_that_can_be_read_is_found(tmp_path):
    first, second = (begun(tmp_path, results=results_of()) for _ in range(2))
    os.utime(second.path / store.STUDY, ns=(0, 2**62))
    (second.path / store.RESULTS).write_bytes(b"CDF\x01")
    found = store.find(tmp_path, "mine")
    assert {found.path, second.path} == {first.path, second.path} and found.results() is not None
    (first.path / store.RESULTS).write_bytes(b"")
    with pytest.raises(Damaged):
        store.find(tmp_path, "mine").results()


@pytest.mark.parametrize("name", ["partial", "kept", "model", "lock"])
def test_no_link_in_a_run_is_followed(tmp_path, name):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "thesis.safetensors").write_bytes(b"mine")
    folder = begun(tmp_path / "runs")
    store.shutil.rmtree(folder.path / "partial")
    (folder.path / name).symlink_to(outside if name != "lock" else outside / "thesis.safetensors")
    with pytest.raises(NotPlain, match=f"{name} is a link"), folder.held():
        pass
    said, tell = told()
    store.tidy(tmp_path / "runs", "mine", tell)
    assert len(said) == 1 and store.folders(tmp_path / "runs", "mine") == []
    assert (outside / "thesis.safetensors").read_bytes() == b"mine"


def test_links_in_place_of_a_run_or_a_studys_folder_are_left_out_and_a_linked_store_is_used(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "runs").symlink_to(tmp_path / "disk")
    folder = begun(tmp_path / "runs", results=results_of())
    assert store.find(tmp_path / "runs", "mine").results().attrs["folder"] == str(folder.path)
    (tmp_path / "runs" / "mine" / "20260101-000000-abcd").symlink_to(folder.path)
    assert store.folders(tmp_path / "runs", "mine") == [folder]
    (tmp_path / "runs" / "other").symlink_to(tmp_path / "runs" / "mine")
    assert store.folders(tmp_path / "runs", "other") == []
    with pytest.raises(NotPlain, match="other is a link"), store.study_folder(tmp_path / "runs", "other"):
        pass


def test_what_killed_processes_left_is_removed_at_the_next_use(tmp_path):
    folder = begun(tmp_path, results=results_of())
    never = tmp_path / "mine" / "20260101-000000-abcd"  # killed before its first file had its name
    (tmp_path / "mine" / "photos").mkdir()
    for path in (never, folder.path, folder.path / "kept", folder.path / "partial"):
        path.mkdir(exist_ok=True)
        (path / ".0123456789abcdef.tmp").write_bytes(b"half")
    store.tidy(tmp_path, "mine", told()[1])
    names = sorted(path.name for path in (tmp_path / "mine").iterdir())
    assert names == [folder.path.name, "photos"]
    assert sorted(path.name for path in folder.path.iterdir()) == sorted(
        [store.STUDY, store.SUMS, store.RESULTS, "kept", "lock"]
    )
    assert list((folder.path / "kept").iterdir()) == []


def test_a_run_that_another_process_computes_is_left_alone(tmp_path):
    folder = begun(tmp_path)
    (folder.path / ".0123456789abcdef.tmp").write_bytes(b"half")
    (folder.path / store.STUDY).write_bytes(b"{")
    with folder.held():
        said, tell = told()
        store.tidy(tmp_path, "mine", tell)
    assert said == [] and (folder.path / ".0123456789abcdef.tmp").exists()


@pytest.mark.parametrize(("study", "runs"), [("x" * 256, "runs"), ("語" * 90, "runs"), ("mine", "r" * 300)])
def test_names_that_are_too_long_are_refused_before_anything_is_written(tmp_path, study, runs):
    with pytest.raises(Error, match="name is too long"), store.study_folder(tmp_path / runs, study):
        pass
    assert store.folders(tmp_path / runs, study) == []
    with pytest.raises(Error):
        store.find(tmp_path / runs, study)


def test_a_store_whose_path_is_not_utf_8_is_refused_before_anything_is_computed(tmp_path):
    runs = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(Error, match=r"caf\\xe9/mine is not in UTF-8"), store.study_folder(runs, "mine"):
        pass
    assert list(tmp_path.iterdir()) == []
