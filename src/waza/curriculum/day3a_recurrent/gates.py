"""E10: what the input and output gates add to the constant error carousel (CEC)."""

from collections.abc import Callable
from typing import Any

import xarray as xr

from waza import models, nn, optim
from waza.data import tasks
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

BARE, INPUT, OUTPUT, BOTH = "CEC alone", "with input gate", "with output gate", "with both gates"
LENGTH, UNITS, STEPS = 30, 16, 1500
FIGURES = (over_steps,)


def study() -> Study:
    """The adding problem over 30 steps; 16 units without forget gate, Adam 0.01, 1,500 steps of 50 rows."""
    return Study(
        name="gates",
        data=tasks.adding(LENGTH),
        variants={
            BARE: learner(input_gate=False, output_gate=False),
            INPUT: learner(output_gate=False),
            OUTPUT: learner(input_gate=False),
            BOTH: learner(),
        },
        baseline=BARE,
        steps=STEPS,
        evaluate_every=250,
        claims=(C35,),
        figures=FIGURES,
    )


def learner(**gates: Any) -> Supervised:
    """The cell of 1997 with these gates, read at the last step; a sum counts as right within 0.04, as in the paper."""
    model = models.SequenceModel(nn.Recurrent(nn.LSTM(2, UNITS, forget_gate=False, **gates)), 1, read="last")
    optimizer = optim.ClipByNorm(optim.Adam(0.01), 1.0)
    return Supervised(model, optimizer, nn.SquaredError(within=0.04), batch_size=50, probes=False)


def ahead(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of right sums of `variant` minus that of `other`."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", other)


# "Solve": each gate alone, and both, get more sums right than the CEC alone; less than 5 points is no difference.
C35 = Claim(
    "C35",
    (
        Part("both", ahead(BOTH, BARE), low=0.05, unit="points"),
        Part("input", ahead(INPUT, BARE), low=0.05, unit="points"),
        Part("output", ahead(OUTPUT, BARE), low=0.05, unit="points"),
        Part("one-is-not-both", ahead(BOTH, INPUT), low=0.05, unit="points"),
    ),
)
