"""E1: two formulas for Xavier's initial values, where the widths of the layers differ."""

from functools import partial

from jaxtyping import Array, Float

from waza import data, models, nn, optim
from waza.curriculum.day2a_training.signal_propagation import ORDER_OF_MAGNITUDE, change
from waza.learners import Supervised
from waza.report import over_layers
from waza.study import Claim, Part, Study

SIZES = (784, 512, 256, 128, 64, 32, 10)
HIDDEN = len(SIZES) - 2
IN, AVERAGE = "1/n_in", "2/(n_in + n_out)"
FORMS = {IN: nn.Xavier("in"), AVERAGE: nn.Xavier("average")}


def linear(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The identity, which has slope 1 everywhere, as Xavier's derivation assumes."""
    return x


FIGURES = (
    partial(over_layers, measure="activation_square", prefix="hidden."),
    partial(over_layers, measure="signal_gradient_square", prefix="hidden."),
)


def study(data_name: str = "digits") -> Study:
    """784-512-256-128-64-32-10 without nonlinearity, evaluated at its initial values."""
    return Study(
        name="xavier-forms",
        data=data.load(data_name),
        variants={name: Supervised(models.MLP(SIZES, linear, form), optim.SGD(0.1)) for name, form in FORMS.items()},
        measure="activation_square",
        first_seed=1000,
        steps=0,
        claims=(C02,),
        figures=FIGURES,
    )


# The notes' formula is judged; the paper's is shown for comparison.
C02 = Claim(
    "C02",
    tuple(
        Part(f"in-{way}", change(IN, measure, HIDDEN), low=-ORDER_OF_MAGNITUDE, high=ORDER_OF_MAGNITUDE, unit="log10")
        for way, measure in (("forward", "activation_square"), ("backward", "signal_gradient_square"))
    ),
)
