"""What breaks a law is named in one line; what the engine cannot train is refused before it trains."""

import itertools

import bandit
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import nn, optim
from waza.core.errors import Error
from waza.core.variables import Tracked
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.learners import Resident
from waza.testing import check_layer, check_learner, check_optimizer, check_source

COUNTER = itertools.count()
ROWS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


class Still(wz.Learner):
    """A learner that keeps every law; those below break one each."""

    rate: float = 0.1

    def measures(self, data):
        return (wz.Measure("size", "lower", bounds=(0, 100)),)

    def init(self, key, data):
        return {"w": jax.random.normal(key, (3,))}

    def batch(self, data, key, step):
        return jax.random.normal(key, (3,))

    def update(self, state, batch, key):
        return {"w": state["w"] - self.rate * (state["w"] + 0.1 * batch)}, {"seen": wz.Mean(1.0, 2)}

    def evaluate(self, state, data, key):
        return {"size": jnp.linalg.norm(state["w"])}


class Impure(Still):
    def update(self, state, batch, key):
        return {"w": state["w"] + next(COUNTER)}, {}


class Changes(Still):
    def update(self, state, batch, key):
        state["w"] = state["w"] - self.rate
        return state, {}


class Branches(Still):
    def update(self, state, batch, key):
        return ({"w": state["w"] * 0} if self.rate > 0.5 else state), {}


class Grows(Still):
    def update(self, state, batch, key):
        return {"w": jnp.concatenate([state["w"], batch])}, {}


class Vector(Still):
    def evaluate(self, state, data, key):
        return {"size": jnp.abs(state["w"])}


class Undeclared(Still):
    def evaluate(self, state, data, key):
        return {"sise": jnp.linalg.norm(state["w"])}


class OutOfBounds(Still):
    def measures(self, data):
        return (wz.Measure("size", "lower", bounds=(-2, -1)),)


class NotFinite(Still):
    def update(self, state, batch, key):
        return state, {"seen": jnp.inf}


class Negative(Still):
    def update(self, state, batch, key):
        return state, {"seen": wz.Mean(1.0, -1)}


class Twice(Still):
    def measures(self, data):
        return super().measures(data) * 2


class Holds(Still):
    table: jax.Array = None


class RandomKey(Still):
    def init(self, key, data):
        return {"w": jnp.zeros(3), "key": key}


class Judges(Still):
    def measures(self, data):
        return *super().measures(data), wz.Measure("random")

    def evaluate(self, state, data, key):
        return super().evaluate(state, data, key), state["w"]

    def judge(self, outputs, data):
        return {"random": float(next(COUNTER))}


class Follows(Still):
    """A tracked variable that the optimiser moves."""

    optimizer: optim.Optimizer = optim.SGD(0.1)

    def init(self, key, data):
        return {"w": Tracked(jnp.ones(3))}

    def update(self, state, batch, key):
        return {"w": Tracked(state["w"].value - self.optimizer.learning_rate)}, {}

    def evaluate(self, state, data, key):
        return {"size": jnp.linalg.norm(state["w"].value)}


class DiffersInGroups(Still):
    """It looks at its neighbours, by way of the axis that the engine maps over."""

    def init(self, key, data):
        return {"w": jax.random.normal(key, (3,)), "told": jnp.float32(next(COUNTER))}

    def update(self, state, batch, key):
        return state, {}


class KeepsNothing(Still):
    def kept(self, state):
        return {}


def test_a_sound_learner_is_accepted():
    check_learner(Still(), None)


@pytest.mark.parametrize(
    ("learner", "words"),
    [
        (Impure(), "update is a pure function of its arguments; found: a second call computes something else"),
        (Changes(), "update is a pure function of its arguments; found: it changes an argument"),
        (Branches(), "may not branch on one"),
        (Grows(), r"update keeps the structure, shapes and types of the state; found: w is float32 \(3,\)"),
        (Vector(), "measures of evaluate are scalars or Means of scalars; found: size with the shapes"),
        (OutOfBounds(), "size lies within -2 and -1, as declared"),
        (NotFinite(), "records are finite"),
        (Negative(), r"not negative; found: Mean\(1, -1\) as 'seen' of step 0"),
        (Twice(), "each measure has a name of its own"),
        (Holds(table=jnp.ones(3)), "a recipe holds no state and no data; found: an array at table"),
        (Judges(), "evaluate and judge give the same measures each time; found: random differs"),
        (Follows(), "optimisers and penalties do not see tracked variables"),
        (DiffersInGroups(), "init is a pure function of its arguments"),
        (KeepsNothing(), "has at least one array"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, wz.Learner) else "",
)
def test_a_broken_law_is_named(learner, words):
    with pytest.raises(AssertionError, match=f"{type(learner).__name__}: .*{words}") as raised:
        check_learner(learner, None)
    assert "\n" not in str(raised.value)


def never(*_):
    raise AssertionError("a step was trained")


@pytest.mark.parametrize(
    ("learner", "words"),
    [
        (Undeclared(), "Undeclared.evaluate returns 'sise', which Undeclared.measures does not declare"),
        (RandomKey(), "RandomKey.init returns a typed random key in its state: keep jax.random.key_data"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_training(learner, words, monkeypatch):
    monkeypatch.setattr("waza.engine.program.Program.train", never)
    study = wz.Study(name="refused", data=None, variants={"base": learner}, seeds=1, block=1, steps=5)
    for trained in (
        lambda: wz.run(study),
        lambda: train_single(single_program(learner, None, 5), 0, Plan(steps=5, evaluate_every=5)),
        lambda: check_learner(learner, None),
    ):
        with pytest.raises(Error, match=words) as raised:
            trained()
        assert "\n" not in str(raised.value)


def test_a_misspelt_measure_is_refused_before_training(monkeypatch):
    monkeypatch.setattr("waza.engine.program.Program.train", never)
    with pytest.raises(Error, match="no measure 'regre': did you mean 'regret'"):
        wz.Study(name="bandits", data=None, variants={"base": bandit.Bandit()}, measure="regre")


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
