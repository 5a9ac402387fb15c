"""The shapes in the annotations are true: every call of a training step and an evaluation is checked."""

import subprocess
import sys

import pytest

pytest.importorskip("beartype")

CHECKED = """
from jaxtyping import TypeCheckError, install_import_hook
install_import_hook(["waza.nn", "waza.optim", "waza.models", "waza.learners"], "beartype.beartype")

import jax, jax.numpy as jnp
from waza import data, models, nn, optim
from waza.learners import Supervised, TruncatedBPTT, log_gains

rows = data.Split(jnp.zeros((30, 8, 8, 1), jnp.uint8), jnp.arange(30) % 3)
few = data.Dataset("few", rows, rows)
for optimizer in (optim.SGD(), optim.Momentum(), optim.AdaGrad(), optim.RMSProp(), optim.Adam()):
    model = models.MLP((64, 8, 8, 3), norm=nn.BatchNorm(), dropout=nn.Dropout(0.5))
    learner, key = Supervised(model, optimizer, batch_size=5), jax.random.key(0)
    state = learner.init(key, few)
    state, records = learner.update(state, learner.batch(few, key, 0), key)
    learner.evaluate(state, few, key)

described = (
    models.Convolution(4, padding="same", local_response=nn.LocalResponseNorm(), pool=nn.AveragePool(3, 2)),
    models.Convolution(4, (2, 1), groups=2, pool=nn.MaxPool(2)),
)
convnet = models.ConvNet(described, (5,), 3, (8, 8, 1), norm=nn.BatchNorm(), dropout=nn.Dropout(0.5))
learner = Supervised(convnet, optim.SGD(), batch_size=5)

def whole(key):
    state, records = learner.update(learner.init(key, few), learner.batch(few, key, 0), key)
    return learner.evaluate(state, few, key)

jax.eval_shape(whole, key)

def trained(learner, few):
    def whole(key):
        state, records = learner.update(learner.init(key, few), learner.batch(few, key, 0), key)
        return learner.evaluate(state, few, key)

    jax.eval_shape(whole, key)

lstm = dict(peepholes=True, full_gate_recurrence=True)
layers = (
    nn.Recurrent(nn.SimpleRNN(3, 4)), nn.Recurrent(nn.LSTM(3, 4, **lstm)), nn.Recurrent(nn.LSTM(3, 4, coupled=True)),
    nn.Recurrent(nn.GRU(3, 4)), nn.Recurrent(nn.GRU(3, 4, reset="before"), reverse=True),
    nn.StackedRecurrent((nn.Bidirectional(nn.GRU(3, 4)), nn.Recurrent(nn.LSTM(8, 5))), nn.Dropout(0.5)),
)
for layer in layers:
    for read, targets, loss in (("each", (9, 7), nn.CrossEntropy()), ("last", (9,), nn.SquaredError(within=0.1))):
        y = jnp.zeros(targets, int if read == "each" else float)
        sequences = data.Split(jnp.zeros((9, 7, 3)), y)
        model = models.SequenceModel(layer, 2 if read == "each" else 1, read)
        few = data.Dataset("sequences", sequences, sequences)
        trained(Supervised(model, optim.ClipByNorm(optim.Adam()), loss, batch_size=5, probes=False), few)

bits = data.Split(jnp.zeros((9, 7, 3)), jnp.zeros((9, 7)))
model = models.SequenceModel(layers[0], 1, activation=nn.sigmoid)
trained(Supervised(model, optim.SGD(), nn.BitwiseSquaredError(), probes=False), data.Dataset("bits", bits, bits))

stream = data.Split(jnp.zeros(50, int), jnp.zeros(50, int))
for tied in (True, False):
    language = models.LanguageModel(6, nn.Recurrent(nn.LSTM(4, 4)), tied, nn.Dropout(0.5))
    trained(TruncatedBPTT(language, optim.SGD(), batch_size=4, window=5), data.Dataset("words", stream, stream))

lengths = jnp.array([2, 7])
jax.eval_shape(lambda x: layers[-1].scan(layers[-1].init(key), x, nn.Pass(), None, lengths), jnp.zeros((2, 7, 3)))
log_gains(layers[1].cell, layers[1].init(key)["cell"], jnp.zeros((2, 7, 3)))
weights = dict(input=jnp.ones((4, 3)), recurrent=jnp.ones((4, 4)), bias=jnp.ones(4), output=jnp.ones((2, 4)),
               output_bias=jnp.ones(2))
nn.bptt(weights, jnp.ones((7, 3)), jnp.ones((7, 2)), (nn.tanh, jnp.ones_like), (nn.tanh, jnp.ones_like))

try:
    nn.CrossEntropy()(jnp.zeros((4, 3)), jnp.zeros((5,), int))
except TypeCheckError:
    print("checked")
"""


def test_annotated_shapes_hold_in_a_training_step():
    done = subprocess.run([sys.executable, "-c", CHECKED], capture_output=True, text=True, timeout=300)
    assert done.stdout == "checked\n", done.stderr[-2000:]
