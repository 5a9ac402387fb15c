"""E17: a simple recurrent network adds pairs of 8-bit numbers that it has not seen."""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import models, nn, optim
from waza.curriculum.shown import Shown, points
from waza.data import tasks
from waza.learners import Supervised
from waza.report import over_steps, side_by_side
from waza.study import Claim, Share, Study, final

STEPS = 2000
TANH, RELU, SIGMOID = "tanh, Adam 0.01", "ReLU, Adam 0.01", "sigmoid, Adam 0.01"
DESCENT = "tanh, gradient descent 0.1"
LEFT_OUT = 0.99  # the share of the 16,384 pairs
EVERY_SUM = 1 - 0.5 / 16_220  # of the test pairs, less than one is wrong
FIGURES = (over_steps, side_by_side)


def study() -> Study:
    """2-16-1 with biases; 164 pairs to train, the other 16,220 for the test; 2,000 steps of 32 pairs."""
    adam = optim.Adam(0.01)
    return Study(
        name="addition-rnn",
        data=tasks.binary_addition(disjoint=True, test_share=LEFT_OUT),
        variants={
            TANH: learner(nn.tanh, adam),
            RELU: learner(nn.relu, adam),
            SIGMOID: learner(nn.sigmoid, adam),
            DESCENT: learner(nn.tanh, optim.SGD(0.1)),
        },
        seeds=40,
        first_seed=1000,
        block=20,
        steps=STEPS,
        evaluate_every=200,
        claims=(T6,),
        figures=FIGURES,
    )


def learner(activation: Callable, optimizer: optim.Optimizer) -> Supervised:
    """A simple RNN of 16 units, Xavier's values to the inputs and orthogonal recurrent ones, as Keras draws them."""
    cell = nn.SimpleRNN(2, 16, nn.Xavier("average"), nn.Orthogonal(), activation=activation)
    model = models.SequenceModel(nn.Recurrent(cell), 1, activation=nn.sigmoid, initializer=nn.Xavier("average"))
    return Supervised(model, optimizer, nn.BitwiseSquaredError(), batch_size=32, probes=False)


def exact(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether all test pairs are added exactly."""
    return lambda results: final(results, "test_accuracy", variant) >= EVERY_SUM


# "Adds": with tanh and Adam, more than half of the seeds add every pair that was left out of the training.
T6 = Claim(
    "T6",
    (
        Share("unseen", exact(TANH), low=0.5, unit="points"),
        Share("relu", exact(RELU), low=0.5, unit="points", further=True),
        Share("descent", exact(DESCENT), low=0.5, unit="points", further=True),
    ),
)


def right(variant: str) -> Shown:
    """The percentage of test sums that are right, as a mean over seeds."""
    return points(partial(final, measure="test_accuracy", variant=variant))


NUMBERS: dict[str, Shown] = {
    "tanh": points(exact(TANH)),
    "relu": points(exact(RELU)),
    "sigmoid": points(exact(SIGMOID)),
    "descent": points(exact(DESCENT)),
    "descent_right": right(DESCENT),
    "tanh_right": right(TANH),
}
