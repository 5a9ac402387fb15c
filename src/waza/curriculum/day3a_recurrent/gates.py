"""E10: what the input and output gates add to the constant error carousel (CEC)."""

from collections.abc import Callable
from typing import Any

import xarray as xr

from waza import models, nn, optim
from waza.curriculum.shown import Shown, points
from waza.data import tasks
from waza.learners import Supervised
from waza.report import side_by_side
from waza.study import Claim, MoreOften, Share, Study, Trained, final

BARE, INPUT, OUTPUT, BOTH = "CEC alone", "with input gate", "with output gate", "with both gates"
LENGTH, UNITS, STEPS = 30, 16, 1500
SOLVED = 0.9
FIGURES = (side_by_side,)


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
        seeds=20,
        first_seed=1000,  # the rule was written after seeds 0 to 9 had been seen
        trained=Trained("test_accuracy", SOLVED),
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


def solves(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether at least 90 % of the sums are right."""
    return lambda results: final(results, "test_accuracy", variant) >= SOLVED


# "Solve what the CEC alone cannot": most seeds with both gates solve the task, and more than with the CEC alone by at
# least half of the seeds. What each gate adds qualifies the answer.
C35 = Claim(
    "C35",
    (
        Share("both", solves(BOTH), low=0.5, unit="points"),
        MoreOften("both-over-none", solves(BOTH), solves(BARE), low=0.5, unit="points"),
        MoreOften("input", solves(INPUT), solves(BARE), low=0.5, unit="points", further=True),
        MoreOften("output", solves(OUTPUT), solves(BARE), low=0.5, unit="points", further=True),
    ),
)


def right(variant: str, quantile: float = 0.5) -> Shown:
    """A quantile over seeds of the percentage of sums that are right."""
    return lambda results: float(final(results, "test_accuracy", variant).quantile(quantile)) * 100


NUMBERS: dict[str, Shown] = {
    "both": points(solves(BOTH)),
    "input": points(solves(INPUT)),
    "output": points(solves(OUTPUT)),
    "bare": points(solves(BARE)),
    "both_right": right(BOTH),
    "input_right": right(INPUT),
    "output_right": right(OUTPUT),
    "output_least": right(OUTPUT, 0),
    "output_most": right(OUTPUT, 1),
    "bare_right": right(BARE),
}
