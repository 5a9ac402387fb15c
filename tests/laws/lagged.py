"""A sequence learner: texts in buckets of three lengths, a loss per token, and a host measure of decoded strings."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import waza as wz
from waza import models, nn, optim

LETTERS = "abcde"
LENGTHS = (3, 5, 8)


def answers(x):
    """Each letter moved on by the one before it: the sum of both positions, modulo the alphabet."""
    return (x + np.pad(x, ((0, 0), (1, 0)))[:, :-1]) % len(LETTERS)


def decoded(ids, length):
    """The letters of a row."""
    return "".join(LETTERS[i] for i in ids[:length])


class Texts(wz.Stream):
    """Batches of random texts; all texts of a batch have one length, which is drawn every fourth step."""

    def __init__(self, rows: int = 16):
        self.rows = rows

    def digest(self):
        return f"{LETTERS} {LENGTHS} {self.rows}"

    def batches(self, seed, start, stop):
        for step in range(start, stop):
            length = np.random.default_rng((seed, step // 4)).choice(LENGTHS)
            x = np.random.default_rng((seed, step)).integers(0, len(LETTERS), (self.rows, length), np.int32)
            yield x, answers(x)


class Data(NamedTuple):
    """Training texts as a stream; test texts of all lengths, padded."""

    train: Texts
    x: Any
    y: Any
    lengths: Any


class Lagged(wz.Learner):
    """A recurrent model that reads a text and gives a letter for each letter."""

    model: nn.Layer
    optimizer: optim.Optimizer

    def measures(self, data):
        exact = wz.Measure("exact", "higher", bounds=(0, 1))
        return wz.Measure("loss", "lower", "nats"), exact, wz.Measure("batch_loss", "lower", "nats")

    def init(self, key, data):
        variables = self.model.init(key)
        return variables, self.optimizer.init(variables)

    def _loss(self, variables, x, y, real):
        logits = self.model.apply(variables, x, nn.Pass())
        each = -jnp.take_along_axis(jax.nn.log_softmax(logits), y[..., None], -1)[..., 0]
        return wz.Mean(jnp.sum(jnp.where(real, each, 0)), jnp.sum(real)), logits

    def update(self, state, batch, key):
        def objective(variables):
            loss, _ = self._loss(variables, *batch, jnp.ones(batch[0].shape, bool))
            return loss.value, loss

        variables, optimizer = state
        gradients, loss = jax.grad(objective, has_aux=True)(variables)
        updates, optimizer = self.optimizer.update(gradients, optimizer, variables)
        return (optim.add(variables, updates), optimizer), {"loss": loss}

    def evaluate(self, state, data, key):
        real = jnp.arange(data.x.shape[1]) < data.lengths[:, None]
        loss, logits = self._loss(state[0], data.x, data.y, real)
        return {"loss": loss}, jnp.argmax(logits, -1)

    def judge(self, outputs, data):
        rows = zip(outputs, data.y, data.lengths, strict=True)
        hits = sum(decoded(guess, length) == decoded(truth, length) for guess, truth, length in rows)
        return {"exact": wz.Mean(hits, len(data.lengths))}

    def kept(self, state):
        return state[0]


def texts(rows: int = 32, seed: int = 0) -> Data:
    """Training and test texts."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, len(LETTERS), (rows, max(LENGTHS)), np.int32)
    return Data(Texts(), x, answers(x), rng.choice(LENGTHS, rows).astype(np.int32))


def lagged(width: int = 16, learning_rate: float = 0.01) -> Lagged:
    """The learner with a GRU."""
    model = models.LanguageModel(len(LETTERS), nn.Recurrent(nn.GRU(width, width)))
    return Lagged(model, optim.Adam(learning_rate))
