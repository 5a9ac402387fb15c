"""The laws of an optimiser."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, PyTree

from waza.core.recipe import at
from waza.core.variables import Tracked, trained
from waza.optim import Optimizer, add
from waza.testing.laws import (
    check_numbers,
    check_pure,
    check_recipe,
    difference,
    hold,
    not_finite,
    shape_difference,
)

STEPS = 5


def check_optimizer(optimizer: Optimizer, parameters: PyTree[Array] | None = None) -> None:
    """Check that an optimiser keeps the contract of `waza.optim.Optimizer`.

    The laws: it is a recipe whose numbers may vary; `init` and `update` are pure; updates have the structure, shapes
    and types of the parameters and the state keeps its own; tracked variables, None among the parameters, stay None;
    `update` is compiled once for all numbers; five steps on half the squared norm of the parameters are finite.

    Args:
        optimizer: the optimiser.
        parameters: what it updates; a small tree with a tracked variable if not given.

    Raises:
        AssertionError: a law is broken; the message names it.

    >>> from waza import optim
    >>> check_optimizer(optim.Adam(0.01))
    """
    check_recipe(optimizer)
    parameters = _small() if parameters is None else parameters
    state = optimizer.init(parameters)
    check_pure(optimizer, "init", optimizer.init, parameters)

    def update(optimizer: Optimizer, gradients: PyTree, state: Any, parameters: PyTree) -> Any:
        return optimizer.update(gradients, state, parameters)

    now = at(optimizer, jnp.zeros((), jnp.int32))
    check_pure(optimizer, "update", lambda *given: update(now, *given), parameters, state, parameters)
    check_numbers(
        optimizer,
        "update",
        lambda one, *given: update(at(one, jnp.zeros((), jnp.int32)), *given),
        parameters,
        state,
        parameters,
    )
    compiled = jax.jit(lambda step, *given: update(at(optimizer, step), *given))
    for step in range(STEPS):
        updates, after = compiled(jnp.int32(step), parameters, state, parameters)  # the gradients of |w|^2 / 2
        found = shape_difference(parameters, updates)
        hold(found is None, optimizer, "updates have the shapes and types of the parameters", str(found))
        found = shape_difference(jax.tree.map(jnp.asarray, state), after)
        hold(found is None, optimizer, "a step keeps the shapes and types of the state", str(found))
        again = compiled(jnp.int32(step), parameters, state, parameters)
        found = difference((updates, after), again)
        hold(found is None, optimizer, "the same step gives the same bits", str(found))
        hold(not_finite(updates) is None, optimizer, "updates are finite", f"NaN in {not_finite(updates)}")
        parameters, state = add(parameters, updates), after


def _small() -> PyTree[Array]:
    """The trained part of a layer's and a normalisation's variables."""
    weight = jax.random.normal(jax.random.key(0), (3, 2))
    norm = {"scale": jnp.ones(2), "mean": Tracked(jnp.zeros(2))}
    return trained({"hidden": [{"weight": weight, "bias": jnp.zeros(2), "norm": norm}]})
