"""Units of work: the same bits in any process and in any order."""

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.engine.devices import mesh
from waza.engine.executors import Executor, InProcess
from waza.engine.work import Outcome, Unit, compute
from waza.study import run
from waza.study.runner import trials_of

from ..conftest import small_study

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
            script = PROCESS.format(
                tests=sys.modules["tests.conftest"].__file__.rpartition("/")[0], units=own, folder=self.folder
            )
            started.append(subprocess.Popen([sys.executable, "-c", script]))
        assert [process.wait(300) for process in started] == [0, 0, 0]
        for unit in units:
            yield unit, Outcome.from_bytes((self.folder / f"{unit.block}-{unit.group}").read_bytes())


def test_units_computed_in_three_processes_have_the_bits_of_the_ordinary_run(tmp_path):
    study = small_study()
    ordinary = run(study)
    scattered = run(study, executor=Elsewhere(tmp_path))
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
