"""E17: the network 4-12-3 on iris."""

from functools import partial

import numpy as np

from waza import models, nn, optim
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown, accuracy
from waza.data import Dataset, Split
from waza.learners import Supervised
from waza.report import over_steps, side_by_side
from waza.study import Study, vary

RELU, SIGMOID, NONE, SMALL = "4-12-3, ReLU", "4-12-3, sigmoid", "4-3, no hidden layer", "4-12-3, ReLU at rate 0.01"
FIGURES = (over_steps, side_by_side)


def flowers() -> Dataset:
    """Fisher's 150 flowers of three species, four measurements in centimetres, as scikit-learn ships them.

    Source: Fisher, "The use of multiple measurements in taxonomic problems", 1936.
    """
    from sklearn.datasets import load_iris

    found = load_iris()
    rows = Split(found.data.astype(np.float32), found.target.astype(np.int32))
    return Dataset("iris", rows, Split(rows.x[:0], rows.y[:0]), classes=tuple(map(str, found.target_names)))


def study() -> Study:
    """4-12-3 with He's values on 100 flowers, 50 for the test; rate 0.1, 400 steps of 5 flowers."""
    net = partial(models.MLP, (4, 12, 3))
    course = Supervised(net(), optim.SGD(0.1), batch_size=5, probes=False)
    return Study(
        name="iris",
        **per_seed(flowers(), train=100, test=50),
        variants={
            RELU: course,
            SIGMOID: vary(course, model=net(nn.sigmoid, nn.Xavier())),
            NONE: vary(course, model=models.MLP((4, 3), initializer=nn.Xavier())),
            SMALL: vary(course, optimizer={"learning_rate": 0.01}),
        },
        seeds=30,
        first_seed=100,
        steps=400,
        evaluate_every=20,
        figures=FIGURES,
    )


NUMBERS: dict[str, Shown] = {
    "relu": accuracy(RELU),
    "sigmoid": accuracy(SIGMOID),
    "none": accuracy(NONE),
    "small": accuracy(SMALL),
}
