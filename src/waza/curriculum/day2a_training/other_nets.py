"""E1: the course's comparison of starts at other widths, depths, activations and initial values."""

from functools import partial

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.report import side_by_side
from waza.study import Study, vary

HIDDEN = {
    "10-5": (10, 5),
    "40-20": (40, 20),
    "80-40": (80, 40),
    "four of 40, then 20": (40,) * 4 + (20,),
    "nine of 40, then 20": (40,) * 9 + (20,),
}
WIDEST = "1000-500"
STARTS = {
    "sigmoid, gaussian 0.01": (nn.sigmoid, nn.Gaussian(0.01)),
    "sigmoid, Xavier": (nn.sigmoid, nn.Xavier()),
    "ReLU, gaussian 0.01": (nn.relu, nn.Gaussian(0.01)),
    "ReLU, He": (nn.relu, nn.He()),
}
MORE_STARTS = {
    "sigmoid, He": (nn.sigmoid, nn.He()),
    "ReLU, Xavier": (nn.relu, nn.Xavier()),
    "tanh, gaussian 0.01": (nn.tanh, nn.Gaussian(0.01)),
    "tanh, Xavier": (nn.tanh, nn.Xavier()),
}
_PANELS = (
    *(tuple(f"{start}, {widths}" for widths in (*HIDDEN, WIDEST)) for start in STARTS),
    tuple(f"{start}, 40-20" for start in MORE_STARTS),
)
FIGURES = tuple(partial(side_by_side, variants=panel, within=(0, 1), shared=True) for panel in _PANELS)


def study(data_name: str = "digits") -> Study:
    """Six sets of widths and eight starts, SGD 0.1, minibatches of 100, 1,000 steps."""
    nets = {f"{start}, {widths}": (hidden, start) for widths, hidden in HIDDEN.items() for start in STARTS}
    nets |= {f"{start}, 40-20": (HIDDEN["40-20"], start) for start in MORE_STARTS}
    nets[f"ReLU, He, {WIDEST}"] = ((1000, 500), "ReLU, He")
    base = Supervised(models.MLP((784, 10)), optim.SGD(0.1), probes=False)
    recipes = STARTS | MORE_STARTS

    def learner(hidden: tuple[int, ...], start: str) -> Supervised:
        activation, initializer = recipes[start]
        return vary(base, model={"sizes": (784, *hidden, 10), "activation": activation, "initializer": initializer})

    return Study(
        name="other-nets",
        data=data.load(data_name),
        variants={name: learner(hidden, start) for name, (hidden, start) in nets.items()},
        baseline="ReLU, He, 40-20",
        first_seed=5000,
        steps=1000,
        evaluate_every=100,
        figures=FIGURES,
    )
