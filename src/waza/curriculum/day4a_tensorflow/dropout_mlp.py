"""E17: two wide hidden layers with dropout."""

from functools import partial

from waza import data, models, nn, optim
from waza.curriculum.day2b_convolution.networks import classes_of
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown, accuracy, mean, points
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Study, final

COURSE, NONE = "dropout 0.5", "no dropout"
RATES = {COURSE: 0.5, NONE: 0.0}
FIGURES = (over_steps, partial(over_steps, measure="test_loss"))


def study(data_name: str = "mnist") -> Study:
    """784-600-300-10 with ReLU and He, on 2,000 images a seed; Adam 0.001, 400 steps of 100 images."""
    dataset = data.load(data_name)
    variants = {
        name: models.MLP((784, 600, 300, classes_of(dataset)), dropout=nn.Dropout(rate)) for name, rate in RATES.items()
    }
    return Study(
        name="dropout-mlp",
        **per_seed(dataset, train=2000, test=1000),
        variants={name: Supervised(model, optim.Adam(0.001), probes=False) for name, model in variants.items()},
        seeds=10,
        first_seed=100,
        block=5,
        steps=400,
        evaluate_every=50,
        figures=FIGURES,
    )


NUMBERS: dict[str, Shown] = {
    "course": accuracy(COURSE),
    "none": accuracy(NONE),
    "course_train": points(lambda results: final(results, "train_accuracy", COURSE)),
    "none_train": points(lambda results: final(results, "train_accuracy", NONE)),
    "course_loss": mean(lambda results: final(results, "test_loss", COURSE)),
    "none_loss": mean(lambda results: final(results, "test_loss", NONE)),
}
