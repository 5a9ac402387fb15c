"""What breaks a law of layers, optimisers and sources is named in one line."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import nn, optim
from waza.core.variables import Tracked
from waza.learners import Resident
from waza.testing import check_layer, check_optimizer, check_source

ROWS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


class Sums(nn.Layer):
    """A layer that mixes rows."""

    def init(self, key):
        return {"scale": jnp.ones(())}

    def apply(self, variables, x, run):
        return variables["scale"] * x + x.mean(0)


class Squeezes(Sums):
    def apply(self, variables, x, run):
        return x[0]


class Forgets(Sums):
    """Its running mean loses an axis."""

    def init(self, key):
        return {"scale": jnp.ones(()), "mean": Tracked(jnp.zeros(3))}

    def apply(self, variables, x, run):
        if run.training:
            run.track(variables["mean"], x.mean())
        return variables["scale"] * x


class Steep(Sums):
    def apply(self, variables, x, run):
        return jnp.sqrt(variables["scale"] * 0) * x


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Sums(), "a row's output depends on that row alone"),
        (Squeezes(), "4 rows of input give 4 rows"),
        (Forgets(), r"never their shapes; found: .*mean.* is float32 \(3,\) and float32 \(\)"),
        (Steep(), "outputs and gradients are finite; found: NaN in scale"),
    ],
)
def test_a_broken_layer_is_named(layer, words):
    with pytest.raises(AssertionError, match=words):
        check_layer(layer, ROWS)


class Half(optim.Optimizer):
    """Its updates have another type than the parameters."""

    def init(self, parameters):
        return ()

    def update(self, gradients, state, parameters):
        return jax.tree.map(lambda g: g.astype(jnp.float16), gradients), state


class Counts(optim.Optimizer):
    """Its state changes its type at the first step."""

    def init(self, parameters):
        return jnp.zeros((), jnp.int32)

    def update(self, gradients, state, parameters):
        return gradients, state + 0.5


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        (Half(), "updates have the shapes and types of the parameters"),
        (Counts(), "a step keeps the shapes and types of the state"),
    ],
)
def test_a_broken_optimizer_is_named(optimizer, words):
    with pytest.raises(AssertionError, match=words):
        check_optimizer(optimizer)


class FromStart(wz.Stream):
    """Batches that depend on where the reader began."""

    def digest(self):
        return "one"

    def batches(self, seed, start, stop):
        for step in range(start, stop):
            yield np.array([seed, step - start])


class Reuses(FromStart):
    def batches(self, seed, start, stop):
        batch = np.zeros(2)
        for step in range(start, stop):
            batch[:] = seed, step
            yield batch


class Shares(FromStart):
    """Two readers share a position."""

    def __init__(self):
        self.step = 0

    def batches(self, seed, start, stop):
        self.step = start
        while self.step < stop:
            yield np.array([seed, self.step])
            self.step += 1


class Short(FromStart):
    def batches(self, seed, start, stop):
        yield from (np.array([seed, step]) for step in range(start, stop - 1))


class Uneven(Resident):
    def pieces(self, data):
        yield np.zeros(3)
        yield np.zeros(2)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (FromStart(), r"a batch depends on \(seed, step\) alone; found: batches\(seed, 3, 6\) are others"),
        (Reuses(), "a batch that was given is not changed later"),
        (Shares(), "two readers at once disturb each other"),
        (Short(), r"batches\(seed, 0, 6\) has 6 batches; found: 5"),
        (Uneven(None), "all pieces have the same shapes"),
    ],
)
def test_a_broken_source_is_named(source, words):
    with pytest.raises(AssertionError, match=words):
        check_source(source)


def test_a_digest_that_does_not_follow_the_content_is_named():
    with pytest.raises(AssertionError, match="other content has another digest"):
        check_source(Short(), other=FromStart())
