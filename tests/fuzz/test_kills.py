"""Trainings of every kind that are killed twice end with the bits of unbroken ones; `make fuzz KILLS=20` kills more."""

import pytest

from fuzz.kills import TRAININGS, killed
from fuzz.model_subjects import MODELS
from fuzz.subject import Place
from fuzz.verdicts import FINE, commanded
from waza.kinds import fitting

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", TRAININGS)
def test_a_killed_training_ends_with_the_same_bits(name, tmp_path):
    assert killed(name, tmp_path, kills=2) == []


@pytest.mark.parametrize("name", [name for name in MODELS if name != "campaign"])  # which has no checkpoint
def test_a_model_without_its_report_gets_the_report_alone(name, tmp_path, monkeypatch):
    place = Place(tmp_path / "input", tmp_path / "beside", tmp_path / "out")
    for folder in place:
        folder.mkdir()
    MODELS[name].make(place)
    model = place.input / "model"
    (model / "report.html").unlink()
    before = {path.name: path.stat().st_mtime_ns for path in model.iterdir() if path.name != "lock"}

    def again(*_, **__):
        raise AssertionError("it was trained again")

    monkeypatch.setattr(fitting, "train_ordered", again)
    ending = commanded(MODELS[name].arguments(place, model), 300)
    assert ending.verdict == FINE, ending
    assert (model / "report.html").is_file()
    assert {name: (model / name).stat().st_mtime_ns for name in before} == before
