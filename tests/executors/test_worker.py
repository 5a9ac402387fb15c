"""Workers without a cluster: conditions, parcels, places, and what a worker reports."""

import dataclasses
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import jax
import numpy as np
import pytest

from waza.cli import parser
from waza.cli.on import executor_of
from waza.core.errors import Error
from waza.core.vary import vary
from waza.engine.devices import mesh
from waza.engine.executors import InProcess
from waza.engine.kept_programs import FOLDER
from waza.engine.watch import Interrupted
from waza.engine.work import Unit
from waza.executors import place as places
from waza.executors.conditions import Conditions
from waza.executors.turn import error_of
from waza.executors.worker import Sent, Worker
from waza.study.runner import trials_of

from ..conftest import small_study

UNIT = Unit(0, 0, "vmap")
HERE = {"host": "a", "process": 1, "processor": "P", "features": ["avx", "fma"]} | {
    "cores": 2,
    "system": "L",
    "devices": [],
}


def small_trials(**changes):
    study = small_study()
    only = {"fast": vary(study.variants["fast"], **changes)}
    return trials_of(dataclasses.replace(study, variants=only, baseline="fast"), mesh().size)


def sent(trials):
    """A parcel of which every handle is the thing itself."""
    from waza.executors.parcel import pack

    parcel = pack(trials)
    return Sent("key", parcel.content, parcel.arrays, parcel.modules)


def opened(handle):
    return handle


def failing(x):
    raise ValueError("a mistake of the user's")


def test_this_process_meets_its_own_conditions():
    conditions = Conditions.here({"nn/dense.py": "0", "numpy": np.__version__})
    assert conditions.unmet() == "" and conditions.apply() == ""
    assert conditions.settings["jax_enable_x64"] is False


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("versions", {"jax": "0.1"}, "jax .*, and 0.1 here"),
        ("versions", {"no-such-package": "1"}, "no-such-package not installed, and 1 here"),
        ("code", {"engine/work.py": "0"}, "another waza/engine/work.py than here"),
        ("code", {"engine/new.py": "0"}, "another waza/engine/new.py than here"),
    ],
)
def test_a_worker_of_other_versions_is_told_from_its_answer(field, value, said):
    conditions = Conditions.here()
    other = dataclasses.replace(conditions, **{field: {**getattr(conditions, field), **value}})
    begun = Worker(opened).begin(other)
    assert begun.place["host"] and begun.place["process"]
    assert re.match(said, begun.unmet)


@pytest.fixture
def cache_settings(monkeypatch, tmp_path):
    """JAX's settings of kept programs may change within a test; waza's own cache is a new folder."""
    before = {name: jax.config.values[name] for name in (FOLDER, "jax_persistent_cache_min_compile_time_secs")}
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "own"))
    yield
    for name, value in before.items():
        jax.config.update(name, value)


def test_another_number_of_devices_is_told(cache_settings):
    other = dataclasses.replace(Conditions.here(), devices=7, settings={}, cache=None)
    assert other.apply() == "2 devices (cpu), and 7 (cpu) here"


@pytest.mark.parametrize(("given", "used"), [(None, "own/xla"), ("shared", "shared"), ("elsewhere", "own/xla")])
def test_a_worker_keeps_programs_in_the_shared_folder_or_in_its_own(cache_settings, tmp_path, given, used):
    jax.config.update(FOLDER, None)
    (tmp_path / "shared").mkdir()
    cache = None if given is None else str(tmp_path / given)
    assert not dataclasses.replace(Conditions.here(), cache=cache).apply()
    assert jax.config.values[FOLDER] == str(tmp_path / used) and Path(jax.config.values[FOLDER]).is_dir()


def test_a_worker_without_a_folder_to_write_compiles(cache_settings, monkeypatch, tmp_path):
    jax.config.update(FOLDER, None)
    (tmp_path / "file").touch()
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "file"))
    assert not dataclasses.replace(Conditions.here(), cache=None).apply()
    assert jax.config.values[FOLDER] is None


def test_machines_of_another_kind_are_refused_by_name():
    places.check_same({**HERE, "process": 2}, HERE)
    with pytest.raises(Error, match=r"the worker b \(process 9\) has features amx, and a \(process 1\) has fma"):
        places.check_same({**HERE, "host": "b", "process": 9, "features": ["avx", "amx"]}, HERE)
    with pytest.raises(Error, match=r"has processor 'Q', and a \(process 1\) has 'P'"):
        places.check_same({**HERE, "processor": "Q"}, HERE)
    assert {"host", "process", "features", "processor", "devices"} <= places.place().keys()


def test_options_of_a_cluster_without_one_are_refused():
    for given, said in (
        (["--workers", "2"], "--workers belongs to --on"),
        (["--same-machines"], "--same-machines belongs to --on"),
        (["--on", "dask"], "--on is 'dask'; expected ray"),
    ):
        options = parser("run").parse_args(["run", "vanishing-gradient", *given])
        with pytest.raises(Error, match=said), executor_of(options):
            pass


def test_ray_that_is_missing_is_said_in_one_line(monkeypatch):
    from waza.executors import Ray

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(Error, match=r"Ray is not installed: pip install 'waza\[ray\]'"):
        Ray()


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
class TestWithPickles:
    """What needs Ray's pickling, and no cluster."""

    def test_trials_travel_without_their_large_arrays_and_come_back_whole(self):
        trials = small_trials()
        large = dataclasses.replace(trials, data={"x": np.arange(50_000.0), "y": np.arange(3)})
        parcel = sent(large)
        assert len(parcel.arrays) == 1 and len(parcel.content) < 50_000
        from waza.executors.parcel import unpack

        again = unpack(parcel.content, parcel.modules, parcel.arrays.__getitem__)
        np.testing.assert_array_equal(again.data["x"], large.data["x"])
        assert again.variants == large.variants and again.plan == large.plan

    def test_a_mapped_file_stays_a_file_and_is_checked(self, tmp_path):
        from waza.executors.parcel import unpack

        path = tmp_path / "x.bin"
        np.arange(50_000.0).tofile(path)
        parcel = sent(dataclasses.replace(small_trials(), data=np.memmap(path, np.float64, "r")))
        assert not parcel.arrays and len(parcel.content) < 50_000
        np.testing.assert_array_equal(unpack(parcel.content, {}, parcel.arrays.__getitem__).data, np.arange(50_000.0))
        np.ones(50_000).tofile(path)
        with pytest.raises(Error, match=r"holds other data on a worker than here: put it on a path that all"):
            unpack(parcel.content, {}, parcel.arrays.__getitem__)
        path.unlink()
        with pytest.raises(Error, match="which a worker cannot read"):
            unpack(parcel.content, {}, parcel.arrays.__getitem__)

    def test_what_cannot_travel_is_named(self):
        import threading

        with pytest.raises(Error, match=r"the study's data cannot be sent to a worker \(TypeError: cannot pickle"):
            sent(dataclasses.replace(small_trials(), data=threading.Lock()))
        lock = threading.Lock()
        with pytest.raises(Error, match=r"the variant 'fast' cannot be sent to a worker \(TypeError"):
            sent(small_trials(model={"activation": lambda x: lock and x}))

    def test_what_a_script_defines_is_refused_by_name(self):
        def here(x):
            return x

        here.__module__, here.__qualname__ = "__main__", "here"
        with pytest.raises(Error, match="the study uses here, which is defined in __main__"):
            sent(small_trials(model={"activation": here}))

    def test_modules_travel_as_texts(self, tmp_path, monkeypatch):
        import importlib

        from waza.executors.parcel import unpack

        (tmp_path / "own_activation.py").write_text("def twice(x):\n    return 2 * x\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        module = importlib.import_module("own_activation")
        parcel = sent(small_trials(model={"activation": module.twice}))
        del sys.modules["own_activation"]
        (tmp_path / "own_activation.py").unlink()
        before = list(sys.meta_path)
        try:
            again = unpack(parcel.content, parcel.modules, parcel.arrays.__getitem__)
            assert again.variants["fast"].model.activation(3) == 6
        finally:
            sys.meta_path[:] = before
            sys.modules.pop("own_activation", None)

    def test_a_users_error_is_reported_with_the_users_own_calls(self):
        report = Worker(opened).compute(sent(small_trials(model={"activation": failing})), UNIT, None)
        assert report.ending == "failed"
        said = str(error_of(report, HERE))
        assert said.startswith("ValueError: a mistake of the user's (on a (process 1), not tried again); ")
        assert 'in failing: raise ValueError("a mistake of the user\'s")' in said and "site-packages" not in said

    def test_a_unit_that_is_stopped_before_it_trains_has_no_checkpoint(self, monkeypatch):
        def stopped(*_):
            raise Interrupted("stopped before the training")

        monkeypatch.setattr(InProcess, "run", stopped)
        for checkpoint in (b"", None):
            report = Worker(opened).compute(sent(small_trials()), UNIT, checkpoint)
            assert (report.ending, report.checkpoint) == ("stopped", b"")

    def test_errors_of_waza_and_of_memory_are_told_apart(self):
        def none_left(x):
            raise MemoryError("no memory")

        def wrong(x):
            raise Error("a wrong setting")

        reports = [
            Worker(opened).compute(sent(small_trials(model={"activation": one})), UNIT, None)
            for one in (none_left, wrong)
        ]
        assert [one.ending for one in reports] == ["memory", "refused"]
        assert str(error_of(reports[1], HERE)) == "a wrong setting"
