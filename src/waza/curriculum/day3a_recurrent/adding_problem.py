"""E10: adding two marked numbers among a hundred: which cells remember that long?"""

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.shown import Shown
from waza.data import tasks
from waza.learners import Supervised
from waza.report import over_steps, side_by_side
from waza.study import Study, Trained, final

LENGTH, UNITS, STEPS = 100, 24, 4000
KEPT = 5.0
RNN, LSTM_1, LSTM_5 = "simple RNN", "LSTM, forget bias 1", "LSTM, forget bias 5"
COUPLED, GRU = "LSTM, coupled, forget bias 5", "GRU, update bias 5"
SOLVED = 0.9
FIGURES = (side_by_side, over_steps)


def study() -> Study:
    """Sequences of 100; 24 units, Adam 0.01 to 0, 4,000 steps of 50 rows; within 0.04 is right, as in the paper."""
    cells = {
        RNN: nn.SimpleRNN(2, UNITS),
        LSTM_1: nn.LSTM(2, UNITS),
        LSTM_5: nn.LSTM(2, UNITS, forget_bias=KEPT),
        COUPLED: nn.LSTM(2, UNITS, forget_bias=KEPT, coupled=True),
        GRU: nn.GRU(2, UNITS, update_bias=KEPT),
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
        trained=Trained("test_accuracy", SOLVED),
        steps=STEPS,
        evaluate_every=500,
        figures=FIGURES,
    )


def share(variant: str) -> Shown:
    """The percentage of seeds that get at least 90 % of the sums right."""
    return lambda results: float((final(results, "test_accuracy", variant) >= SOLVED).mean()) * 100


NUMBERS: dict[str, Shown] = {
    "rnn": share(RNN),
    "bias1": share(LSTM_1),
    "bias5": share(LSTM_5),
    "coupled": share(COUPLED),
    "gru": share(GRU),
    "constant": lambda results: float(results.attrs["chance_test_accuracy"]) * 100,
}
