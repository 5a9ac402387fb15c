"""Units of work: the same bits in any process and in any order."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import equinox as eqx
import jax
import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.data import hold_out
from waza.engine.devices import mesh
from waza.engine.executors import Executor, InProcess
from waza.engine.work import Outcome, Unit, compute
from waza.study import run, variables_of
from waza.study.runner import trials_of
from waza.study.store import folders

from ..conftest import blobs, small_study

PROCESS = """
import sys
sys.path.insert(0, {tests!r})
from conftest import small_study
from waza.engine.work import Unit, compute
from waza.study.runner import trials_of
study = small_study()
trials = trials_of(study, devices=2)
for block, group, how in {units!r}:
    path = f"{folder}/{{block}}-{{group}}"
    open(path, "wb").write(compute(trials, Unit(block, group, how)).to_bytes())
"""


class Elsewhere(Executor):
    """Computes units in three processes, in a random order."""

    def __init__(self, folder):
        self.folder = folder

    def mappings(self, trials, how, watch):
        return InProcess().mappings(trials, how, watch)

    def run(self, trials, units, checkpoint_of, watch):
        units = [units[i] for i in np.random.default_rng().permutation(len(units))]
        started = []
        for part in range(3):
            own = [tuple(unit) for unit in units[part::3]]
            script = PROCESS.format(tests=str(Path(__file__).parents[1]), units=own, folder=self.folder)
            started.append(subprocess.Popen([sys.executable, "-c", script]))
        assert [process.wait(300) for process in started] == [0, 0, 0]
        for unit in units:
            yield unit, Outcome.from_bytes((self.folder / f"{unit.block}-{unit.group}").read_bytes())


@pytest.fixture(scope="module")
def ordinary():
    return run(small_study(), keep="last")


@pytest.mark.slow
def test_units_computed_in_three_processes_have_the_bits_of_the_ordinary_run(ordinary, tmp_path):
    scattered = run(small_study(), executor=Elsewhere(tmp_path))
    xr.testing.assert_identical(scattered.drop_attrs(), ordinary.drop_attrs())


def test_an_outcome_survives_its_bytes():
    trials = trials_of(small_study(), devices=mesh().size, keep="last")
    outcome = compute(trials, Unit(0, 0, "vmap"))
    again = Outcome.from_bytes(outcome.to_bytes())
    assert again.measures.keys() == outcome.measures.keys() and outcome.kept.keys() == again.kept.keys() != set()
    for path, values in outcome.measures.items():
        np.testing.assert_array_equal(again.measures[path], values)
    for trial, arrays in outcome.kept.items():
        assert {path: leaf.tolist() for path, leaf in arrays.items()} == {
            path: leaf.tolist() for path, leaf in again.kept[trial].items()
        }
    with pytest.raises(Error, match="an outcome is damaged"):
        Outcome.from_bytes(outcome.to_bytes()[:100])


def test_another_number_of_devices_is_refused():
    trials = trials_of(small_study(), devices=7)
    with pytest.raises(Error, match="computed on 7 devices, and JAX has 2 here"):
        compute(trials, Unit(0, 0, "vmap"))


@pytest.mark.slow
def test_a_study_keeps_the_variables_of_its_trials(tmp_path):
    study = dataclasses.replace(small_study(), data=hold_out(blobs(), 50), seeds=2)
    for keep in ("last", "best"):
        stored, held = run(study, tmp_path, keep=keep), run(study, keep=keep)
        for variant in ("fast", "norm"):
            ours, theirs = (variables_of(study, results, variant, 1) for results in (stored, held))
            jax.tree.map(np.testing.assert_array_equal, ours, theirs)
    learner = study.variants["fast"]
    state = learner.init(jax.random.key(0), study.data)._replace(
        variables=jax.device_put(variables_of(study, stored, "fast", 1))
    )
    found = eqx.filter_jit(learner.evaluate)(state, study.data, jax.random.key(0))
    losses = stored["validation_loss"].sel(variant="fast", seed=1)
    assert float(found["validation_loss"]) == pytest.approx(float(losses.min()), abs=1e-6)


def test_what_was_not_kept_is_named(tmp_path):
    study = small_study()
    results = run(study)
    for variant, seed, said in (
        ("fast", 0, "of .fast., seed 0: run"),
        ("fats", 0, "'fast'"),
        ("fast", 9, r"no seed 9"),
    ):
        with pytest.raises(Error, match=said):
            variables_of(study, results, variant, seed)
    with pytest.raises(Error, match="has no validation split"):
        run(study, keep="best")


def test_a_stored_run_may_be_moved(ordinary, tmp_path):
    study = small_study()
    whole = run(study, tmp_path / "runs", keep="last")
    (tmp_path / "runs").rename(tmp_path / "moved")
    (folder,) = folders(tmp_path / "moved", study.name)
    expected = variables_of(study, ordinary, "fast", 0)
    jax.tree.map(np.testing.assert_array_equal, variables_of(study, folder.results(), "fast", 0), expected)
    assert whole.attrs["folder"] != folder.results().attrs["folder"]


@pytest.mark.slow
def test_an_executor_gives_an_outcome_for_each_unit(ordinary):
    class Forgetful(InProcess):
        def run(self, trials, units, checkpoint_of, watch):
            return list(super().run(trials, units, checkpoint_of, watch))[1:]

    class Twice(InProcess):
        def run(self, trials, units, checkpoint_of, watch):
            found = list(super().run(trials, units, checkpoint_of, watch))
            return [*reversed(found), *found]

    study = small_study()
    xr.testing.assert_identical(run(study, executor=Twice()).drop_attrs(), ordinary.drop_attrs())
    with pytest.raises(Error, match=r"Forgetful\.run gave no outcome for Unit"):
        run(study, executor=Forgetful())
