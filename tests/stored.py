"""Runs in a store, without any training."""

import numpy as np
import xarray as xr

from waza.core.measure import Measure
from waza.engine.mapping import Chosen
from waza.study import store
from waza.study.record import RunRecord
from waza.study.tuning import Candidate, Choice


def results_of(variants=("a", "b"), seeds=3, steps=(0, 10)):
    """Results of trials that were never run."""
    shape = (len(variants), seeds, len(steps))
    values = np.random.default_rng(0).random(shape).astype(np.float32)
    record = RunRecord(
        study="mine",
        baseline=variants[0],
        measure="loss",
        measures=(Measure("loss", "lower"),),
        settings={name: {"class": "nn.Dense", "fields": {}} for name in variants},
        tuning=(Choice("a", {"rate": 0.1}, (Candidate({"rate": 0.1}, 0.1, 0.0, 0.2),), (), (), "loss"),),
        mapping={"a": Chosen("vmap", {"vmap": 1.0})},
        chance={"loss": 1.5},
        rows={"train": 10, "test": 5},
        versions={"jax": "0"},
        rules={"C": "x"},
        seconds={"total": 1.0},
        started="2026-01-01T00:00:00+00:00",
        seeds=seeds,
        **{"first_seed": 0, "steps": steps[-1], "evaluate_every": 10, "block": seeds, "devices": 1},
    )
    trial = ("variant", "seed", "step")
    data = {"loss": (trial, values), "diverged_at": (trial[:2], np.full(shape[:2], -1, np.int32))}
    seeds_of = np.arange(seeds, dtype=np.int32)
    found = xr.Dataset(data, {"variant": list(variants), "seed": seeds_of, "step": np.array(steps, np.int32)})
    found.attrs = record.to_attrs()
    return found


def begun(runs, study="mine", fingerprint="f", results=None):
    """A run in the store, complete where there are results."""
    folder = store.begin(runs, study, {"study": study, "fingerprint": fingerprint, "asked": fingerprint})
    folder.save_mappings([Chosen("vmap", {"vmap": 0.5})])
    if results is not None:
        folder.finish(results)
    return folder
