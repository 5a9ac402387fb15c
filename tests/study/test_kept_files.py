"""Stored results and kept trials are read only if they are what was written."""

import json
import shutil

import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.engine.mapping import Chosen
from waza.study.kept import _read, write_kept
from waza.study.store import RunFolder, begin

from ..stored import results_of

RESULTS = results_of(variants=("plain", "better"), seeds=2)


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.finish(RESULTS)
    kept = {(name, seed): {"w": np.full(3, seed, np.float32)} for name in ("plain", "better") for seed in (0, 1)}
    write_kept(folder.path, ["plain", "better"], kept)
    return folder


def test_any_damaged_bit_of_the_results_is_found(run):
    path = run.path / "results.nc"
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 40):
        damaged = bytearray(content)
        damaged[place] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        with pytest.raises(Error, match=r"results\.nc .*: run the study again, or delete the folder"):
            run.results()
    path.write_bytes(content)
    found = run.results()
    xr.testing.assert_identical(found.drop_attrs(), RESULTS.drop_attrs())
    assert found.attrs["folder"] == str(run.path)


def test_results_of_earlier_versions_have_no_checksum(run):
    (run.path / "checksums.json").unlink()
    assert run.results()["loss"].equals(RESULTS["loss"])


def test_exchanged_trials_are_refused(run):
    results = run.results()
    np.testing.assert_array_equal(_read(results, "better", 1)["w"], np.ones(3))
    shutil.copy(run.path / "kept" / "variant0-seed1.safetensors", run.path / "kept" / "variant1-seed1.safetensors")
    with pytest.raises(Error, match=r"variant1-seed1\.safetensors is of 'plain', seed 1: run the study again"):
        _read(results, "better", 1)
    path = run.path / "kept" / "variant0-seed0.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    with pytest.raises(Error, match=r"variant0-seed0\.safetensors is damaged"):
        _read(results, "plain", 0)


SETTINGS = {"study": "mine", "seeds": 20, "variants": {"犬": {"rate": 0.1}}, "shapes": (2, 3)}
MAPPINGS = [Chosen("vmap"), Chosen("map", {"vmap": 0.2, "map": 0.1})]


@pytest.mark.parametrize(
    ("file", "read"),
    [("study.json", RunFolder.settings), ("partial/mappings.json", RunFolder.load_mappings)],
)
def test_any_changed_value_of_the_settings_and_mappings_is_found(tmp_path, file, read):
    folder = begin(tmp_path, "mine", SETTINGS)
    folder.save_mappings(MAPPINGS)
    path = folder.path / file
    content, expected = path.read_bytes(), read(folder)
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 2]) + content[place + 1 :])
        try:
            found = read(folder)
        except Error as error:
            assert str(error).startswith(f"{path} ") and "delete the folder" in str(error)
            continue
        # The damage is between the values, or in the name of the checksums.
        assert found == expected or {name: found[name] for name in expected} == expected
    path.write_bytes(content)
    assert read(folder) == expected


def test_settings_of_earlier_versions_have_no_checksum(tmp_path):
    folder = begin(tmp_path, "mine", SETTINGS)
    (folder.path / "study.json").write_text(json.dumps(SETTINGS))
    assert folder.settings()["seeds"] == 20
    assert folder.load_mappings() is None
    (folder.path / "partial").mkdir()
    (folder.path / "partial" / "mappings.json").write_text("[]")
    with pytest.raises(Error, match=r"mappings\.json is damaged .*: run the study again, or delete the folder"):
        folder.load_mappings()
