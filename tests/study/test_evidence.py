"""Whether a stored run answers a study, and why it does not."""

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import waza as wz
from waza import nn, optim
from waza.core import digest
from waza.data import Dataset, Split
from waza.study import evidence, store
from waza.study.evidence import Difference, answering
from waza.study.runner import settings_of

from ..stored import results_of

SMALL = wz.Supervised(wz.models.MLP((3, 2)), optim.SGD(0.1))
TUNING = wz.Tuning(grid={"a": {"optimizer.learning_rate": (0.1, 0.2)}})


def rows(seed=0):
    draws = np.random.RandomState(seed)
    return Split(draws.rand(8, 3).astype(np.float32), draws.randint(0, 2, 8).astype(np.int32))


def study(**changes):
    data = Dataset("own", rows(), rows(1), rows(2))
    variants = {"a": SMALL, "b": wz.vary(SMALL, optimizer={"learning_rate": 0.2})}
    return dataclasses.replace(wz.Study(name="small", data=data, variants=variants, seeds=10), **changes)


def kept(runs: Path, of, **changes):
    """A complete run with these settings, without any training."""
    folder = store.begin(runs, of.name, {**json.loads(json.dumps(settings_of(of))), **changes})
    folder.finish(results_of())
    return folder


def test_no_run_is_no_answer(tmp_path):
    assert answering(study(), tmp_path) == (None, None)
    store.begin(tmp_path, "small", settings_of(study()))  # was cut off
    assert not answering(study(), tmp_path).current


def test_the_newest_run_that_answers_is_found(tmp_path):
    wanted = kept(tmp_path, study())
    kept(tmp_path, study(seeds=20))
    found = answering(study(), tmp_path)
    assert found.current and found.folder == wanted


def test_a_run_that_cannot_be_read_answers_nothing(tmp_path):
    older, newer = kept(tmp_path, study()), kept(tmp_path, study())
    (newer.path / store.STUDY).write_bytes(b"[")
    assert answering(study(), tmp_path) == (older, None)
    (older.path / store.RESULTS).write_bytes(b"CDF")
    found = answering(study(), tmp_path)
    assert found.stale_because is not None and found.stale_because.kind == "damaged"
    assert found.stale_because.name in (str(older.path), str(newer.path)) and not found.current


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"seeds": 30}, Difference("number", "seeds", 10, 30)),
        ({"steps": 5}, Difference("number", "steps", 1000, 5)),
        ({"data": Dataset("own", rows(), rows(3), rows(2))}, Difference("data")),
        ({"variants": {"a": SMALL}, "seeds": 30}, Difference("removed", "b")),
        ({"variants": {"a": SMALL, "c": SMALL}}, Difference("added", "c")),
        ({"variants": {"a": SMALL, "b": wz.vary(SMALL, penalty=nn.L2(0.1))}}, Difference("variant", "b")),
        (
            {"tuning": wz.Tuning(grid={"a": {"optimizer.learning_rate": (0.1, 0.2)}})},
            Difference("number", "first_seed", 0, 5),
        ),
    ],
)
def test_the_first_difference_is_told(tmp_path, changes, difference):
    folder = kept(tmp_path, study())
    assert answering(study(**changes), tmp_path) == (folder, difference)


def test_versions_come_first_and_then_code(tmp_path):
    today = settings_of(study())
    older = {"asked": "", "seeds": 7, "versions": {**today["versions"], "waza": "0.0.9", "jax": "0.1"}}
    code = {**today["code"], "nn/dense.py": "else", "nn/gone.py": "else"}
    kept(tmp_path, study(), **older, code=code)
    assert answering(study(), tmp_path).stale_because == ("version", "waza", "0.0.9", today["versions"]["waza"])
    kept(tmp_path / "2", study(), asked="", seeds=7, code=code)
    assert answering(study(), tmp_path / "2").stale_because == ("code", "nn/dense.py", None, None)


def test_changed_code_makes_a_run_stale(tmp_path, monkeypatch):
    kept(tmp_path, study())
    monkeypatch.setattr("waza.study.runner.code_of", lambda _: {"nn/dense.py": "else"})
    assert answering(study(), tmp_path).stale_because == Difference("code", "nn/dense.py")


def test_a_changed_tuning_is_told(tmp_path):
    tuned = study(tuning=TUNING)
    compared = study(variants={**study().variants, "a, tuned": SMALL}, first_seed=5)
    kept(tmp_path, compared, asked=evidence.asked_of(tuned))
    assert answering(tuned, tmp_path).current
    wider = study(tuning=wz.Tuning(grid={"a": {"optimizer.learning_rate": (0.1, 0.4)}}))
    assert answering(wider, tmp_path).stale_because == Difference("tuning")


def test_data_are_hashed_once_however_many_runs_are_kept(tmp_path, monkeypatch):
    for seeds in range(11, 16):
        kept(tmp_path, study(seeds=seeds))
    x, y = (np.frombuffer(part.tobytes(), part.dtype).reshape(part.shape) for part in rows(4))
    asked = study(data=Dataset("own", Split(x, y), Split(x, y)))
    shapes = []

    class Counting:
        @staticmethod
        def sha256(start):
            shapes.append(start)
            return hashlib.sha256(start)

    monkeypatch.setattr(digest, "hashlib", Counting)
    assert answering(asked, tmp_path).stale_because == Difference("data")
    assert len(shapes) == 2  # x and y, which both splits share


def test_a_file_that_only_the_run_used_makes_it_stale(tmp_path):
    code = settings_of(study())["code"]
    kept(tmp_path, study(), asked="", code={**code, "nn/moved.py": "else"})
    assert answering(study(), tmp_path).stale_because == Difference("code", "nn/moved.py")
