"""E10: do peepholes help to measure time?"""

from collections.abc import Callable

import xarray as xr

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.data import tasks
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

UNITS, STEPS = (1, 2, 8), 1500


def name_of(units: int, peepholes: bool) -> str:
    """The name of a variant."""
    return f"{units} unit{'s' * (units > 1)}{', peepholes' * peepholes}"


FIGURES = (over_steps,)


def study() -> Study:
    """The delay of 5 to 35 steps between two spikes; Adam 0.01 to 0 along a cosine, 1,500 steps of 20 rows."""
    return Study(
        name="peepholes",
        data=tasks.spike_delays(length=40, shortest=5, longest=35, rows=2000),
        variants={name_of(units, seen): learner(units, seen) for units in UNITS for seen in (False, True)},
        measure="test_loss",
        seeds=100,
        steps=STEPS,
        evaluate_every=250,
        claims=(C37,),
        figures=FIGURES,
    )


def learner(units: int, peepholes: bool) -> Supervised:
    """An LSTM read at the second spike."""
    model = models.SequenceModel(nn.Recurrent(nn.LSTM(1, units, peepholes=peepholes)), 1, read="last")
    optimizer = falling_adam(0.01, STEPS)
    return Supervised(model, optimizer, nn.SquaredError(), batch_size=20, probes=False)


def helped(units: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the test loss with peepholes over that without."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        with_them, without = (final(results, "test_loss", name_of(units, seen)) for seen in (True, False))
        return xr.ufuncs.log10(with_them / without)

    return effect


# "Help": the loss is smaller by at least a fifth (0.1 powers of ten).
C37 = Claim(
    "C37",
    tuple(Part(f"units-{units}", helped(units), high=-0.1, unit="log10") for units in UNITS),
)
