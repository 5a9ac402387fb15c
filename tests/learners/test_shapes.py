"""Annotations are checked in this suite, and those of whole training steps and evaluations are true."""

import jax
import jax.numpy as jnp
import pytest
from jaxtyping import TypeCheckError

from waza import data, models, nn, optim
from waza.learners import Supervised, TruncatedBPTT, log_gains

KEY = jax.random.key(0)
IMAGES = data.Split(jnp.zeros((30, 8, 8, 1), jnp.uint8), jnp.arange(30) % 3)


def traced(learner, split):
    """Trace a step and an evaluation: types are checked where they are traced."""
    few = data.Dataset("few", split, split)

    def whole(key):
        state, _ = learner.update(learner.init(key, few), learner.batch(few, key, 0), key)
        return learner.evaluate(state, few, key)

    jax.eval_shape(whole, KEY)


def test_wrong_shapes_are_found():
    with pytest.raises(TypeCheckError):
        nn.CrossEntropy()(jnp.zeros((4, 3)), jnp.zeros((5,), int))


@pytest.mark.wrong_types
def test_unless_a_test_gives_them_on_purpose():
    with pytest.raises(ValueError):
        nn.CrossEntropy()(jnp.zeros((4, 3)), jnp.zeros((5,), int))


@pytest.mark.parametrize(
    "optimizer", [optim.SGD(), optim.Momentum(), optim.AdaGrad(), optim.RMSProp(), optim.Adam()], ids=lambda o: type(o)
)
def test_optimisers_and_dense_layers(optimizer):
    model = models.MLP((64, 8, 8, 3), norm=nn.BatchNorm(), dropout=nn.Dropout(0.5))
    traced(Supervised(model, optimizer, batch_size=5), IMAGES)


def test_convolutions():
    described = (
        models.Convolution(4, padding="same", local_response=nn.LocalResponseNorm(), pool=nn.AveragePool(3, 2)),
        models.Convolution(4, (2, 1), groups=2, pool=nn.MaxPool(2)),
    )
    convnet = models.ConvNet(described, (5,), 3, (8, 8, 1), norm=nn.BatchNorm(), dropout=nn.Dropout(0.5))
    traced(Supervised(convnet, optim.SGD(), batch_size=5), IMAGES)


LSTM = {"peepholes": True, "full_gate_recurrence": True}
LAYERS = {
    "simple": nn.Recurrent(nn.SimpleRNN(3, 4)),
    "lstm": nn.Recurrent(nn.LSTM(3, 4, **LSTM)),
    "coupled": nn.Recurrent(nn.LSTM(3, 4, coupled=True)),
    "gru": nn.Recurrent(nn.GRU(3, 4)),
    "backwards": nn.Recurrent(nn.GRU(3, 4, reset="before"), reverse=True),
    "stack": nn.StackedRecurrent(
        (nn.Bidirectional(nn.GRU(3, 4)), nn.Recurrent(nn.LSTM(8, 5))),
        nn.Dropout(0.5),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("read", ["each", "last"])
def test_recurrent_layers(name, read):
    loss = nn.CrossEntropy() if read == "each" else nn.SquaredError(within=0.1)
    y = jnp.zeros((9, 7), int) if read == "each" else jnp.zeros(9)
    model = models.SequenceModel(LAYERS[name], 2 if read == "each" else 1, read)
    learner = Supervised(model, optim.ClipByNorm(optim.Adam()), loss, batch_size=5, probes=False)
    traced(learner, data.Split(jnp.zeros((9, 7, 3)), y))


def test_bits():
    model = models.SequenceModel(LAYERS["simple"], 1, activation=nn.sigmoid)
    learner = Supervised(model, optim.SGD(), nn.BitwiseSquaredError(), probes=False)
    traced(learner, data.Split(jnp.zeros((9, 7, 3)), jnp.zeros((9, 7))))


@pytest.mark.parametrize("tied", [True, False])
def test_language_models(tied):
    language = models.LanguageModel(6, nn.Recurrent(nn.LSTM(4, 4)), tied, nn.Dropout(0.5))
    learner = TruncatedBPTT(language, optim.SGD(), batch_size=4, window=5)
    traced(learner, data.Split(jnp.zeros(50, int), jnp.zeros(50, int)))


def test_lengths_gains_and_the_backward_pass_by_hand():
    stack, lstm = LAYERS["stack"], LAYERS["lstm"]
    lengths = jnp.array([2, 7])
    jax.eval_shape(lambda x: stack.scan(stack.init(KEY), x, nn.Pass(), None, lengths), jnp.zeros((2, 7, 3)))
    jax.eval_shape(lambda x: log_gains(lstm.cell, lstm.init(KEY)["cell"], x), jnp.zeros((2, 7, 3)))
    shapes = {"input": (4, 3), "recurrent": (4, 4), "bias": 4, "output": (2, 4), "output_bias": 2}
    weights, identity = {name: jnp.ones(shape) for name, shape in shapes.items()}, (nn.tanh, jnp.ones_like)
    jax.eval_shape(lambda x, y: nn.bptt(weights, x, y, identity, identity), jnp.ones((7, 3)), jnp.ones((7, 2)))
