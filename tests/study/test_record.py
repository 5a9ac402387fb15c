"""The run record: written as attributes and read back, also from runs of earlier versions."""

import json

import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.core.measure import Measure
from waza.engine.mapping import Chosen
from waza.study.record import RunRecord, record_of
from waza.study.results import as_bytes
from waza.study.tuning import Candidate, Choice

TRIAL = ("variant", "seed", "step")
WHOLE = RunRecord(
    study="mine",
    baseline="a",
    measure="test_perplexity",
    measures=(Measure("test_perplexity", "lower", bounds=(1, np.inf)), Measure("test_loss", "lower", "nats")),
    settings={"a": {"class": "nn.LSTM", "fields": {"rate": 0.1}}},
    tuning=(Choice("a", {"rate": 0.1}, (Candidate({"rate": 0.1}, 0.5, 0.4, 0.6),), ("rate",), (), "loss"),),
    mapping={"a": Chosen("map", {"map": 0.1, "vmap": 0.2})},
    chance={"test_loss": 2.5},
    data_name="一部",
    rows={"train": 100, "test": 50},
    seeds=3,
    first_seed=5,
    steps=20,
    evaluate_every=10,
    block=3,
    devices=2,
    versions={"jax": "0"},
    machine={"processor": "none", "cores": 2},
    started="2026-01-01T00:00:00+00:00",
    fingerprint="f",
    asked="f",
    stopping="until decided",
    seconds={"compile": 1.0, "train": 2.5},
    folder="runs/mine/1",
)


def test_a_record_survives_the_file(tmp_path):
    (tmp_path / "results.nc").write_bytes(as_bytes(xr.Dataset({"x": 1.0}, attrs=WHOLE.to_attrs())))
    assert record_of(xr.load_dataset(tmp_path / "results.nc", engine="scipy")) == WHOLE


@pytest.mark.filterwarnings("error")
def test_results_of_a_file_are_written_again_with_more_variants(tmp_path):
    values = (TRIAL, np.zeros((1, 1, 1), np.float32))
    for names in (["a"], ["a", "a longer name"]):
        place = {"variant": names, "seed": [0], "step": [0]}
        results = xr.Dataset({"test_loss": values}, {**place, "variant": ["a"]}).reindex(variant=names)
        (tmp_path / "results.nc").write_bytes(as_bytes(results))
        read = xr.load_dataset(tmp_path / "results.nc", engine="scipy")
        more = read.reindex(variant=[*names, "the longest name of all"])
        (tmp_path / "more.nc").write_bytes(as_bytes(more))
        assert xr.load_dataset(tmp_path / "more.nc", engine="scipy").equals(more)


def old(names, **attrs):
    values = {name: (TRIAL, np.zeros((1, 1, 1))) for name in names}
    return xr.Dataset({**values, "diverged_at": (TRIAL[:2], np.zeros((1, 1), int))}, attrs=attrs)


def test_runs_without_declared_measures_get_the_directions_of_the_fallback():
    names = ("train_loss", "batch_loss", "test_accuracy", "test_perplexity", "validation_loss", "value")
    record = record_of(old(names, measure="test_perplexity"))
    assert [one.name for one in record.measures] == [
        "test_perplexity",
        "test_accuracy",
        "validation_loss",
        "train_loss",
        "batch_loss",
        "value",
    ]
    assert [one.sign for one in record.measures] == [-1, 1, -1, -1, -1, 0]
    assert record.declared("test_accuracy").bounds == (0, 1)
    assert record.main.sign == -1


def test_declared_measures_are_not_guessed():
    odd = RunRecord(measure="test_loss", measures=(Measure("test_loss", "higher"),))
    record = record_of(old(["test_loss", "test_accuracy"], **odd.to_attrs()))
    assert record.main.sign == 1
    assert record.declared("test_accuracy").sign == 0


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("measures", json.dumps([{"name": "x"}])),
        ("measures", json.dumps([{"name": "x", "better": "larger", "unit": "", "bounds": [None, None]}])),
        ("settings", "{"),
        ("settings", "[]"),
        ("tuning", json.dumps([{"variant": "a"}])),
        ("mapping", json.dumps({"a": {"what": "map"}})),
        ("seeds", "many"),
        ("study", 3),
        ("chance_test_loss", "high"),
    ],
)
def test_a_malformed_attribute_is_named(name, value):
    with pytest.raises(Error, match=f"'{name}' is malformed.*run the study again"):
        record_of(xr.Dataset(attrs={name: value}))
