"""Each layer in ONNX Runtime computes what it computes in waza, at sizes that hypothesis draws."""

import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waza import models, nn
from waza.core.errors import Error
from waza.interop.onnx.emit import OPERATORS

FEW = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ACTIVATIONS = st.sampled_from([nn.relu, nn.sigmoid, nn.tanh])
SIZES = st.integers(1, 5)
CELLS = {
    "rnn": nn.SimpleRNN,
    "relu rnn": functools.partial(nn.SimpleRNN, activation=nn.relu, use_bias=False),
    "lstm": nn.LSTM,
    "peephole lstm": functools.partial(nn.LSTM, peepholes=True),
    "coupled lstm": functools.partial(nn.LSTM, coupled=True, peepholes=True, output_activation=None),
    "lstm of 1997": functools.partial(nn.LSTM, forget_gate=False, use_bias=False),
    "carousel": functools.partial(nn.LSTM, forget_gate=False, input_gate=False, output_gate=False),
    "gru": nn.GRU,
    "gru of 2014": functools.partial(nn.GRU, reset="before", activation=nn.sigmoid),
    "ssru": nn.SSRU,
}
QUICK = ("peephole lstm", "gru")


@FEW
@given(inputs=SIZES, outputs=SIZES, rows=st.sampled_from([(), (3,), ("time",)]), bias=st.booleans())
def test_dense(agrees, inputs, outputs, rows, bias):
    agrees(nn.Dense(inputs, outputs, use_bias=bias), *rows, inputs, sizes={"time": 7})


@FEW
@given(
    groups=st.integers(1, 2),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.integers(1, 3),
    padding=st.sampled_from([0, (1, 2), "same", "valid"]),
    bias=st.booleans(),
)
def test_convolution(agrees, groups, kernel, strides, padding, bias):
    agrees(nn.Conv2d(2, 4, kernel, strides, padding, groups, use_bias=bias), 7, 6, 2)


@FEW
@given(kernel=st.integers(2, 3), strides=st.integers(1, 2), padding=st.integers(0, 1), bias=st.booleans())
def test_transposed_convolution(agrees, kernel, strides, padding, bias):
    agrees(nn.ConvTranspose2d(2, 3, kernel, strides, padding, strides - 1, use_bias=bias), 4, 5, 2)


@FEW
@given(
    pool=st.sampled_from([nn.MaxPool, nn.AveragePool]),
    window=st.integers(2, 3),
    strides=st.sampled_from([None, 1, 2]),
    padding=st.sampled_from([0, 1, "same"]),
)
def test_pooling(agrees, pool, window, strides, padding):
    agrees(pool(window, strides, padding), 7, 6, 2)


@FEW
@given(
    norm=st.sampled_from([nn.BatchNorm, nn.LayerNorm]),
    shape=st.sampled_from([(), (3,), (3, 2)]),
    size=st.integers(2, 4),
    affine=st.booleans(),
)
def test_normalisation(agrees, norm, shape, size, affine):
    agrees(norm(size, epsilon=0.01, affine=affine), *shape, size)


@FEW
@given(size=st.integers(1, 6), channels=st.integers(1, 6))
def test_local_response(agrees, size, channels):
    agrees(nn.LocalResponseNorm(size, alpha=0.1), 3, 2, channels)


@FEW
@given(vocabulary=SIZES, size=SIZES)
def test_embedding(agrees, vocabulary, size):
    agrees(nn.Embedding(vocabulary, size), "time", dtype="int32", below=vocabulary, sizes={"time": 4})


@pytest.mark.parametrize("layer", [nn.Flatten(), nn.Dropout(0.5)])
def test_layers_without_variables(agrees, layer):
    agrees(layer, 3, 2)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CELLS]
)
@FEW
@given(data=st.data())
def test_recurrent(name, agrees, data):
    inputs, units = data.draw(SIZES), data.draw(SIZES)
    layer = data.draw(st.sampled_from([nn.Recurrent, functools.partial(nn.Recurrent, reverse=True), nn.Bidirectional]))
    agrees(layer(CELLS[name](inputs, units)), "time", inputs, sizes={"time": 6})


@pytest.mark.slow
@FEW
@given(units=st.integers(2, 4))
def test_stack(agrees, units):
    layers = (nn.SummedDirections(nn.GRU(3, units)), nn.Bidirectional(nn.LSTM(units, 2)), nn.Recurrent(nn.LSTM(4, 3)))
    model = models.SequenceModel(nn.StackedRecurrent(layers, nn.Dropout(0.2)), 2, "last", nn.sigmoid)
    agrees(model, "time", 3, sizes={"time": 5})


@FEW
@given(
    layer=st.sampled_from([nn.Recurrent, functools.partial(nn.Recurrent, reverse=True), nn.Bidirectional]),
    units=SIZES,
    stacked=st.booleans(),
)
def test_last_output(agrees, layer, units, stacked):
    top = layer(nn.GRU(3, units))
    agrees(
        nn.LastOutput(nn.StackedRecurrent((nn.Recurrent(nn.GRU(3, 3)), top)) if stacked else top),
        "time",
        3,
        sizes={"time": 5},
    )


@FEW
@given(heads=st.integers(1, 3), size=st.integers(1, 3))
def test_multi_head(agrees, heads, size):
    agrees(nn.MultiHead(heads * size, heads, dropout=nn.Dropout(0.2)), "time", heads * size, sizes={"time": 4})


@FEW
@given(activation=ACTIVATIONS, norm=st.sampled_from([None, nn.BatchNorm(), nn.LayerNorm()]), place=st.booleans())
def test_perceptron(agrees, activation, norm, place):
    position = "before" if place else "after"
    agrees(models.MLP((6, 4, 3), activation, norm=norm, norm_position=position, dropout=nn.Dropout(0.3)), 3, 2)


@pytest.mark.slow
@FEW
@given(activation=ACTIVATIONS, norm=st.sampled_from([None, nn.BatchNorm(), nn.LayerNorm()]))
def test_convolutional_network(agrees, activation, norm):
    convolutions = (
        models.Convolution(4, 3, padding="same", local_response=nn.LocalResponseNorm(3), pool=nn.MaxPool(3, 2)),
        models.Convolution(4, 2, groups=2, pool=nn.AveragePool(2, padding=1)),
    )
    agrees(models.ConvNet(convolutions, (5,), 3, (8, 7, 2), activation, norm=norm), 8, 7, 2)


@pytest.mark.parametrize(
    "model",
    [
        models.dense_autoencoder(6, 2, (4,), tied=True),
        pytest.param(models.convolutional_autoencoder((6, 5, 1), 3, (2, 4), (5,)), marks=pytest.mark.slow),
        models.Chain((nn.Flatten(), nn.Dense(30, 4), nn.relu, nn.BatchNorm(4), nn.Dense(4, 3))),
    ],
)
def test_whole_networks(agrees, model):
    agrees(model, *((6,) if getattr(model, "shape", ()) == (6,) else (6, 5, 1)))


def test_a_transposition_between_convolutions_is_left_out(part_of):
    """Images keep ONNX's order of axes from the first convolution to the dense layers."""
    from waza.interop.onnx.writing import model_of

    model = models.ConvNet((models.Convolution(3), models.Convolution(3, pool=nn.MaxPool(2))), (4,), 2, (8, 8, 1))
    operators = [node.op_type for node in model_of(part_of(model, 8, 8, 1)).graph.node]
    assert operators.count("Transpose") == 2 and operators.index("MaxPool") < len(operators) - 4


def test_activations_of_two_names_are_one_operator():
    assert set(OPERATORS.values()) == {"Relu", "Sigmoid", "Tanh"}


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.Recurrent(nn.LSTM(2, 3, full_gate_recurrence=True)), (4, 2), "no weights between gates; export to"),
        (models.MLP((2, 3, 1), activation=lambda x: x**2), (2,), "the activation <lambda> has no counterpart in ONNX"),
        (models.BagOfWords(3, 4, 5), (3,), "models.BagOfWords has no counterpart in ONNX"),
    ],
)
def test_what_has_no_counterpart_is_named(layer, shape, words, part_of):
    from waza.interop.onnx.writing import model_of

    with pytest.raises(Error, match=words) as stopped:
        model_of(part_of(layer, *shape))
    assert str(stopped.value).count("\n") == 0
