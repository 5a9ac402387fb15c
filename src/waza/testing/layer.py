"""The laws of a layer."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from waza.core.paths import from_named_leaves, named_leaves
from waza.core.variables import join, trained
from waza.engine import structure
from waza.nn import Layer, Pass
from waza.testing.laws import (
    check_numbers,
    check_pure,
    check_recipe,
    difference,
    hold,
    not_finite,
    shape_difference,
)

TOLERANCE = 1e-4


def check_layer(layer: Layer, x: PyTree[Any], seed: int = 0) -> None:
    """Check that a layer keeps the contract of `waza.nn.Layer`.

    The laws: it is a recipe whose numbers may vary; `init` depends on the key alone; `apply` is pure, is compiled once
    for all numbers, returns a row for each row, and outside training treats rows independently; in training, gradients
    are finite and tracked variables keep their shapes; variables can be saved by path.

    Args:
        layer: the layer.
        x: inputs for it, the batch first, of at least two rows.
        seed: of the variables.

    Raises:
        AssertionError: a law is broken; the message names it.

    >>> from waza import nn
    >>> check_layer(nn.Dense(3, 2), np.ones((4, 3), np.float32))
    """
    check_recipe(layer)
    x = jax.tree.map(jnp.asarray, x)
    rows = jax.tree.leaves(x)[0].shape[0]
    variables = _check_init(layer, jax.random.key(seed))
    bare = structure.without_initializers(layer)

    def apply(layer: Layer, variables: PyTree[Array], x: Any, key: Array, training: bool) -> Any:
        run = Pass(training=training, key=key)
        y = layer.apply(variables, x, run)
        return y, run.followed(variables)

    def learnt(layer: Layer, variables: PyTree[Array], x: Any, key: Array) -> Any:
        def objective(parameters: PyTree[Array]) -> Any:
            y, followed = apply(layer, join(parameters, variables), x, key, True)
            return sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(y)), (y, followed)

        return jax.grad(objective, has_aux=True)(trained(variables))

    key = jax.random.key(seed + 1)
    for training in (True, False):
        in_this_mode = partial(apply, training=training)
        check_pure(layer, "apply", partial(in_this_mode, bare), variables, x, key)
        check_numbers(bare, "apply", in_this_mode, variables, x, key)
    compiled = jax.jit(lambda v, x: apply(bare, v, x, key, False))
    y, followed = compiled(variables, x)
    for leaf in jax.tree.leaves(y):
        hold(leaf.shape[:1] == (rows,), layer, f"{rows} rows of input give {rows} rows", f"the shape {leaf.shape}")
    kept = difference(variables, followed)
    hold(kept is None, layer, "outside training no variable changes", str(kept))
    other, _ = compiled(variables, jax.tree.map(lambda leaf: leaf.at[-1].set(leaf[0]), x))
    near = all(
        np.allclose(a[:-1], b[:-1], TOLERANCE, TOLERANCE)
        for a, b in zip(jax.tree.leaves(y), jax.tree.leaves(other), strict=True)
    )
    hold(near, layer, "outside training a row's output depends on that row alone", "it changes with another row")
    gradients, (y, followed) = jax.jit(lambda v, x: learnt(bare, v, x, key))(variables, x)
    hold(
        not_finite((y, gradients)) is None, layer, "outputs and gradients are finite", f"NaN in {not_finite(gradients)}"
    )
    kept = difference(trained(variables), trained(followed)) or shape_difference(variables, followed)
    hold(kept is None, layer, "a pass changes tracked variables alone, and never their shapes", str(kept))


def _check_init(layer: Layer, key: Array) -> PyTree[Array]:
    """The variables, which follow from the key and have paths."""
    check_pure(layer, "init", layer.init, key)
    variables = layer.init(key)
    found = difference(variables, layer.init(key))
    hold(found is None, layer, "init depends on its key alone", str(found))
    for path, leaf in named_leaves(variables).items():
        hold(isinstance(leaf, jax.Array), layer, "variables are JAX arrays", f"{path} is {type(leaf).__name__}")
    found = difference(variables, from_named_leaves(named_leaves(variables), variables))
    hold(found is None, layer, "variables can be saved by path and restored", str(found))
    return variables
