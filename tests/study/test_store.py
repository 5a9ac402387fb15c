"""The order of runs in the store, and the finished units of a run that was cut off."""

import contextlib
import dataclasses
import os
from types import SimpleNamespace

import numpy as np
import pytest

from waza.core.errors import Error
from waza.engine.devices import mesh
from waza.engine.executors import Executor
from waza.engine.mapping import Chosen
from waza.engine.watch import Interrupted, Watch
from waza.engine.work import Outcome, Unit
from waza.study import run, store
from waza.study.record import record_of
from waza.study.runner import trials_of

from ..conftest import small_study


def test_runs_of_the_same_second_are_in_the_order_in_which_they_began(tmp_path, monkeypatch):
    names = iter(["ff00", "00ff", "8800"])
    monkeypatch.setattr(store, "secrets", SimpleNamespace(token_hex=lambda _: next(names)))
    now = SimpleNamespace(now=lambda: SimpleNamespace(strftime=lambda _: "20260101-120000"))
    monkeypatch.setattr(store, "datetime", SimpleNamespace(datetime=now))
    begun = [store.begin(tmp_path, "one", {"number": number}) for number in range(3)]
    for place, folder in enumerate(begun):
        os.utime(folder.path / "study.json", ns=(place, 10**9 + place))
    assert [folder.path for folder in store.folders(tmp_path, "one")] == [folder.path for folder in reversed(begun)]
    later = tmp_path / "one" / "20260101-120001-0000"
    later.mkdir()
    (later / "study.json").write_bytes((begun[0].path / "study.json").read_bytes())
    os.utime(later / "study.json", ns=(0, 0))
    assert store.folders(tmp_path, "one")[0].path == later


def test_a_finished_unit_is_kept_with_where_it_was_computed_and_checked(tmp_path):
    folder = store.begin(tmp_path, "one", {})
    outcome = Outcome({"loss": np.arange(6.0).reshape(2, 3, 1)}, np.full((3, 1), -1), {(0, 0): {"w": np.ones(2)}})
    assert folder.finished("block0-group0") is None
    checkpoint = folder.checkpoint("block0-group0").path
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"x")
    folder.keep_finished("block0-group0", outcome, {"host": "a"})
    again, origin = folder.finished("block0-group0")
    assert again.to_bytes() == outcome.to_bytes() and origin == {"host": "a"} and not checkpoint.exists()
    (checkpoint.parent / "block0-group0.outcome").write_bytes(outcome.to_bytes()[:-1])
    with pytest.raises(Error, match=r"block0-group0\.json is damaged .*delete the folder"):
        folder.finished("block0-group0")


def test_a_run_goes_on_with_its_finished_units_whatever_computed_them(tmp_path):
    study = dataclasses.replace(small_study(), seeds=2 * small_study().block)
    trials = trials_of(study, mesh().size)
    chosen = [Chosen("vmap") for _ in trials.groups]
    units = [Unit(block, group, "vmap") for block in range(2) for group in range(len(chosen))]
    shape = (trials.plan.evaluations, study.block)
    computed = []

    class Counting(Executor):
        """Makes outcomes up."""

        def mappings(self, trials, how, watch):
            return chosen

        def run(self, trials, units, checkpoint_of, watch):
            for unit in units:
                if len(computed) == 2:
                    raise Interrupted("enough")
                computed.append(unit)
                variants = len(trials.groups[unit.group])
                losses = np.full((*shape, variants), unit.block + unit.group / 10, np.float32)
                yield unit, Outcome({"test_accuracy": losses}, np.full((study.block, variants), -1))

        def origin_of(self, unit):
            return {"host": "elsewhere"}

    with pytest.raises(Interrupted):
        run(study, tmp_path, Watch(), executor=Counting())
    first, computed[:] = list(computed), []
    with pytest.raises(Interrupted):
        run(study, tmp_path, Watch(), executor=Counting())
    assert first + computed == units[:4]
    while len(list(tmp_path.glob("small/*/results.nc"))) == 0:
        computed[:] = []
        with contextlib.suppress(Interrupted):
            run(study, tmp_path, Watch(), executor=Counting())
    (folder,) = store.folders(tmp_path, study.name)
    (machine,) = record_of(folder.results()).machines
    assert machine == {"host": "elsewhere", "units": len(units)}
    assert float(folder.results()["test_accuracy"].isel(seed=-1).max()) > 0.9
