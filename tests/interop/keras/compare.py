"""Compares each kind of layer with its Keras counterpart: a process of its own for each backend of Keras.

`python compare.py OUT.json` writes the largest differences of predictions, loss and gradients, relative to the largest
value, at least 1, with the backend that KERAS_BACKEND names.
"""

import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from waza import models, nn
from waza.core.variables import join, trained
from waza.interop.keras import from_keras, to_keras
from waza.interop.keras.package import keras
from waza.nn import Pass

RNG = np.random.default_rng(0)


def numbers(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def ids(*shape):
    return RNG.integers(0, 7, shape).astype(np.int32)


IMAGES, ODD, SEQUENCES = numbers(3, 8, 8, 4), numbers(3, 9, 7, 4), numbers(3, 5, 4)
ASKED = (numbers(3, 2, 4), numbers(3, 5, 4))
STACK = nn.StackedRecurrent(
    (nn.Bidirectional(nn.LSTM(4, 3)), nn.Recurrent(nn.GRU(6, 5), reverse=True), nn.Recurrent(nn.SimpleRNN(5, 4))),
    nn.Dropout(0.3),
)
NET = (models.Convolution(6, 3, padding=1, pool=nn.MaxPool(2)), models.Convolution(5, 3, pool=nn.AveragePool(2)))
CASES = {
    "dense": (nn.Dense(4, 3), numbers(5, 4)),
    "dense on sequences": (nn.Dense(4, 3, use_bias=False), SEQUENCES),
    "convolution": (nn.Conv2d(4, 6, 3), IMAGES),
    "convolution, same": (nn.Conv2d(4, 6, (3, 2), strides=2, padding="same"), ODD),
    "convolution, padded": (nn.Conv2d(4, 6, 3, strides=(1, 2), padding=(2, 1)), ODD),
    "convolution, padded as same": (nn.Conv2d(4, 6, 5, padding=2), ODD),
    "transposed convolution": (nn.ConvTranspose2d(4, 3, 3, 2, 1, 1), IMAGES),
    "transposed convolution, wide strides": (nn.ConvTranspose2d(4, 3, 2, 3, 0, (1, 2)), ODD),
    "max pooling": (nn.MaxPool(2), IMAGES),
    "max pooling, same": (nn.MaxPool(3, 2, "same"), ODD),
    "average pooling": (nn.AveragePool(3, 2), ODD),
    "average pooling, same": (nn.AveragePool(3, 2, "same"), IMAGES),
    "batch normalisation": (nn.BatchNorm(4), IMAGES),
    "batch normalisation, plain": (nn.BatchNorm(4, affine=False), numbers(6, 4)),
    "layer normalisation": (nn.LayerNorm(4), SEQUENCES),
    "dropout": (nn.Dropout(0.4), numbers(5, 4)),
    "flatten": (nn.Flatten(), IMAGES),
    "simple RNN": (nn.Recurrent(nn.SimpleRNN(4, 6)), SEQUENCES),
    "simple RNN, relu": (nn.Recurrent(nn.SimpleRNN(4, 6, activation=nn.relu, use_bias=False)), SEQUENCES),
    "LSTM": (nn.Recurrent(nn.LSTM(4, 6)), SEQUENCES),
    "LSTM, identity": (
        nn.Recurrent(nn.LSTM(4, 6, input_activation=None, output_activation=None, use_bias=False)),
        SEQUENCES,
    ),
    "GRU, reset after": (nn.Recurrent(nn.GRU(4, 6)), SEQUENCES),
    "GRU, reset before": (nn.Recurrent(nn.GRU(4, 6, reset="before")), SEQUENCES),
    "GRU, no biases": (nn.Recurrent(nn.GRU(4, 6, use_bias=False)), SEQUENCES),
    "reversed LSTM": (nn.Recurrent(nn.LSTM(4, 6), reverse=True), SEQUENCES),
    "bidirectional LSTM": (nn.Bidirectional(nn.LSTM(4, 6)), SEQUENCES),
    "bidirectional GRU": (nn.Bidirectional(nn.GRU(4, 6)), SEQUENCES),
    "summed directions": (nn.SummedDirections(nn.SimpleRNN(4, 6)), SEQUENCES),
    "stacked": (STACK, SEQUENCES),
    "last output": (nn.LastOutput(nn.Recurrent(nn.LSTM(4, 6))), SEQUENCES),
    "last output, reversed": (nn.LastOutput(nn.Recurrent(nn.GRU(4, 6), reverse=True)), SEQUENCES),
    "last output, both": (nn.LastOutput(nn.Bidirectional(nn.LSTM(4, 6))), SEQUENCES),
    "embedding": (nn.Embedding(7, 3), ids(4, 5)),
    "dot attention": (nn.DotAttention(4, 4), ASKED),
    "scaled dot attention": (nn.DotAttention(4, 4, scaled=True), ASKED),
    "general attention": (nn.GeneralAttention(4, 4), ASKED),
    "additive attention": (nn.AdditiveAttention(4, 4, 6), ASKED),
    "multi-head attention": (nn.MultiHead(8, 2, dropout=nn.Dropout(0.1)), numbers(3, 5, 8)),
    "multi-head attention, memory": (nn.MultiHead(8, 4, memory=3), (numbers(3, 5, 8), numbers(3, 6, 3))),
    "chain": (
        models.Chain((nn.Flatten(), nn.Dense(256, 6), nn.relu, nn.LayerNorm(6), nn.Dropout(0.2), nn.Dense(6, 3))),
        IMAGES,
    ),
    "perceptron": (models.MLP((6, 5, 4, 3), norm=nn.BatchNorm(), dropout=nn.Dropout(0.5)), numbers(5, 6)),
    "perceptron, layer norm after": (
        models.MLP((6, 5, 3), nn.tanh, norm=nn.LayerNorm(), norm_position="after"),
        numbers(5, 6),
    ),
    "convolutional network": (models.ConvNet(NET, (7,), 3, (9, 8, 4), norm=nn.BatchNorm()), numbers(3, 9, 8, 4)),
    "decoder of images": (
        models.DeconvNet(models.ConvNet((models.Convolution(4, 3, 2, 1),), (6,), 5, (5, 4, 2))),
        numbers(3, 5),
    ),
    "sequence model": (models.SequenceModel(nn.Recurrent(nn.SimpleRNN(4, 6)), 2, activation=nn.sigmoid), SEQUENCES),
    "sequence model, last": (models.SequenceModel(nn.Recurrent(nn.GRU(4, 6)), 2, "last"), SEQUENCES),
    "sequence model, last of both": (models.SequenceModel(nn.Bidirectional(nn.GRU(4, 6)), 2, "last"), SEQUENCES),
    "language model": (models.LanguageModel(7, STACK.layers[2], tied=False), ids(3, 5)),
    "tied language model": (models.lstm_language_model(7, width=4, depth=2), ids(3, 5)),
}
CASES["language model"] = (
    models.LanguageModel(7, nn.Recurrent(nn.LSTM(4, 6)), tied=False, dropout=nn.Dropout(0.1)),
    ids(3, 5),
)
UNREAD = {"decoder of images", "sequence model, last of both"}  # Reshape, and a step that is taken from the outputs
TRAINED = {"batch normalisation", "batch normalisation, plain", "convolutional network"}  # by the batch's statistics
CLAIMED = ("predictions", "loss", "gradients")


def random_variables(layer, seed=0):
    """Variables with no zeros, so that every bias and statistic counts; variances are positive."""
    drawn = np.random.default_rng(seed)

    def one(path, leaf):
        values = drawn.normal(size=np.shape(leaf)).astype(np.float32) * 0.4
        return jnp.asarray(np.abs(values) + 0.5 if "variance" in str(path) else values)

    return jax.tree_util.tree_map_with_path(one, layer.init(jax.random.key(0)))


def far(found, expected):
    """The largest difference of two trees of arrays, relative to the largest value, at least 1."""
    pairs = list(zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True))
    for one, other in pairs:
        assert np.shape(one) == np.shape(other), (np.shape(one), np.shape(other))
    size = max(1.0, *(float(np.max(np.abs(other))) for _, other in pairs))
    return max(float(np.max(np.abs(np.asarray(one) - np.asarray(other)))) for one, other in pairs) / size


def applied(layer, variables, x, run):
    """The layer's output; of multi-head attention also for queries and another memory."""
    if isinstance(layer, nn.MultiHead) and isinstance(x, tuple):
        return layer.attend(variables, x[0], layer.remember(variables, x[1]), run)[0]
    return layer.apply(variables, x, run)


def ours(layer, variables, x, target, training):
    """Outputs, loss, and its gradients for the trained variables and for inputs that are floats."""
    floats = [one for one in jax.tree.leaves(x) if one.dtype == np.float32]

    def loss(parameters, floats):
        given = x if not floats else floats[0] if len(floats) == 1 else tuple(floats)
        run = Pass(training=training, key=jax.random.key(0))
        y = applied(layer, join(parameters, variables), given, run)
        return jnp.mean((y - target) ** 2), y

    return jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True))(trained(variables), floats)


def theirs(net, x, target, training):
    """The same by Keras."""
    given = list(x) if isinstance(x, tuple) else x
    floats = [one for one in jax.tree.leaves(x) if one.dtype == np.float32]
    if keras().backend.backend() == "tensorflow":
        import tensorflow as tf

        inputs = [tf.constant(one) for one in jax.tree.leaves(x)]
        with tf.GradientTape() as tape:
            tape.watch([one for one in inputs if one.dtype == tf.float32])
            y = net(inputs if isinstance(given, list) else inputs[0], training=training)
            loss = tf.reduce_mean((y - target) ** 2)
        weights = [one.value for one in net.trainable_weights]
        sources = weights + [one for one in inputs if one.dtype == tf.float32]
        gradients = [tf.convert_to_tensor(one).numpy() for one in tape.gradient(loss, sources)]
        return float(loss), y.numpy(), gradients[: len(weights)], gradients[len(weights) :]
    parameters = [one.value for one in net.trainable_variables]
    others = [one.value for one in net.non_trainable_variables]

    def loss(parameters, floats):
        inputs = given if not floats else floats[0] if len(floats) == 1 else floats
        y, _ = net.stateless_call(parameters, others, inputs, training=training)
        return jnp.mean((y - target) ** 2), y

    computed = jax.jit(jax.value_and_grad(loss, argnums=(0, 1), has_aux=True))
    (value, y), (gradients, inputs) = computed(parameters, floats)
    return float(value), np.asarray(y), gradients, inputs


def without_second_bias(weights):
    """The weights; of a GRU's second bias only the candidate's part, which is the only one that waza has."""
    found = []
    for one in map(np.array, weights):
        if one.ndim == 2 and one.shape[0] == 2 and one.shape[1] % 3 == 0:
            one[1, : one.shape[1] * 2 // 3] = 0
        found.append(one)
    return found


def differences(name):
    layer, x = CASES[name]
    variables = random_variables(layer)
    shape = tuple(x.shape[1:]) if not isinstance(x, tuple) else None
    net = to_keras(layer, variables, shape)
    training = name in TRAINED
    expected = jax.jit(lambda variables, x: applied(layer, variables, x, Pass()))(variables, x)
    target = numbers(*expected.shape)
    found = {}
    if name not in UNREAD:
        back = from_keras(net)
        assert not back.notes and not back.logits
        again = jax.jit(lambda variables, x: applied(back.model, variables, x, Pass()))(back.variables, x)
        found["back"] = far(again, expected)
    (loss, y), (gradients, to_inputs) = ours(layer, variables, x, target, training)
    their_loss, their_y, their_gradients, their_inputs = theirs(net, x, target, training)
    moved = to_keras(layer, join(gradients, variables), shape).trainable_weights
    found |= {"predictions": far(their_y, y), "loss": far(their_loss, float(loss)), "gradients": 0.0}
    if name != "tied language model" and moved:
        ours_there = without_second_bias([one.numpy() if hasattr(one, "numpy") else one.value for one in moved])
        found["gradients"] = far(without_second_bias(their_gradients), ours_there)
    if to_inputs:
        found["gradients"] = max(found["gradients"], far(list(their_inputs), list(to_inputs)))
    return found


def main(path):
    found = {"backend": keras().backend.backend()}
    for name in CASES:
        try:
            found[name] = differences(name)
        except Exception as error:  # the test of this case shows it
            found[name] = {"error": f"{type(error).__name__}: {error}"}
        Path(path).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
