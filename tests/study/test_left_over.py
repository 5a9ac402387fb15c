"""What a killed, damaged or doubled run leaves: the same call makes what is missing, once."""

import json

import numpy as np
import pytest
import xarray as xr

from waza import report
from waza.core.arrays import write_arrays
from waza.core.errors import Damaged, Error
from waza.engine.checkpoint import Checkpoint
from waza.engine.watch import Watch
from waza.engine.work import Unit
from waza.study import decide, run, store
from waza.study.conduct import unreported
from waza.study.study import Study

from ..conftest import small_base, small_study


class Heard(Watch):
    def __init__(self):
        self.said = []

    def noted(self, sentence):
        self.said.append(sentence)


@pytest.fixture(scope="module")
def study():
    whole = small_study()
    return Study(
        name="left", data=whole.data, variants={"one": small_base()}, seeds=2, block=2, steps=2, evaluate_every=1
    )


def same(one, two):
    xr.testing.assert_identical(one.drop_attrs(), two.drop_attrs())


def test_results_without_a_report_are_not_computed_again(study, tmp_path, monkeypatch):
    results, watch = run(study, tmp_path, Watch()), Heard()
    found = unreported(study, tmp_path, watch)
    same(found, results)
    assert len(watch.said) == 1 and results.attrs["folder"] in watch.said[0]
    assert unreported(study, tmp_path, watch, max_seeds=4) is None
    folder = store.find(tmp_path, "left")
    findings = decide((), found)
    words = report.plain_words(found, findings)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("waza.report.kept.render_page", killed)
        report.write_report(folder.path, found, findings, words)
    assert not folder.reported and unreported(study, tmp_path, watch) is not None
    (folder.path / store.PAGE).write_bytes(b"<p>")
    assert folder.reported and unreported(study, tmp_path, watch) is None


def test_damaged_results_are_moved_aside_and_computed_again(study, tmp_path):
    results, watch = run(study, tmp_path, Watch()), Heard()
    first = store.find(tmp_path, "left").path
    (first / store.RESULTS).write_bytes(b"CDF")
    assert unreported(study, tmp_path, watch) is None
    assert len(watch.said) == 1 and "results.nc has changed" in watch.said[0] and f"{first}.damaged" in watch.said[0]
    assert not first.exists()
    same(run(study, tmp_path, watch), results)


@pytest.mark.parametrize(
    "name", [pytest.param("mappings.json", marks=pytest.mark.slow), f"{Unit(0, 0, 'vmap').name}.safetensors"]
)
def test_a_run_that_was_cut_off_and_is_damaged_is_computed_again(study, tmp_path, name):
    results, watch = run(study, tmp_path, Watch()), Heard()
    folder = store.find(tmp_path, "left").path
    (folder / store.RESULTS).unlink()
    (folder / store.PARTIAL).mkdir()
    (folder / store.PARTIAL / name).write_bytes(b"half")
    again = run(study, tmp_path, watch)
    same(again, results)
    assert len(watch.said) == 1 and f"{folder}.damaged" in watch.said[0], watch.said
    assert again.attrs["folder"] != str(folder) and not folder.exists()


@pytest.mark.slow
def test_a_run_that_another_process_computes_is_refused_and_can_be_computed_twice(study, tmp_path):
    results = run(study, tmp_path, Watch())
    folder = store.find(tmp_path, "left")
    (folder.path / store.RESULTS).unlink()
    with folder.held() as mine, pytest.raises(Error, match="another process is computing this run") as raised:
        assert mine
        run(study, tmp_path, Watch())
    assert str(folder.path) in str(raised.value) and "\n" not in str(raised.value)
    with folder.held():
        same(run(study, tmp_path, Watch(), fresh=True), results)
    assert not folder.complete
    same(run(study, tmp_path, Watch()), results)  # nobody holds it any more
    assert folder.complete


def test_facts_of_a_checkpoint_have_their_types(tmp_path):
    path = tmp_path / "x.safetensors"
    sound = {"step": 3, "evaluated": [0, 3], "seconds": 1.5, "settings": "x"}
    for facts, words in (
        (sound | {"step": "3"}, "step is '3'; expected a whole number"),
        (sound | {"evaluated": 3}, "evaluated is 3; expected a list"),
        ({"step": 3}, "evaluated is missing"),
    ):
        write_arrays(path, {"a": np.zeros(2)}, facts)
        with pytest.raises(Damaged, match=words) as raised:
            Checkpoint(path, "start over").step()
        assert str(raised.value).endswith(": start over")
    write_arrays(path, {}, json.loads(json.dumps(sound)))
    assert Checkpoint(path, "start over").step() == 3
