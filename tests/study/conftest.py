"""A study small enough to run in a second."""

import numpy as np
import pytest

from waza import models, nn, optim
from waza.data import Dataset, Split
from waza.learners import Supervised
from waza.study import Study, vary


def blobs(rows=200, features=6, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, features)) * 1.5
    y = rng.integers(0, classes, 2 * rows).astype(np.int32)
    x = (centres[y] + rng.normal(size=(2 * rows, features))).astype(np.float32)
    return Dataset("blobs", Split(x[:rows], y[:rows]), Split(x[rows:], y[rows:]))


@pytest.fixture
def base():
    return Supervised(models.MLP((6, 8, 3), nn.tanh, nn.Xavier()), optim.SGD(0.1), batch_size=16)


@pytest.fixture
def study(base):
    return Study(
        name="small",
        data=blobs(),
        variants={
            "slow": vary(base, optimizer={"learning_rate": 0.01}),
            "fast": base,
            "he": vary(base, model={"initializer": nn.He()}),
            "dropout": vary(base, model={"dropout": nn.Dropout(0.2)}),
            "norm": vary(base, model={"norm": nn.BatchNorm()}, optimizer=optim.Adam(0.01)),
        },
        seeds=3,
        steps=40,
        evaluate_every=20,
        block=4,
    )
