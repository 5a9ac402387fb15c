"""E17: four convolutions on small photographs, beside softmax regression."""

import math

from waza import data, models, nn, optim
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown, accuracy
from waza.learners import Supervised
from waza.models import Convolution
from waza.report import over_steps, side_by_side
from waza.study import Study

STEPS = 300
CONV, SOFTMAX = "four convolutions", "softmax regression"
FIGURES = (over_steps, side_by_side)


def study(data_name: str = "cifar10_jpg") -> Study:
    """32-32-pool-64-64-pool-512 of 3x3 with dropout 0.5, and a softmax of the pixels; Adam 0.001, 300 steps of 32."""
    dataset = data.load(data_name)
    classes, image = classes_of(dataset), image_of(dataset)
    convolutions = tuple(
        Convolution(filters, padding=1, pool=nn.MaxPool(2) if last else None)
        for filters in (32, 64)
        for last in (False, True)
    )
    networks: dict[str, nn.Layer] = {
        CONV: models.ConvNet(convolutions, (512,), classes, image, dropout=nn.Dropout(0.5)),
        SOFTMAX: models.MLP((math.prod(image), classes)),
    }
    return Study(
        name="cifar-convnet",
        **per_seed(dataset, train=4000, test=1000),
        variants={
            name: Supervised(model, optim.Adam(0.001), batch_size=32, probes=False) for name, model in networks.items()
        },
        seeds=5,
        first_seed=100,
        block=5,
        steps=STEPS,
        evaluate_every=100,
        mapping="seeds",
        figures=FIGURES,
    )


NUMBERS: dict[str, Shown] = {"conv": accuracy(CONV), "softmax": accuracy(SOFTMAX)}
