"""The check questions of day 3, first half."""

import math
import random
from typing import Any

from waza.curriculum.answers import Answer, Choice, Number, Points
from waza.curriculum.questions import Numbers, Question


def network_parameters(numbers: Numbers) -> Answer:
    """The number of parameters that a recurrent network with both biases creates."""
    from waza import models, nn

    inputs, units, outputs = (int(numbers[name]) for name in ("inputs", "units", "outputs"))
    return Number(_parameters(models.SequenceModel(nn.Recurrent(nn.SimpleRNN(inputs, units)), outputs)))


def lstm_parameters(numbers: Numbers) -> Answer:
    """The number of parameters that an LSTM cell creates."""
    from waza import nn

    return Number(_parameters(nn.LSTM(int(numbers["inputs"]), int(numbers["units"]))))


def gru_parameters(numbers: Numbers) -> Answer:
    """The number of parameters that a GRU cell in its original form creates."""
    from waza import nn

    return Number(_parameters(nn.GRU(int(numbers["inputs"]), int(numbers["units"]), reset="before")))


def _parameters(recipe: Any) -> int:
    import jax

    return sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(recipe.init, jax.random.key(0))))


def network_sizes(rng: random.Random) -> Numbers:
    """A network small enough that a forgotten bias shows in three digits."""
    return {"inputs": rng.randint(1, 4), "units": rng.randint(3, 8), "outputs": rng.randint(1, 3)}


def cell_sizes(rng: random.Random) -> Numbers:
    """The inputs and the units of a cell."""
    return {"inputs": rng.randint(2, 10), "units": rng.randint(4, 20)}


def first_output(numbers: Numbers) -> float:
    """y_1 of a real recurrent network with one unit and with sigmoids in both layers."""
    import jax.numpy as jnp

    from waza import models, nn

    n = {name: jnp.full((1, 1), float(value)) for name, value in numbers.items()}
    model = models.SequenceModel(nn.Recurrent(nn.SimpleRNN(1, 1, activation=nn.sigmoid)), 1, activation=nn.sigmoid)
    variables = {
        "recurrent": {"cell": {"input": n["w_in"], "recurrent": n["w"], "bias": n["b"][0]}},
        "output": {"weight": n["w_out"], "bias": n["c"][0]},
    }
    y, _ = model.scan(variables, n["x1"][None], nn.Pass(), n["s0"])
    return float(y[0, 0, 0])


def output_formula(numbers: Numbers) -> Answer:
    """The option of P44 whose value equals the network's output."""

    g = _sigmoid
    x1, s0, w_in, w, b, w_out, c = (float(numbers[name]) for name in ("x1", "s0", "w_in", "w", "b", "w_out", "c"))
    s1 = g(w_in * x1 + w * s0 + b)
    options = (
        g(w_out * (w_in * x1 + w * s0 + b) + c),
        g(w_out * s1 + c),
        g(w_out * g(w_in * x1 + b) + w * s0 + c),
        g(w_out * g(w_in * x1 + w * s1 + b) + c),
    )
    value = first_output(numbers)
    return Choice(1 + min(range(4), key=lambda i: abs(options[i] - value)), options=4)


def step_numbers(rng: random.Random) -> Numbers:
    """Numbers that all influence y_1, since no sigmoid is saturated."""
    return step(
        x1=rng.randint(1, 3),
        s0=rng.choice((0.25, 0.5, 0.75)),
        w_in=rng.choice((-1.0, -0.5, 0.5, 1.0)),
        w=rng.choice((-3, -2, 2, 3)),
        u=rng.choice((-1.0, -0.5, 0.5, 1.0)),
        w_out=rng.choice((-4, -3, 3, 4)),
        c=rng.choice((-2, -1)),
    )


def step(x1: int, s0: float, w_in: float, w: int, u: float, w_out: int, c: int) -> Numbers:
    """These numbers, the bias b for which the hidden sigmoid's argument is u, and s1 for the explanation."""
    b, s1 = u - w_in * x1 - w * s0, round(_sigmoid(u), 4)
    return {"x1": x1, "s0": s0, "w_in": w_in, "w": w, "b": b, "u": u, "s1": s1, "w_out": w_out, "c": c}


def _sigmoid(v: float) -> float:
    return 1 / (1 + math.exp(-v))


NETWORK: Numbers = {"inputs": 2, "units": 4, "outputs": 1}
CELL: Numbers = {"inputs": 8, "units": 16}
STEP = step(x1=2, s0=0.5, w_in=1.0, w=-2, u=0.5, w_out=3, c=-2)

QUESTIONS = (
    Question(
        "P23",
        lambda _: Points(
            {
                "before": (
                    *("previous", "last", "before", "earlier", "past", "t-1", "t - 1", "recur", "itself"),
                    *("next step", "next time", "t+1", "t + 1", "hidden to hidden", "hidden-to-hidden"),
                    *("前の", "つ前", "前時刻", "前ステップ", "直前", "前回", "過去", "次の時刻", "再帰", "自身"),
                    *("中間層から中間層", "中間層同士", "隠れ層から隠れ層", "隠れ層同士"),
                ),
                "hidden": ("hidden", "middle", "state", "中間", "隠れ層", "状態"),
            },
            needed=2,
        ),
        "binary-addition",
    ),
    Question("P23-count", network_parameters, "binary-addition", (), NETWORK, network_sizes),
    Question("P44", output_formula, "binary-addition", (), STEP),
    Question("P44-value", lambda numbers: Number(first_output(numbers)), "binary-addition", (), STEP, step_numbers),
    Question("P71", lambda _: Choice(2, options=4), "distractor"),
    Question(
        "P87",
        lambda _: Points(
            {
                "lstm": ("parameter", "comput", "cost", "expensive", "slow", "パラメータ", "計算", "遅い", "重みの数"),
                "cec": (
                    *("alike", "same weight", "equal", "uniform", "constant weight", "fixed", "regardless of time"),
                    *("not learn", "cannot learn", "can't learn", "no learning", "一律", "一様", "同じ重み"),
                    *("重みが同じ", "時刻によらず", "時間によらず", "学習特性", "学習機能", "学習能力"),
                    *("学習しない", "学習でき", "学べない"),
                ),
            },
            needed=2,
        ),
        "gates",
    ),
    Question("P87-count", lstm_parameters, "gated-unit", (), CELL, cell_sizes),
    Question("P87-gru", gru_parameters, "gated-unit", ("P87", "P91"), CELL, cell_sizes),
    Question(
        "P91",
        lambda _: Points(
            {
                "parameters": ("parameter", "パラメータ", "重みの数", "重みが少"),
                "gates": (
                    *("update gate", "reset gate", "two gates", "2 gates", "fewer gates", "forget gate", "input gate"),
                    *("更新ゲート", "リセットゲート", "忘却ゲート", "入力ゲート", "2つのゲート", "3つのゲート"),
                    *("ゲートが2", "ゲートは2", "ゲートが少", "ゲート数", "ゲートの数"),
                ),
                "state": (
                    *("cell state", "memory cell", "no cell", "separate cell", "own cell", "cec", "one state"),
                    *("single state", "output gate", "セル状態", "記憶セル", "メモリセル", "別のセル", "独立したセル"),
                    *("セルがな", "セルをもた", "セルを持た", "状態が1", "状態は1", "出力ゲート"),
                ),
            },
            needed=2,
        ),
        "gated-unit",
    ),
)
