"""E3: five optimisers at the course's one rate, and each at its own."""

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.study import Study, Tuning
from waza.study.tuning import geometric

OPTIMIZERS = {
    "SGD": optim.SGD(0.01),
    "momentum": optim.Momentum(0.01),
    "AdaGrad": optim.AdaGrad(0.01),
    "RMSProp": optim.RMSProp(0.01, 0.99),
    "Adam": optim.Adam(0.01),
}
RATES = geometric(1e-4, 10.0, 16)


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid, gaussian 0.01, 1,000 steps; 1,000 rows of the training split choose the rates."""
    model = models.MLP((784, 40, 20, 10), activation=nn.sigmoid, initializer=nn.Gaussian(0.01))
    return Study(
        name="optimisers",
        data=data.hold_out(data.load(data_name), 1000),
        variants={name: Supervised(model, optimizer) for name, optimizer in OPTIMIZERS.items()},
        steps=1000,
        tuning=Tuning(grid={name: {"optimizer.learning_rate": RATES} for name in OPTIMIZERS}),
        claims=(),
    )
