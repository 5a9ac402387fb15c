"""What a recipe is given: names of fields, recipes, functions and tuples."""

import importlib
import math
import re
from typing import Literal, TypeVar

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jaxtyping import Array, Float

import waza as wz
from waza import models, nn, optim
from waza.core.errors import Error
from waza.core.recipe import Recipe, replace

T = TypeVar("T")
NET = models.MLP((4, 3, 2))
BASE = wz.Supervised(NET, optim.SGD())


class Own(optim.Wrapper):
    """A recipe of a user's own."""

    steepness: float
    shape: nn.Initializer | None = None


MISTAKES = {
    "another framework's name": (lambda: optim.SGD(lr=0.1), "SGD has no field 'lr': did you mean 'learning_rate'?"),
    "a misspelled name": (lambda: optim.SGD(learning_rat=0.1), "did you mean 'learning_rate'?"),
    "in a user's own": (lambda: Own(BASE.optimizer, steepnes=0.1), "did you mean 'steepness'?"),
    "in vary": (lambda: wz.vary(BASE, optimizer={"lr": 1}), "no field 'optimizer.lr': did you mean 'learning_rate'?"),
    "in replace": (lambda: replace(optim.Adam(), eps=1e-4), "did you mean 'epsilon'?"),
    "a missing field": (lambda: optim.CosineDecay(0.1), "no 'steps': give optim.CosineDecay(initial=..., steps=...)"),
    "too many": (lambda: optim.SGD(0.1, 0.9), "SGD is given 2 values; expected at most 1: learning_rate"),
    "twice": (lambda: optim.SGD(0.1, learning_rate=0.9), "'learning_rate' twice"),
    "a class": (lambda: wz.Supervised(NET, optim.SGD), "Supervised.optimizer is the class optim.SGD; expected an"),
    "a class, what to do": (lambda: wz.Supervised(models.MLP, optim.SGD()), "give models.MLP(sizes=...)"),
    "a class in vary": (lambda: wz.vary(BASE, optimizer=optim.Adam), "give optim.Adam()"),
    "a class in a tuple": (lambda: models.Chain((nn.Dense(4, 2), nn.Flatten)), "Chain.layers[1] is the class"),
    "optax": (lambda: wz.Supervised(NET, optax.adam(1e-3)), "give optim.FromOptax(optax.adam, "),
    "a factory of optax": (lambda: wz.vary(BASE, optimizer=optax.adam), "give optim.FromOptax(optax.adam, "),
    "optax in a wrapper": (lambda: optim.ClipByNorm(optax.sgd(0.1), 1.0), "ClipByNorm.optimizer is of optax"),
    "a function by name": (lambda: models.MLP((4, 2), activation="relu"), "MLP.activation is 'relu'; expected a funct"),
    "what function": (lambda: wz.vary(BASE, model={"activation": "ReLU"}), "give nn.relu"),
    "a recipe by name": (lambda: wz.Supervised(NET, "adam"), "expected an optim.Optimizer: give optim.Adam()"),
    "a loss by name": (lambda: wz.Supervised(NET, optim.SGD(), loss="cross_entropy"), "give nn.CrossEntropy()"),
    "a mask by name": (lambda: optim.WeightDecay(optim.SGD(), mask="weights"), "give optim.weights"),
    "without its wrapper": (lambda: models.SequenceModel(nn.LSTM(2, 3), 1), "give nn.Recurrent(nn.LSTM(...))"),
    "a number for a recipe": (lambda: models.MLP((4, 2), dropout=0.5), "give nn.Dropout(0.5)"),
    "another kind": (lambda: wz.Supervised(optim.SGD(), NET), "model is an optim.SGD; expected an nn.Layer"),
    "no tuple": (lambda: models.MLP(4, 3, 2), "MLP.sizes is 4; expected a tuple, such as (4, 2)"),
    "a schedule of optax": (lambda: optim.SGD(optax.constant_schedule(0.1)), "expected a number, such as 0.1"),
    "in a user's own recipe": (lambda: Own(optim.SGD(), 1.0, nn.He), "Own.shape is the class nn.He"),
}


@pytest.mark.parametrize(("make", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_that_says_what_to_do(make, said):
    with pytest.raises(Error) as caught:
        make()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)


def test_what_is_right_passes():
    assert Own(optim.SGD(), steepness=2, shape=nn.He()).steepness == 2.0
    assert optim.FromOptax(optax.adam, {"learning_rate": 0.1}).factory is optax.adam
    assert models.MLP([4, 2], activation=lambda x: x).sizes == (4, 2)
    assert wz.vary(BASE, optimizer=optim.Adam(), model={"norm": None}).model.norm is None


class Free(Recipe):
    names: dict[str, int]
    sizes: int | tuple[int, int] = 0
    mode: Literal["in", "out"] = "in"
    title: str = ""
    many: tuple[tuple[float, ...], ...] = ()
    any: T | None = None
    pixels: Float[Array, "..."] | None = None
    array: np.ndarray | None = None


GIVEN = {
    "a dict": ({"names": [1]}, "Free.names is [1]; expected a dict {name: a whole number}"),
    "a key": ({"names": {1: 1}}, "Free.names has the key 1; expected a text"),
    "an item": ({"names": {"a": None}}, "Free.names['a'] is None; expected a whole number"),
    "a whole number": (
        {"sizes": 0.5},
        "Free.sizes is 0.5; expected a whole number or a tuple (a whole number, a whole",
    ),
    "True as a number": ({"sizes": True}, "Free.sizes is True; expected a whole number"),
    "a pair": ({"sizes": (1, "b")}, "Free.sizes[1] is 'b'; expected a whole number"),
    "a literal": ({"mode": "up"}, "Free.mode is 'up'; expected 'in' or 'out'"),
    "a text": ({"title": b"a"}, "Free.title is b'a'; expected a text"),
    "a NaN inside": ({"many": ((1.0,), (math.nan,))}, "Free.many[1][0] is nan; expected a number"),
    "an array": ({"title": np.zeros((2, 3))}, "Free.title is an array float64 (2, 3); expected a text"),
    "a long text": ({"mode": "a" * 99}, "Free.mode is a text of 99 characters; expected"),
    "an object": ({"title": object()}, "Free.title is an object of object; expected a text"),
    "a lambda": ({"array": lambda: None}, "Free.array is a lambda; expected numpy.ndarray or None"),
}


@pytest.mark.wrong_types
@pytest.mark.parametrize(("given", "said"), GIVEN.values(), ids=GIVEN)
def test_every_field_is_checked_by_its_annotation(given, said):
    with pytest.raises(Error, match=re.escape(said)) as caught:
        Free(**({"names": {}} | given))
    assert "\n" not in str(caught.value) and "0x" not in str(caught.value)


@pytest.mark.wrong_types
@pytest.mark.parametrize("value", [math.nan, np.float32("nan"), "0.1", None, True, np.zeros(3), [0.1]])
def test_a_number_is_real_and_not_nan(value):
    with pytest.raises(Error, match=r"SGD.learning_rate is .*; expected a number, such as 0.1"):
        optim.SGD(value)


def test_values_that_fit_pass():
    made = Free({"a": np.int64(1)}, [2, 3], "out", many=[[1, 2.5]], any="as given", pixels=jnp.zeros(3))
    assert (made.sizes, made.many, made.any) == ((2, 3), ((1, 2.5),), "as given")
    assert optim.SGD(np.float32(0.5)).learning_rate == 0.5 and optim.SGD(math.inf).learning_rate == math.inf


POSTPONED = """
from __future__ import annotations
from waza import optim
from waza.core.recipe import Recipe

class Own(Recipe):
    optimizer: optim.Optimizer
    steepness: float | None = None
    sizes: tuple[int, ...] = ()
    free: Unknown = 0
"""


def test_annotations_that_are_texts_are_checked_as_well(tmp_path, monkeypatch):
    (tmp_path / "postponed.py").write_text(POSTPONED, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    own = importlib.import_module("postponed").Own
    made = own(optim.SGD(), 2, [3, 4], "anything")
    assert (type(made.steepness), made.sizes, made.free) == (float, (3, 4), "anything")
    assert isinstance(wz.vary(made, steepness=0.5).steepness, float)
    for given, said in (("adam",), "give optim.Adam()"), ((optim.SGD(), None, 4), "Own.sizes is 4"):
        with pytest.raises(Error, match=re.escape(said)):
            own(*given)
