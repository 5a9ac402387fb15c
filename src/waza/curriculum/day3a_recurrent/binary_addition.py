"""E10: a recurrent network learns to add, bit by bit."""

from collections.abc import Callable
from typing import Any

import xarray as xr

from waza import models, nn, optim
from waza.core.vary import vary
from waza.curriculum.day3a_recurrent.forgetful import Forgetful
from waza.data import tasks
from waza.learners import Supervised
from waza.report import side_by_side
from waza.study import Claim, Part, Study, final

COURSE, SMALL, XAVIER, HE = "course: N(0, 1)", "N(0, 0.1)", "Xavier", "He"
RELU, TANH, TANH_N1 = "ReLU, He", "tanh, Xavier", "tanh, N(0, 1)"
UNITS_4, UNITS_64, RATE_1, RATE_001 = "4 units", "64 units", "rate 1", "rate 0.01"
STANDARD_NORMAL = nn.Gaussian(1.0)
CUT, CUT_TANH = "without recurrence", "tanh, Xavier, without recurrence"
FIGURES = (side_by_side,)


def study() -> Study:
    """Two 8-bit numbers; 2-16-1 without biases, sigmoid, squared error, SGD 0.1, 10,000 steps of one pair.

    Training draws from all 16,384 pairs, and all are scored, as in the course.
    """
    course = Supervised(network(), optim.SGD(0.1), nn.BitwiseSquaredError(), batch_size=1, probes=False)

    def other(**settings: Any) -> Supervised:
        return vary(course, model=network(**settings))

    return Study(
        name="binary-addition",
        data=tasks.binary_addition(),
        variants={
            COURSE: course,
            SMALL: other(initializer=nn.Gaussian(0.1)),
            XAVIER: other(initializer=nn.Xavier()),
            HE: other(initializer=nn.He()),
            RELU: other(initializer=nn.He(), activation=nn.relu),
            TANH_N1: other(activation=nn.tanh),
            TANH: other(initializer=nn.Xavier(), activation=nn.tanh),
            UNITS_4: other(units=4),
            UNITS_64: other(units=64),
            RATE_001: vary(course, optimizer={"learning_rate": 0.01}),
            RATE_1: vary(course, optimizer={"learning_rate": 1.0}),
            CUT: other(cell=Forgetful),
            CUT_TANH: other(cell=Forgetful, initializer=nn.Xavier(), activation=nn.tanh),
        },
        steps=10_000,
        evaluate_every=1000,
        claims=(C32,),
        figures=FIGURES,
    )


def network(
    initializer: nn.Initializer = STANDARD_NORMAL,
    activation: Callable = nn.sigmoid,
    units: int = 16,
    cell: type[nn.SimpleRNN] = nn.SimpleRNN,
) -> models.SequenceModel:
    """The network 2-units-1 without biases and with a sigmoid output."""
    hidden = cell(2, units, initializer, initializer, use_bias=False, activation=activation)
    return models.SequenceModel(nn.Recurrent(hidden), 1, activation=nn.sigmoid, initializer=initializer, use_bias=False)


def ahead(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of exact sums of `variant` minus that of `other`."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", other)


# "Captures": the same net without recurrence gets fewer sums right; an interval within 5 points is no difference.
C32 = Claim(
    "C32",
    (
        Part("course", ahead(COURSE, CUT), low=0.05, unit="points"),
        Part("tanh", ahead(TANH, CUT_TANH), low=0.05, unit="points"),
    ),
)
