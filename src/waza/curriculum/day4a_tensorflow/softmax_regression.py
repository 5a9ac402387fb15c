"""E17: softmax regression on MNIST, 100 steps."""

from functools import partial

from waza import data, models, nn, optim
from waza.curriculum.day2b_convolution.networks import classes_of
from waza.curriculum.shown import Shown, accuracy
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Study

STEPS = 1000
COURSE, LARGER, SMALLER = "rate 0.1", "rate 0.5", "rate 0.01"
RATES = {COURSE: 0.1, LARGER: 0.5, SMALLER: 0.01}
FIGURES = (over_steps, partial(over_steps, measure="test_loss"))


def study(data_name: str = "mnist") -> Study:
    """784-10, gradient descent from gaussian 0.01; the course's 100 steps of 100 images, and on to 1,000."""
    dataset = data.load(data_name)
    model = models.MLP((784, classes_of(dataset)), initializer=nn.Gaussian(0.01))
    return Study(
        name="softmax-regression",
        data=dataset,
        variants={
            name: Supervised(model, optim.SGD(rate), batch_size=100, probes=False) for name, rate in RATES.items()
        },
        seeds=10,
        first_seed=100,
        steps=STEPS,
        evaluate_every=50,
        figures=FIGURES,
    )


NUMBERS: dict[str, Shown] = {
    "course": accuracy(COURSE, 100),
    "course_end": accuracy(COURSE),
    "larger": accuracy(LARGER, 100),
    "larger_end": accuracy(LARGER),
    "smaller": accuracy(SMALLER, 100),
}
