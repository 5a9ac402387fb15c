"""Layers of sizes that hypothesis draws, to Keras and back: the same variables, and the same Keras layers again."""

import functools
import importlib.util

import jax
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waza import models, nn
from waza.core.paths import named_leaves
from waza.core.variables import Tracked, is_tracked
from waza.interop.keras import from_keras, to_keras

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="Keras is not installed"),
    pytest.mark.filterwarnings("ignore"),
]
FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIZE, YES = st.integers(1, 4), st.booleans()
CELLS = {
    "simple RNN": nn.SimpleRNN,
    "LSTM": nn.LSTM,
    "GRU": nn.GRU,
    "GRU of 2014": functools.partial(nn.GRU, reset="before"),
}
AROUND = {
    "forwards": nn.Recurrent,
    "backwards": functools.partial(nn.Recurrent, reverse=True),
    "both": nn.Bidirectional,
    "summed": nn.SummedDirections,
    "last": lambda cell: nn.LastOutput(nn.Bidirectional(cell)),
}


def drawn(layer):
    """Variables of the layer's shapes that are all random."""
    rng = np.random.default_rng(0)

    def draw(leaf):
        values = rng.uniform(0.5, 1.5, getattr(leaf, "value", leaf).shape).astype(np.float32)
        return Tracked(values) if is_tracked(leaf) else values

    return jax.tree.map(draw, jax.eval_shape(layer.init, jax.random.key(0)), is_leaf=is_tracked)


def settings_of(net):
    return [unnamed(layer.get_config()) for layer in net.layers if type(layer).__name__ != "InputLayer"]


def unnamed(config):
    """The configuration without names, which Keras numbers."""
    if isinstance(config, dict):
        return {key: unnamed(value) for key, value in config.items() if key != "name"}
    return config


def comes_back(layer, shape=None):
    variables = drawn(layer)
    net = to_keras(layer, variables, shape)
    back = from_keras(net)
    assert type(back.model) is type(layer) and not back.notes and not back.logits
    found, expected = named_leaves(back.variables), named_leaves(variables)
    assert found.keys() == expected.keys()
    for path, value in expected.items():
        np.testing.assert_array_equal(found[path], value)
    assert settings_of(to_keras(back.model, back.variables, shape)) == settings_of(net)


@FEW
@given(SIZE, SIZE, YES)
def test_dense_and_embedding(inputs, outputs, biased):
    comes_back(nn.Dense(inputs, outputs, use_bias=biased))
    comes_back(nn.Embedding(inputs, outputs))


@FEW
@given(SIZE, SIZE, st.tuples(SIZE, SIZE), st.integers(1, 3), st.sampled_from([0, 2, "same", "valid", (1, 0)]), YES)
def test_convolution(inputs, outputs, kernel, strides, padding, biased):
    comes_back(nn.Conv2d(inputs, outputs, kernel, strides, padding, use_bias=biased), (6, 7, inputs))


@FEW
@given(SIZE, SIZE, st.integers(2, 4), st.integers(1, 3), st.integers(0, 1), YES)
def test_transposed_convolution(inputs, outputs, kernel, strides, padding, biased):
    layer = nn.ConvTranspose2d(inputs, outputs, kernel, strides, padding, strides - 1, use_bias=biased)
    comes_back(layer, (4, 5, inputs))


@FEW
@given(st.sampled_from([nn.MaxPool, nn.AveragePool]), SIZE, st.sampled_from([None, 1, 2]), st.sampled_from([0, "same"]))
def test_pooling(kind, window, strides, padding):
    comes_back(kind(window, strides, padding), (6, 7, 2))


@FEW
@given(SIZE, YES)
def test_normalisation(size, affine):
    comes_back(nn.BatchNorm(size, affine=affine), (3, 3, size))
    comes_back(nn.LayerNorm(size, affine=affine), (size,))


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("cell", CELLS)
@settings(FEW, max_examples=2)
@given(inputs=SIZE, units=SIZE, biased=YES)
def test_recurrent(cell, around, inputs, units, biased):
    comes_back(AROUND[around](CELLS[cell](inputs, units, use_bias=biased)))


@FEW
@given(SIZE, SIZE)
def test_attention(heads, depth):
    comes_back(nn.MultiHead(heads * depth, heads, dropout=nn.Dropout(0.1)))
    comes_back(nn.DotAttention(depth, depth, scaled=True))
    comes_back(nn.GeneralAttention(depth, heads))
    comes_back(nn.AdditiveAttention(depth, heads, 3))


@FEW
@given(SIZE, SIZE)
def test_a_chain(inputs, units):
    layers = (nn.Dense(inputs, units), nn.BatchNorm(units), nn.relu, nn.Dropout(0.3), nn.Dense(units, 2), nn.sigmoid)
    comes_back(models.Chain(layers))
