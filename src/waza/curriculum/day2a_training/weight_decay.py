"""E4: is L2 regularisation the same as weight decay?"""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.report import over_numbers
from waza.study import Claim, Part, Study, final, vary

STRENGTHS = (0.001, 0.01, 0.1, 1.0)
OPTIMIZERS = {"SGD": optim.SGD(0.1), "Adam": optim.Adam(0.001)}


def name_of(optimizer: str, kind: str, strength: float) -> str:
    """The variant with an L2 penalty or weight decay of this strength."""
    return f"{optimizer}, {kind} {strength:g}"


FIGURES = (partial(over_numbers, measure="train_loss"), over_numbers)


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, ReLU, He, 1,000 steps, SGD 0.1 and Adam 0.001; strengths 0.001 to 1 as penalty and as decay."""
    variants = {}
    for name, optimizer in OPTIMIZERS.items():
        base = Supervised(models.MLP((784, 40, 20, 10)), optimizer, probes=False)
        variants[f"{name}, neither"] = base
        for strength in STRENGTHS:
            variants[name_of(name, "L2", strength)] = vary(base, penalty=nn.L2(strength))
            variants[name_of(name, "decay", strength)] = vary(base, optimizer=optim.WeightDecay(optimizer, strength))
    return Study(
        name="weight-decay",
        data=data.load(data_name),
        variants=variants,
        seeds=20,
        first_seed=2000,
        steps=1000,
        claims=(C25,),
        figures=FIGURES,
    )


def difference(optimizer: str, strength: float) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the training loss with the L2 penalty over that with weight decay of the same strength."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        penalty, decay = (final(results, "train_loss", name_of(optimizer, kind, strength)) for kind in ("L2", "decay"))
        return xr.ufuncs.log10(penalty / decay)

    return effect


# Equal: the same training loss within 2 % (0.01 powers of ten), at each strength.
C25 = Claim(
    "C25",
    tuple(
        Part(f"{name.lower()}-{strength:g}", difference(name, strength), low=-0.01, high=0.01, unit="log10")
        for name in OPTIMIZERS
        for strength in STRENGTHS
    ),
)
