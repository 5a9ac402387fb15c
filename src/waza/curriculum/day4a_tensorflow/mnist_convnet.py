"""E17: two convolutions on MNIST, beside the other networks of the exercises."""

from waza import data, models, nn, optim
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown, accuracy
from waza.learners import Supervised
from waza.models import Convolution
from waza.report import over_steps, side_by_side
from waza.study import Study

CONV, MLP, SOFTMAX = "two convolutions", "784-600-300-10", "softmax regression"
FIGURES = (over_steps, side_by_side)


def study(data_name: str = "mnist") -> Study:
    """32@5x5-pool-64@5x5-pool-1024 with dropout 0.5, 784-600-300-10 and 784-10 on the same 2,000 images a seed."""
    dataset = data.load(data_name)
    classes, pool, dropout = classes_of(dataset), nn.MaxPool(2), nn.Dropout(0.5)
    convolutions = tuple(Convolution(filters, 5, padding="same", pool=pool) for filters in (32, 64))
    networks: dict[str, nn.Layer] = {
        CONV: models.ConvNet(convolutions, (1024,), classes, image_of(dataset), dropout=dropout),
        MLP: models.MLP((784, 600, 300, classes), dropout=dropout),
        SOFTMAX: models.MLP((784, classes)),
    }
    return Study(
        name="mnist-convnet",
        **per_seed(dataset, train=2000, test=1000),
        variants={
            name: Supervised(model, optim.Adam(0.001), batch_size=50, probes=False) for name, model in networks.items()
        },
        seeds=5,
        first_seed=100,
        block=5,
        steps=200,
        evaluate_every=50,
        mapping="seeds",
        figures=FIGURES,
    )


NUMBERS: dict[str, Shown] = {"conv": accuracy(CONV), "mlp": accuracy(MLP), "softmax": accuracy(SOFTMAX)}
