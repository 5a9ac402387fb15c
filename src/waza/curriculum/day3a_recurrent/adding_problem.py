"""E10: adding two marked numbers among a hundred: which cells remember that long?"""

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.data import tasks
from waza.learners import Supervised
from waza.report import over_steps, side_by_side
from waza.study import Study

LENGTH, UNITS, STEPS = 100, 24, 4000
KEPT = 5.0
FIGURES = (side_by_side, over_steps)


def study() -> Study:
    """Sequences of 100; 24 units, Adam 0.01 to 0, 4,000 steps of 50 rows; within 0.04 is right, as in the paper."""
    cells = {
        "simple RNN": nn.SimpleRNN(2, UNITS),
        "LSTM, forget bias 1": nn.LSTM(2, UNITS),
        "LSTM, forget bias 5": nn.LSTM(2, UNITS, forget_bias=KEPT),
        "LSTM, coupled, forget bias 5": nn.LSTM(2, UNITS, forget_bias=KEPT, coupled=True),
        "GRU, update bias 5": nn.GRU(2, UNITS, update_bias=KEPT),
    }
    return Study(
        name="adding-problem",
        data=tasks.adding(LENGTH),
        variants={
            name: Supervised(
                models.SequenceModel(nn.Recurrent(cell), 1, read="last"),
                falling_adam(0.01, STEPS),
                nn.SquaredError(within=0.04),
                batch_size=50,
                probes=False,
            )
            for name, cell in cells.items()
        },
        steps=STEPS,
        evaluate_every=500,
        figures=FIGURES,
    )
