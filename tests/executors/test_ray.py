"""Studies on a Ray cluster of this machine: the bits of one process, whatever happens to the workers."""

import dataclasses
import os
import random
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import xarray as xr

from waza.core.errors import Error
from waza.core.vary import vary
from waza.engine.devices import mesh
from waza.engine.watch import Interrupted, Watch
from waza.executors import InProcess, Ray, schedule
from waza.executors.cluster import Cluster
from waza.executors.conditions import Conditions
from waza.study import Study, Tuning, run
from waza.study.record import record_of
from waza.study.runner import trials_of
from waza.study.store import folders

from ..conftest import blobs, small_base
from .laws import check_executor
from .mistake import wrong

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")]
KILLS = int(os.environ.get("WAZA_KILLS", "3"))
UNITS, STEPS = 12, 600


def tiny(**changes):
    """A study of one structure, in units of two seeds."""
    variants = {"fast": small_base(), "slow": vary(small_base(), optimizer={"learning_rate": 0.01})}
    settings = {"seeds": 2 * UNITS, "block": 2, "steps": STEPS, "evaluate_every": STEPS // 2}
    return Study(**{"name": "tiny", "data": blobs(), "variants": variants, **settings, **changes})


class During(Watch):
    """Calls a function each time that a unit's worth of steps is done, with the units done so far."""

    def __init__(self, act):
        self.steps, self.told, self.notes, self.act = 0, 0, [], act

    def advance(self, steps):
        self.steps += steps

    def noted(self, sentence):
        self.notes.append(sentence)

    def stop_asked(self):
        units = self.steps // STEPS
        if units > self.told:
            self.told = units
            return bool(self.act(units))
        return False


@pytest.fixture(scope="module", autouse=True)
def cluster():
    cluster = Cluster(None, cores=8)
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def two(cluster):
    with Ray(workers=2) as executor:
        yield executor


@pytest.fixture(scope="module")
def ordinary():
    return run(tiny(), watch=Watch())


def processes(executor):
    """The processes of the workers that are there."""
    return [place["process"] for place in executor._crew.there.values()]


def check_same(results, ordinary):
    xr.testing.assert_identical(results.drop_attrs(), ordinary.drop_attrs())


@pytest.mark.parametrize("workers", [1, 4])
def test_any_number_of_workers_gives_the_bits_of_one_process(workers, ordinary):
    with Ray(workers=workers, same_machines=True) as executor:
        results = run(tiny(), watch=Watch(), executor=executor)
        check_same(results, ordinary)
        (machine,) = record_of(results).machines
        assert machine["units"] == UNITS and machine["features"] is not None


def test_every_executor_keeps_the_laws(two, tmp_path):
    study = tiny(seeds=8)
    for executor in (InProcess(), two):
        folder = tmp_path / type(executor).__name__
        folder.mkdir()
        check_executor(executor, trials_of(study, mesh().size, "last"), 4, folder)


def test_workers_that_are_killed_cost_no_unit_and_no_bit(two, ordinary):
    """Kills at random units, spread over as many runs as they need."""
    chance, kills = random.Random(0), 0
    while kills < KILLS:

        def kill(units):
            nonlocal kills
            if kills < KILLS and units < UNITS and chance.random() < 0.5 and processes(two):
                os.kill(chance.choice(processes(two)), signal.SIGKILL)
                kills += 1

        check_same(run(tiny(), watch=During(kill), executor=two), ordinary)


def test_a_stopped_worker_is_noticed_and_its_unit_computed_elsewhere(two, ordinary, monkeypatch):
    monkeypatch.setattr(schedule, "SILENCE", 4.0)
    stopped = []

    def stop(units):
        if not stopped:
            stopped.append(processes(two)[0])
            os.kill(stopped[0], signal.SIGSTOP)

    watch = During(stop)
    check_same(run(tiny(), watch=watch, executor=two), ordinary)
    assert any("does not answer: computed elsewhere too" in note for note in watch.notes)
    assert stopped[0] not in processes(two)


def test_the_store_is_that_of_one_process_and_goes_on_after_an_interruption(two, ordinary, tmp_path):
    with pytest.raises(Interrupted, match="units left"):
        run(tiny(), tmp_path, During(lambda units: units >= UNITS // 3), executor=two)
    (folder,) = folders(tmp_path, "tiny")
    kept = {path.name for path in (folder.path / "partial").iterdir()}
    assert sum(name.endswith(".outcome") for name in kept) >= UNITS // 3
    watch = During(lambda units: False)
    check_same(run(tiny(), tmp_path, watch, executor=two), ordinary)
    assert watch.steps == UNITS * STEPS
    run(tiny(), tmp_path / "one", Watch())
    (one,) = folders(tmp_path / "one", "tiny")
    assert [path.name for path in sorted(folder.path.iterdir())] == [path.name for path in sorted(one.path.iterdir())]
    theirs, ours = one.results().attrs, folder.results().attrs
    own = {"started", "folder", "machines", "compile_seconds", "train_seconds", "total_seconds"}
    assert {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)} <= own


DRIVER = """
import os, signal, sys
sys.path.insert(0, {root!r})
from tests.executors.test_ray import During, tiny
from waza.executors import InProcess, Ray
from waza.study import run
run(tiny(), {runs!r}, During(lambda units: units >= {units} and os.kill(os.getpid(), signal.SIGKILL)), executor={on})
"""


def test_a_killed_driver_leaves_its_finished_units(ordinary, tmp_path):
    """The same study goes on from them, here without the cluster, which died with its driver."""
    for on, units, ending in (("Ray(workers=1)", 4, -signal.SIGKILL), ("InProcess()", UNITS + 1, 0)):
        script = DRIVER.format(root=str(Path(__file__).parents[2]), runs=str(tmp_path), units=units, on=on)
        assert subprocess.run([sys.executable, "-c", script], check=False, timeout=300).returncode == ending
    (folder,) = folders(tmp_path, "tiny")
    check_same(folder.results(), ordinary)
    there = [one["units"] for one in record_of(folder.results()).machines if "features" in one]
    assert there and 2 <= there[0] < UNITS


def test_tuning_goes_through_the_workers_too(two):
    rates = {"fast": {"optimizer.learning_rate": (0.01, 0.1)}}
    data = blobs()._replace(validation=blobs(seed=1).test)
    study = tiny(data=data, tuning=Tuning(grid=rates, seeds=2, widen=False), seeds=4)
    check_same(run(study, watch=Watch(), executor=two), run(study, watch=Watch()))


def test_a_users_error_is_shown_with_the_users_calls_and_not_tried_again(two):
    study = tiny(variants={"fast": vary(small_base(), model={"activation": wrong})})
    with pytest.raises(Error, match=r"(?s)ValueError: a mistake of the user's .*not tried again.*mistake\.py.*raise V"):
        run(study, watch=Watch(), executor=two)
    study = dataclasses.replace(tiny(), seeds=2)
    assert run(study, watch=Watch(), executor=two).sizes["seed"] == 2  # the crew is still of use


def test_a_worker_of_another_version_is_refused_by_name(monkeypatch):
    here = Conditions.here()
    other = dataclasses.replace(here, versions={**here.versions, "jax": "0.0.1"})
    monkeypatch.setattr(Conditions, "here", lambda *_: other)
    with (
        Ray(workers=1) as executor,
        pytest.raises(Error, match=r"the worker \S+ \(process \d+\) has jax .*, and 0\.0\.1 h"),
    ):
        run(tiny(), watch=Watch(), executor=executor)


def test_an_address_without_a_cluster_is_one_line(cluster, monkeypatch):
    monkeypatch.setattr(cluster.ray, "is_initialized", lambda: False)
    for address, said in (
        ("ray://127.0.0.1:1", r"there is no cluster at ray://127\.0\.0\.1:1"),
        ("ray://x", "no port"),
    ):
        with pytest.raises(Error, match=said):
            run(tiny(), watch=Watch(), executor=Ray(address))
