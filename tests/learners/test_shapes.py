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
from waza.learners import Supervised

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

try:
    nn.CrossEntropy()(jnp.zeros((4, 3)), jnp.zeros((5,), int))
except TypeCheckError:
    print("checked")
"""


def test_annotated_shapes_hold_in_a_training_step():
    done = subprocess.run([sys.executable, "-c", CHECKED], capture_output=True, text=True, timeout=300)
    assert done.stdout == "checked\n", done.stderr[-2000:]
