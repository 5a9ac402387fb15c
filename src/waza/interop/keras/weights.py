r"""Weights in Keras's layout and in waza's: transposed products, gates in another order, heads on axes of their own.

waza computes $W x$ with (outputs, inputs), Keras $x K$ with $K = W^\top$, (inputs, outputs). Kernels of convolutions
are (height, width, inputs, outputs) in both, and neither flips them. Every function here only moves numbers, so that it
applies to gradients as well.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

Arrays = list[np.ndarray]
LSTM_HERE = ("input", "forget", "output", "candidate")
LSTM_THERE = ("input", "forget", "candidate", "output")
GRU_HERE = ("reset", "update", "candidate")
GRU_THERE = ("update", "reset", "candidate")
HEADS = ("query", "key", "value")


def array(value: Any) -> np.ndarray:
    """The value as a float32 array of NumPy."""
    return np.asarray(value, np.float32)


def reordered(rows: Any, given: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """The blocks of the first axis, which have the names `given`, in the order `wanted`.

    >>> reordered([1.0, 2.0, 3.0], ("a", "b", "c"), ("c", "a", "b")).tolist()
    [3.0, 1.0, 2.0]
    """
    blocks = dict(zip(given, np.split(array(rows), len(given)), strict=True))
    return np.concatenate([blocks[name] for name in wanted])


def dense_there(variables: Any) -> Arrays:
    r"""$K = W^\top$ and the bias.

    >>> dense_there({"weight": [[1.0, 2.0]], "bias": [3.0]})[0].tolist()
    [[1.0], [2.0]]
    """
    return [array(variables["weight"]).T, *_bias(variables)]


def dense_here(weights: Sequence[Any]) -> dict[str, np.ndarray]:
    """The inverse of `dense_there`."""
    return _named(("weight", "bias"), [array(weights[0]).T, *weights[1:]])


def kernel_there(variables: Any) -> Arrays:
    """The kernel of a convolution, whose axes are the same in both, and its bias."""
    return [array(variables["weight"]), *_bias(variables)]


def kernel_here(weights: Sequence[Any]) -> dict[str, np.ndarray]:
    """The inverse of `kernel_there`."""
    return _named(("weight", "bias"), weights)


def rnn_there(variables: Any) -> Arrays:
    r"""$z_t = f(x_t K + z_{t-1} U + b)$: kernel, recurrent kernel, bias."""
    return [array(variables["input"]).T, array(variables["recurrent"]).T, *_bias(variables)]


def rnn_here(weights: Sequence[Any]) -> dict[str, np.ndarray]:
    """The inverse of `rnn_there`."""
    return _named(("input", "recurrent", "bias"), [array(weights[0]).T, array(weights[1]).T, *weights[2:]])


def lstm_there(variables: Any) -> Arrays:
    """Kernel, recurrent kernel and bias; the gates' columns as input, forget, candidate, output."""
    ordered = {name: reordered(variables[name], LSTM_HERE, LSTM_THERE) for name in variables}
    return rnn_there(ordered)


def lstm_here(weights: Sequence[Any]) -> dict[str, np.ndarray]:
    """The inverse of `lstm_there`; here the rows are input, forget, output, candidate."""
    return {name: reordered(rows, LSTM_THERE, LSTM_HERE) for name, rows in rnn_here(weights).items()}


def gru_there(variables: Any) -> Arrays:
    """Kernel, recurrent kernel and bias; the gates' columns as update, reset, candidate.

    With the reset after the product, the bias is (2, 3 units): Keras adds a second bias to the recurrent product, whose
    parts for the gates are redundant and zero here.
    """
    recurrent = np.concatenate([array(variables["recurrent"]), array(variables["candidate"])])
    kernels = [reordered(rows, GRU_HERE, GRU_THERE).T for rows in (variables["input"], recurrent)]
    if "bias" not in variables:
        return kernels
    bias = reordered(variables["bias"], GRU_HERE, GRU_THERE)
    if "candidate_bias" in variables:
        second = array(variables["candidate_bias"])
        bias = np.stack([bias, np.concatenate([np.zeros(2 * second.size, np.float32), second])])
    return [*kernels, bias]


def gru_here(weights: Sequence[Any]) -> dict[str, np.ndarray]:
    """The variables of a GRU cell with the same outputs: a second bias of the gates is added to their first."""
    kernel, recurrent = (reordered(array(one).T, GRU_THERE, GRU_HERE) for one in weights[:2])
    gates = 2 * recurrent.shape[1]
    variables = {"input": kernel, "recurrent": recurrent[:gates], "candidate": recurrent[gates:]}
    if len(weights) > 2:
        bias = array(weights[2])
        if bias.ndim == 2:
            variables["candidate_bias"] = bias[1, gates:]
            bias = bias[0] + np.concatenate([bias[1, :gates], np.zeros(gates // 2, np.float32)])
        variables["bias"] = reordered(bias, GRU_THERE, GRU_HERE)
    return variables


def multi_head_there(variables: Any, heads: int) -> Arrays:
    """Kernel and bias of query, key, value and output; kernels are (features, heads, d), the output's (heads, d, out).

    Row i d + j of a weight belongs to component j of head i.
    """
    found: Arrays = []
    for name in HEADS:
        kernel, bias = dense_there(variables[name])
        found += [kernel.reshape(kernel.shape[0], heads, -1), bias.reshape(heads, -1)]
    kernel, bias = dense_there(variables["output"])
    return [*found, kernel.reshape(heads, -1, kernel.shape[1]), bias]


def multi_head_here(weights: Sequence[Any]) -> dict[str, dict[str, np.ndarray]]:
    """The inverse of `multi_head_there`."""
    pairs = [(array(weights[i]), array(weights[i + 1])) for i in range(0, 8, 2)]
    found = {
        name: dense_here([kernel.reshape(kernel.shape[0], -1), bias.reshape(-1)])
        for name, (kernel, bias) in zip(HEADS, pairs, strict=False)
    }
    kernel, bias = pairs[3]
    return found | {"output": dense_here([kernel.reshape(-1, kernel.shape[2]), bias])}


def norm_there(variables: Any) -> Arrays:
    """Scale and shift, where they exist, and a batch normalisation's running mean and variance."""
    order = ("scale", "shift", "mean", "variance")
    return [array(getattr(variables[name], "value", variables[name])) for name in order if name in variables]


def _bias(variables: Any) -> Arrays:
    return [array(variables["bias"])] if "bias" in variables else []


def _named(names: Sequence[str], weights: Sequence[Any]) -> dict[str, np.ndarray]:
    """The weights by name; the last name is left out where Keras has no bias."""
    return {name: array(one) for name, one in zip(names, weights, strict=False)}
