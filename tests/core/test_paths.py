"""Arrays of a tree by path."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim
from waza.core.errors import Error
from waza.core.paths import from_named_leaves, named_leaves
from waza.core.variables import Tracked


class State(NamedTuple):
    count: Any
    moments: Any


class Module(eqx.Module):
    weight: Any
    layers: list


def test_all_kinds_of_nodes_round_trip():
    tree = {
        "state": State(np.int32(3), [np.zeros(2), np.ones((1, 2))]),
        "module": Module(np.arange(3.0), [(np.float32(1),)]),
        "norm": {"mean": Tracked(np.full(4, 2.0)), "none": None},
    }
    named = named_leaves(tree)
    assert list(named) == [
        "module.weight",
        "module.layers.0.0",
        "norm.mean",
        "state.count",
        "state.moments.0",
        "state.moments.1",
    ]
    again = from_named_leaves(dict(reversed(named.items())), tree)
    assert jax.tree.structure(again) == jax.tree.structure(tree)
    assert all(a is b for a, b in zip(jax.tree.leaves(again), jax.tree.leaves(tree), strict=True))


def test_a_networks_variables_and_its_optimisers_state():
    model = models.MLP((4, 3, 2), norm=nn.BatchNorm())
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    variables = model.init(jax.random.key(0))
    named = named_leaves(variables)
    assert {"hidden.0.dense.weight", "hidden.0.norm.mean", "output.bias"} <= set(named)
    assert jax.tree.structure(from_named_leaves(named, shapes)) == jax.tree.structure(variables)
    state = optim.Adam().init({"weight": jnp.zeros((2, 2))})
    assert jax.tree.structure(from_named_leaves(named_leaves(state), state)) == jax.tree.structure(state)


def test_a_single_leaf_and_nothing():
    assert named_leaves(1.5) == {"value": 1.5}
    assert from_named_leaves({"value": np.float64(2.5)}, np.float64(0)) == 2.5
    assert named_leaves(()) == {} and from_named_leaves({}, ()) == ()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"a.0": np.zeros(2)}, "b is missing"),
        ({"a.0": np.zeros(2), "b": np.zeros(1), "c": 1}, "c is not expected"),
        ({"a.0": np.zeros(3), "b": np.zeros(1)}, r"a.0 is float64 \(3,\), expected float64 \(2,\)"),
        ({"a.0": np.zeros(2, np.float32), "b": np.zeros(1)}, r"a.0 is float32 \(2,\), expected float64 \(2,\)"),
        ({f"leaf{i}": 0 for i in range(3)}, "a.0 is missing; b is missing; leaf0 is not expected and 2 more"),
    ],
)
def test_what_does_not_fit_is_named(named, message):
    with pytest.raises(Error, match=message):
        from_named_leaves(named, {"a": [np.zeros(2)], "b": np.zeros(1)})


def test_equal_paths_are_refused():
    with pytest.raises(Error, match=r"two arrays have the path 'a\.b'"):
        named_leaves({"a": {"b": 1}, "a.b": 2})
