"""E8: the course's deep network, with and without dropout."""

from functools import partial

from waza import data, models, optim
from waza.core.vary import vary
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Study

STEPS = 200
DROPOUT, NONE = "dropout 0.5", "no dropout"
FIGURES = (over_steps, partial(over_steps, measure="train_loss"))


def study(data_name: str = "digits") -> Study:
    """16-16-pool-32-32-pool-64-64-pool of 3x3, 50 hidden units, He; Adam, 200 steps of 50 rows.

    The rate falls from the course's 0.001 to 0 along a cosine, so that the weights settle in the last steps.
    """
    dataset = data.load(data_name)
    model = models.deep_convnet(image_of(dataset), classes_of(dataset))
    constant = Supervised(model, optim.Adam(0.001), batch_size=50, probes=False)
    falling = vary(constant, optimizer={"learning_rate": optim.CosineDecay(0.001, STEPS)})
    return Study(
        name="deep-convnet",
        data=dataset,
        variants={DROPOUT: falling, NONE: vary(falling, model={"dropout": {"rate": 0.0}})},
        seeds=5,
        block=5,
        steps=STEPS,
        evaluate_every=100,
        figures=FIGURES,
    )
