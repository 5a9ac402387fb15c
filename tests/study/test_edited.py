"""A run that was cut off is not gone on with under edited code, and this is said."""

import pytest

import waza as wz
from waza.cli.run import read_study
from waza.core.errors import Error
from waza.study import store

STUDY = """
import numpy as np
import waza as wz
from waza import models, nn, optim
S = 1.0
x, y = np.ones((20, 3), np.float32), np.zeros(20, np.int32)
def scaled(x): return S * x
base = wz.Supervised(models.MLP((3, 2, 2), activation={act}), optim.SGD({rate}), probes=False)
study = wz.Study(name="edited", data=((x, y), (x, y)), variants={{"a": base}}, steps=4, seeds=1, block=1)
"""


class Stopping(wz.Watch):
    """Asks to stop at once."""

    def stop_asked(self):
        return True


@pytest.fixture
def read(tmp_path):
    def read(old="", new="", act="scaled", rate=0.1):
        path = tmp_path / "mine.py"
        path.write_text(STUDY.format(act=act, rate=rate).replace(old, new) if old else STUDY.format(act=act, rate=rate))
        return read_study(str(path), None)

    return read


@pytest.fixture
def cut_off(tmp_path):
    def cut_off(study):
        with pytest.raises(wz.Interrupted):
            wz.run(study, tmp_path, Stopping())
        return store.folders(tmp_path, "edited")[0]

    return cut_off


def test_the_same_code_goes_on_and_other_settings_begin_a_run(read, cut_off, tmp_path):
    folder = cut_off(read())
    assert wz.run(read(rate=0.2), tmp_path, wz.Watch()).attrs["folder"] != str(folder.path)
    assert wz.run(read(), tmp_path, wz.Watch()).attrs["folder"] == str(folder.path)


def test_edited_code_is_named_and_fresh_starts_over(read, cut_off, tmp_path):
    folder = cut_off(read())
    with pytest.raises(Error, match=r"edited.* was cut off, and mine.py changed since: .*--fresh"):
        wz.run(read("S = 1.0", "S = 3.0"), tmp_path, wz.Watch())
    edited = read("S = 1.0", "S = 3.0")
    again = wz.run(edited, tmp_path, wz.Watch(), fresh=True)
    assert again.attrs["folder"] != str(folder.path)
    wz.run(edited, tmp_path, wz.Watch())  # the newest run is complete: nothing is in the way


def test_an_edited_lambda_names_its_variant(read, cut_off, tmp_path):
    cut_off(read(act="lambda x, s=1.0: s * x"))
    with pytest.raises(Error, match="a function of 'a' changed since"):
        wz.run(read(act="lambda x, s=3.0: s * x"), tmp_path, wz.Watch())
