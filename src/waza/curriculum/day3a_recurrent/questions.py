"""The check questions of day 3, first half."""

import math
import random

from waza.curriculum.answers import Answer, Choice, Number, Points
from waza.curriculum.questions import Numbers, Question


def network_parameters(numbers: Numbers) -> Answer:
    """The parameters of a recurrent network with both biases, as it makes them."""
    from waza import models, nn

    inputs, units, outputs = (int(numbers[name]) for name in ("inputs", "units", "outputs"))
    return Number(parameters(models.SequenceModel(nn.Recurrent(nn.SimpleRNN(inputs, units)), outputs)))


def cell_parameters(kind: str) -> Answer:
    """The parameters of an LSTM's or a GRU's cell, as it makes them."""

    def answer(numbers: Numbers) -> Answer:
        from waza import nn

        inputs, units = int(numbers["inputs"]), int(numbers["units"])
        return Number(parameters(nn.LSTM(inputs, units) if kind == "lstm" else nn.GRU(inputs, units, reset="before")))

    return answer
