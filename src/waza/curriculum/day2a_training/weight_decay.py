"""Is L2 regularisation the same as weight decay?"""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.study import Claim, Part, Study, final, vary

STRENGTH = 0.01
OPTIMIZERS = {"SGD": optim.SGD(0.1), "Adam": optim.Adam(0.001)}


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, ReLU, He, 1,000 steps; one strength as penalty and as decay, under SGD 0.1 and Adam 0.001."""
    variants = {}
    for name, optimizer in OPTIMIZERS.items():
        base = Supervised(models.MLP((784, 40, 20, 10)), optimizer)
        variants[f"{name}, L2"] = vary(base, penalty=nn.L2(STRENGTH))
        variants[f"{name}, decay"] = vary(base, optimizer=optim.WeightDecay(optimizer, STRENGTH))
        variants[f"{name}, neither"] = base
    return Study(name="weight-decay", data=data.load(data_name), variants=variants, steps=1000, claims=(C25,))


def difference(optimizer: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the training loss with the L2 penalty over that with weight decay."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        penalty, decay = (final(results, "train_loss", f"{optimizer}, {kind}") for kind in ("L2", "decay"))
        return xr.ufuncs.log10(penalty / decay)

    return effect


# Equal: the same training loss within 2 % (0.01 powers of ten).
C25 = Claim(
    "C25",
    tuple(Part(name.lower(), difference(name), -0.01, 0.01, "log10", margin=0.01) for name in OPTIMIZERS),
)
