"""E12: strings in one stream without a reset: what clears the memory?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Array

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.shown import Shown, points
from waza.data import Dataset, Split, tasks
from waza.learners import Mean, Measure, TruncatedBPTT
from waza.report import side_by_side
from waza.study import Claim, MoreOften, Share, Study, Trained, final

FORGETS, KEEPS, PLAIN = "LSTM with forget gate", "LSTM without forget gate", "simple RNN"
SYMBOLS, UNITS, STEPS = 7, 16, 3000
TRAIN, TEST = 200_000, 60_000
REMEMBERS = 0.9


class Remembered(nn.CrossEntropy):
    """The cross entropy of the next symbol, with the accuracy on the symbols that have to be remembered.

    Targets are (positions, 2): the next symbol, and whether it has to be remembered. "remembered" is the share of such
    symbols that are right; all other positions have weight 0.
    """

    def measures(self) -> tuple[Measure, ...]:
        """The share of remembered symbols, and the measures of the cross entropy."""
        return Measure("remembered", "higher", bounds=(0, 1)), *super().measures()

    def __call__(self, outputs: Array, targets: Array, weights: Array | None = None) -> dict[str, Any]:
        """The measures of each position."""
        measures = super().__call__(outputs, targets[:, 0])
        asked = targets[:, 1].astype(outputs.dtype)
        return measures | {"remembered": Mean(measures["accuracy"] * asked, asked)}

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The best constant answers; one of the two symbols to be remembered is right half of the time."""
        return super().chance(targets[:, 0]) | {"remembered": 0.5}


FIGURES = (side_by_side,)


def study() -> Study:
    """Embedded Reber strings in one stream; 16 units, 20 lanes, windows of 40, Adam 0.005 to 0, 3,000 steps."""
    cells = {
        FORGETS: nn.LSTM(SYMBOLS, UNITS),
        KEEPS: nn.LSTM(SYMBOLS, UNITS, forget_gate=False),
        PLAIN: nn.SimpleRNN(SYMBOLS, UNITS),
    }
    return Study(
        name="forget-gate",
        data=cut(tasks.reber_stream(train_strings=18_000, validation_strings=0, test_strings=5_500)),
        variants={name: learner(cell) for name, cell in cells.items()},
        measure="test_remembered",
        seeds=20,
        first_seed=1000,  # the rule was written after seeds 0 to 19 had been seen
        trained=Trained("test_remembered", REMEMBERS),
        steps=STEPS,
        evaluate_every=1500,
        claims=(C36,),
        figures=FIGURES,
    )


def cut(data: Dataset) -> Dataset:
    """The first symbols of the streams, as many as are available for every seed of the data."""
    train, test = (Split(*(part[:size] for part in split)) for split, size in ((data.train, TRAIN), (data.test, TEST)))
    return data._replace(train=train, test=test, validation=None)


def learner(cell: nn.Cell) -> TruncatedBPTT:
    """A cell with one output per symbol."""
    model = models.SequenceModel(nn.Recurrent(cell), SYMBOLS)
    optimizer = falling_adam(0.005, STEPS)
    return TruncatedBPTT(model, optimizer, Remembered(), batch_size=20, window=40)


def remembers(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether at least 90 % of the symbols to be remembered are right."""
    return lambda results: final(results, "test_remembered", variant) >= REMEMBERS


# "Clears": without a reset most seeds of the cell that can forget remember, and more than of the cell that cannot by at
# least 20 points. A simple RNN, which always forgets, qualifies the answer.
C36 = Claim(
    "C36",
    (
        Share("remembers", remembers(FORGETS), low=0.5, unit="points"),
        MoreOften("more-than-without", remembers(FORGETS), remembers(KEEPS), low=0.2, unit="points"),
        MoreOften("more-than-rnn", remembers(FORGETS), remembers(PLAIN), low=0.2, unit="points", further=True),
    ),
)


def right(variant: str) -> Shown:
    """The median over seeds of the percentage of remembered symbols that are right."""
    return lambda results: float(final(results, "test_remembered", variant).median()) * 100


NUMBERS: dict[str, Shown] = {
    "forgets": points(remembers(FORGETS)),
    "keeps": points(remembers(KEEPS)),
    "rnn": points(remembers(PLAIN)),
    "forgets_right": right(FORGETS),
    "keeps_right": right(KEEPS),
    "rnn_right": right(PLAIN),
}
