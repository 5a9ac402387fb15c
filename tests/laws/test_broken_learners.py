"""What breaks a law of learners is named in one line; what the engine cannot train is refused before it trains."""

import itertools

import bandit
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import optim
from waza.core.errors import Error
from waza.core.variables import Tracked
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.testing import check_learner

COUNTER = itertools.count()


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


class Numbered(Still):
    def init(self, key, data):
        return {"w": jax.random.normal(key, (3,)) + next(COUNTER)}


def counted(w):
    return w + np.float32(0.01 * next(COUNTER))


class CallsOut(Still):
    """Its steps depend on how often the host was called before."""

    def update(self, state, batch, key):
        return {"w": jax.pure_callback(counted, jax.ShapeDtypeStruct((3,), jnp.float32), state["w"])}, {}


@jax.custom_batching.custom_vmap
def alone(w):
    return w


@alone.def_vmap
def _together(size, batched, w):
    return w * 0, True


class Lonely(Still):
    """It computes something else where trials are mapped over."""

    def update(self, state, batch, key):
        return {"w": alone(state["w"])}, {}


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
        (Vector(), "measures of evaluate are numbers or Means of numbers by name; found: Vector returns 'size' with"),
        (OutOfBounds(), "size lies within -2 and -1, as declared"),
        (NotFinite(), "records are finite"),
        (Negative(), r"not negative; found: Mean\(1, -1\) as 'seen' of step 0"),
        (Twice(), "each measure has a name of its own"),
        (Holds(table=jnp.ones(3)), "a recipe holds no state and no data; found: an array at table"),
        (Judges(), "evaluate and judge give the same measures each time; found: random differs"),
        (Follows(), "optimisers and penalties do not see tracked variables"),
        (Numbered(), "init is a pure function of its arguments"),
        (CallsOut(), "a training that is cut off and resumed ends with the same bits; found: .*w differs"),
        (Lonely(), "a trial in a group equals the trial alone, but for rounding; found: the state's w differs"),
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
