"""E9: AlexNet's form for small images, with and without dropout on its wide dense layers."""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import data, models, nn, optim
from waza.core.vary import vary
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.day2b_convolution.overfitting import SOME, gap, narrower, reduces_overfitting
from waza.curriculum.figures.loss_gap import loss_gap
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown, mean, points
from waza.data import Dataset
from waza.learners import Supervised
from waza.models import ConvNet, Convolution
from waza.report import over_steps, side_by_side
from waza.study import Claim, Part, Study, final
from waza.study.results import at_best

ROWS, HELD = 2000, 1000
WIDE = (512, 512)
NONE, HALF, QUARTER = "no dropout", "dropout 0.5", "dropout 0.25"
TWO_POINTS = 0.02  # of about 40 % on these photographs
FIGURES = (partial(over_steps, measure="validation_loss"), side_by_side, partial(loss_gap, chart=side_by_side))


def narrow_alexnet(dataset: Dataset) -> ConvNet:
    """Five convolutions, two of them pooled with overlap, and two wide dense layers, which hold most parameters."""
    pool = nn.MaxPool(3, strides=2)
    convolutions = (
        Convolution(8, 5, strides=2, padding=2, pool=pool),
        Convolution(16, 3, padding=1, pool=pool),
        Convolution(24, 3, padding=1),
        Convolution(24, 3, padding=1),
        Convolution(16, 3, padding=1),
    )
    return models.ConvNet(convolutions, WIDE, classes_of(dataset), image_of(dataset), dropout=nn.Dropout(0.5))


def study(data_name: str = "cifar10_jpg") -> Study:
    """Five narrow convolutions and 512-512 dense units on 2,000 photographs; Adam 0.001, 800 steps of 32 rows.

    Each seed draws its own rows. As in AlexNet, the dense layers hold most of the parameters, nine tenths. The training
    goes on long after the validation loss has begun to rise.
    """
    dataset = data.load(data_name)
    dropped = Supervised(narrow_alexnet(dataset), optim.Adam(0.001), batch_size=32, probes=False)
    rates = {NONE: 0.0, QUARTER: 0.25, HALF: 0.5}
    return Study(
        name="alexnet",
        **per_seed(dataset, train=ROWS, test=HELD, validation=HELD),
        variants={name: vary(dropped, model={"dropout": {"rate": rate}}) for name, rate in rates.items()},
        seeds=30,
        first_seed=1000,
        steps=800,
        evaluate_every=100,
        claims=(C31,),
        figures=FIGURES,
    )


def best(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy where the validation loss is least."""
    return lambda results: at_best(results, "test_accuracy", variant)


def risen(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test loss at the end minus that where the validation loss is least."""
    return lambda results: final(results, "test_loss", variant) - at_best(results, "test_loss", variant)


def gained_at_best(results: xr.Dataset) -> xr.DataArray:
    """The test accuracy with dropout 0.5 minus that without, each where its validation loss is least."""
    return best(HALF)(results) - best(NONE)(results)


C31 = Claim(
    "C31",
    (
        *reduces_overfitting(HALF, NONE, TWO_POINTS),
        Part("rise", risen(HALF), high=SOME, further=True),
        Part("quarter", narrower(QUARTER, NONE), high=-SOME, further=True),
        Part("best", gained_at_best, low=TWO_POINTS, unit="points", further=True),
    ),
)


def means_of(variant: str) -> dict[str, Shown]:
    """Gap, risen loss, and test accuracy at the end and at best of a variant; accuracies in points."""
    return {
        "gap": mean(lambda results: gap(results, variant)),
        "rise": mean(risen(variant)),
        "accuracy": points(lambda results: final(results, "test_accuracy", variant)),
        "best": points(best(variant)),
    }


NUMBERS: dict[str, Shown] = {
    f"{name}_{what}": number
    for name, variant in (("none", NONE), ("quarter", QUARTER), ("half", HALF))
    for what, number in means_of(variant).items()
}
