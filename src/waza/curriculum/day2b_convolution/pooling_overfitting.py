"""E7: does pooling reduce overfitting on 500 images?"""

from functools import partial

from waza import data, optim
from waza.curriculum.day2b_convolution.networks import POOLED, STRIDED, UNPOOLED, three_ways
from waza.curriculum.day2b_convolution.overfitting import POINT, better, gap, reduces_overfitting
from waza.curriculum.figures.loss_gap import loss_gap
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown
from waza.learners import Supervised
from waza.report import side_by_side
from waza.study import Claim, Part, Study, final

ROWS, HELD = 500, 1000
FIGURES = (side_by_side, partial(loss_gap, chart=side_by_side))


def study(data_name: str = "mnist") -> Study:
    """8@5x5 - 16@3x3 - 64, pooled, unpooled and strided, on 500 images; Adam 0.001, 300 steps of 50 rows.

    Each seed draws its own images.
    """
    dataset = data.load(data_name)
    return Study(
        name="pooling-overfitting",
        **per_seed(dataset, train=ROWS, test=HELD),
        variants={
            name: Supervised(model, optim.Adam(0.001), batch_size=50, probes=False)
            for name, model in three_ways(dataset).items()
        },
        baseline=UNPOOLED,
        seeds=20,
        first_seed=1000,
        steps=300,
        evaluate_every=100,
        claims=(C29,),
        figures=FIGURES,
    )


# The control: strides leave as few weights as pooling does.
C29 = Claim(
    "C29",
    (
        *reduces_overfitting(POOLED, UNPOOLED),
        Part("fewer-weights", better(STRIDED, UNPOOLED), low=POINT, unit="points", further=True),
    ),
)


def mean_gap(variant: str) -> Shown:
    """The mean gap at the end."""
    return lambda results: float(gap(results, variant).mean())


def mean_accuracy(variant: str) -> Shown:
    """The mean test accuracy at the end, in points."""
    return lambda results: 100 * float(final(results, "test_accuracy", variant).mean())


NUMBERS: dict[str, Shown] = {
    "pooled_gap": mean_gap(POOLED),
    "unpooled_gap": mean_gap(UNPOOLED),
    "pooled_accuracy": mean_accuracy(POOLED),
    "unpooled_accuracy": mean_accuracy(UNPOOLED),
    "strided_accuracy": mean_accuracy(STRIDED),
}
