"""Trained variables and tracked variables."""

from typing import Any

import equinox as eqx
import jax
from jaxtyping import Array, PyTree


class Tracked(eqx.Module):
    """A variable that the forward pass updates and that is not trained, such as a running mean.

    It is excluded from gradients, penalties, weight decay, clipping and optimisers.
    """

    value: Any


def is_tracked(node: Any) -> bool:
    """Whether this node of a tree of variables is a `Tracked`."""
    return isinstance(node, Tracked)


def trained(variables: PyTree) -> PyTree:
    """The same tree with None in place of tracked variables.

    >>> trained({"scale": 2.0, "mean": Tracked(0.5)})
    {'mean': None, 'scale': 2.0}
    """
    return jax.tree.map(lambda node: None if is_tracked(node) else node, variables, is_leaf=is_tracked)


def join(parameters: PyTree, variables: PyTree) -> PyTree:
    """The complete tree: the trained part from `parameters`, the tracked part from `variables`.

    >>> join({"scale": 3.0, "mean": None}, {"scale": 2.0, "mean": Tracked(0.5)})
    {'mean': Tracked(value=0.5), 'scale': 3.0}
    """
    return jax.tree.map(
        lambda node, new: node if is_tracked(node) else new,
        variables,
        parameters,
        is_leaf=is_tracked,
    )


def is_weight(parameter: Array) -> bool:
    """Whether a trained variable is a weight, to which penalties and weight decay apply.

    Weights have two axes or more; biases, and a normalisation's scale and shift, have one and are excluded.

    >>> import jax.numpy as jnp
    >>> is_weight(jnp.zeros((3, 2))), is_weight(jnp.zeros(3))
    (True, False)
    """
    return parameter.ndim >= 2
