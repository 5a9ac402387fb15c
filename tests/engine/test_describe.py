"""Descriptions of recipes and data, by which stored runs are known."""

import os
import subprocess
import sys

import numpy as np

from waza import models, nn, optim, vary
from waza.core.digest import array_digest
from waza.engine.describe import describe, fingerprint
from waza.learners import Resident, Supervised


def test_later_fields_are_told_only_where_they_are_used():
    """Runs that were stored before the fields existed keep their fingerprints."""
    learner = Supervised(models.MLP((4, 2)), optim.SGD(0.1))
    known = {"model", "optimizer", "loss", "penalty", "batch_size", "probes"}
    assert set(describe(learner)["fields"]) == known
    changed = vary(learner, augment=nn.RandomFlip(), precision="bfloat16")
    assert set(describe(changed)["fields"]) == {*known, "augment", "precision"}


def test_classes_and_functions_have_public_names():
    described = describe(Supervised(models.MLP((4, 2), activation=nn.relu), optim.Adam()))
    assert described["class"] == "learners.Supervised"
    assert described["fields"]["model"]["class"] == "models.MLP"
    assert described["fields"]["model"]["fields"]["activation"] == {"function": "nn.relu"}
    assert "waza." not in str(described)


def test_arrays_and_sources_are_described_by_digests():
    array = np.arange(6.0).reshape(2, 3)
    assert describe(array) == {"array": ["float64", [2, 3], array_digest(array)]}
    assert describe(Resident({"x": array})) == {"source": Resident({"x": array.copy()}).digest()}
    assert describe(np.float32(0.5))["array"][:2] == ["float32", []]


def test_lambdas_differ_by_their_code_and_what_they_close_over():
    def scaled(factor):
        return lambda x: factor * x

    found = [fingerprint(describe(one)) for one in (scaled(1), scaled(2), lambda x: x, lambda x: -x, scaled(1))]
    assert found[0] == found[-1] and len(set(found)) == 4


def test_a_lambda_has_the_same_description_in_each_process():
    program = "from waza.engine.describe import describe; print(describe(lambda x: x in {'a', 'b', 'c', 'd'}))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout != b""


def test_classes_of_one_factory_differ_by_what_they_close_over():
    def make(number):
        class Local(nn.Loss):
            def __call__(self, outputs, targets, weights=None):
                return {"loss": number * outputs}

        return Local

    assert describe(make(2)()) == describe(make(2)()) != describe(make(3)())
