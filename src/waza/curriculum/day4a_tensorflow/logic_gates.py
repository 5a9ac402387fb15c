"""E17: a perceptron on OR, AND and XOR, and hidden layers that solve XOR."""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import models, nn, optim
from waza.curriculum.day4a_tensorflow.logic import (
    GATES,
    SOLVED,
    GateLoss,
    OnGate,
    most_right,
    patterns,
    separable,
)
from waza.curriculum.shown import Shown, exact, points
from waza.report import over_steps
from waza.study import Claim, Exact, Share, Study, final

STEPS, EARLY = 10_000, 100
PERCEPTRON = {gate: f"{gate}, perceptron" for gate in GATES}
HIDDEN = {2: "XOR, 2 hidden units", 4: "XOR, 4 hidden units", 16: "XOR, 16 hidden units"}
RELU = "XOR, 2 hidden units, ReLU"
FIGURES = (
    partial(over_steps, measure=SOLVED, variants=tuple(PERCEPTRON.values())),
    partial(over_steps, measure=SOLVED, variants=(*HIDDEN.values(), RELU)),
)


def study() -> Study:
    """A sigmoid unit on two bits, and 2, 4 or 16 tanh units before it; rate 0.1, 10,000 steps of one pattern."""
    return Study(
        name="logic-gates",
        data=patterns(),
        variants={
            **{name: learner(gate, models.MLP((2, 1), initializer=nn.Xavier())) for gate, name in PERCEPTRON.items()},
            **{name: learner("XOR", hidden(units)) for units, name in HIDDEN.items()},
            RELU: learner("XOR", models.MLP((2, 2, 1))),
        },
        measure=SOLVED,
        seeds=100,
        first_seed=1000,
        block=100,
        steps=STEPS,
        evaluate_every=EARLY,
        claims=(T4, T5),
        figures=FIGURES,
    )


def hidden(units: int) -> models.MLP:
    """The network 2-units-1 with tanh and Xavier's initial values."""
    return models.MLP((2, units, 1), nn.tanh, nn.Xavier())


def learner(gate: str, model: models.MLP) -> OnGate:
    """Gradient descent at rate 0.1, one pattern a step."""
    return OnGate(model, optim.SGD(0.1), GateLoss(gate), batch_size=1, probes=False)


def solved(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether all four patterns are right at the end, for each seed."""
    return lambda results: final(results, SOLVED, variant) > 0.5


def solved_early(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether all four patterns are right after 100 steps."""
    return lambda results: results[SOLVED].sel(variant=variant, step=EARLY) > 0.5


# "Learns": at least 90 % of the seeds end with all four patterns right. That no perceptron can learn XOR is computed:
# no line has a positive margin, and the best line puts 3 of 4 patterns on the right side.
T4 = Claim(
    "T4",
    (
        Share("or", solved(PERCEPTRON["OR"]), low=0.9, unit="points"),
        Share("and", solved(PERCEPTRON["AND"]), low=0.9, unit="points"),
        Exact("xor", lambda: most_right(GATES["XOR"]), high=0.99, unit="points"),
        Share("or-early", solved_early(PERCEPTRON["OR"]), low=0.9, unit="points", further=True),
        Share("and-early", solved_early(PERCEPTRON["AND"]), low=0.9, unit="points", further=True),
    ),
)
# "Solves": the same share of the seeds, for each number of hidden units.
T5 = Claim(
    "T5",
    tuple(
        Share(f"hidden-{units}", solved(name), low=0.9, unit="points", case=f"{units} hidden units")
        for units, name in HIDDEN.items()
    ),
)

NUMBERS: dict[str, Shown] = {
    "or": points(solved(PERCEPTRON["OR"])),
    "and": points(solved(PERCEPTRON["AND"])),
    "or_early": points(solved_early(PERCEPTRON["OR"])),
    "and_early": points(solved_early(PERCEPTRON["AND"])),
    "xor": points(solved(PERCEPTRON["XOR"])),
    "xor_right": points(lambda results: final(results, "test_accuracy", PERCEPTRON["XOR"])),
    "two": points(solved(HIDDEN[2])),
    "four": points(solved(HIDDEN[4])),
    "sixteen": points(solved(HIDDEN[16])),
    "relu": points(solved(RELU)),
    "best_line": exact(lambda: 100 * most_right(GATES["XOR"])),
    "separable": exact(lambda: len(separable())),
}
