"""Numbers and structure: which learners share one program."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PyTree

from waza.core.recipe import Recipe
from waza.nn import Initializer, Layer


def is_number(leaf: Any) -> bool:
    """Whether a leaf of a recipe is a number that may vary: a float, or an array of floats."""
    return isinstance(leaf, float) or (eqx.is_inexact_array_like(leaf) and not isinstance(leaf, complex | bool | int))


def split(recipe: PyTree) -> tuple[PyTree, PyTree]:
    """The recipe's numbers, and its structure: all the rest.

    >>> split({"rate": 0.1, "size": 3})
    ({'rate': 0.1, 'size': None}, {'rate': None, 'size': 3})
    """
    return eqx.partition(recipe, is_number)


def same_structure(a: PyTree, b: PyTree) -> bool:
    """Whether two recipes differ in numbers alone, by exact comparison of everything else.

    >>> same_structure({"rate": 0.1, "size": 3}, {"rate": 0.2, "size": 3})
    True
    >>> same_structure({"rate": 0.1, "size": 3}, {"rate": 0.1, "size": 4})
    False
    """
    numbers_a, structure_a = split(a)
    numbers_b, structure_b = split(b)
    shapes = [[np.shape(leaf) for leaf in jax.tree.leaves(numbers)] for numbers in (numbers_a, numbers_b)]
    if jax.tree.structure(structure_a) != jax.tree.structure(structure_b) or shapes[0] != shapes[1]:  # type: ignore[operator]
        return False
    return all(_same(x, y) for x, y in zip(jax.tree.leaves(structure_a), jax.tree.leaves(structure_b), strict=True))


def _same(a: Any, b: Any) -> bool:
    """Exact equality of two static leaves."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | jax.Array):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return bool(a == b)


def stack(recipes: Sequence[PyTree]) -> PyTree:
    """The numbers of recipes of one structure, stacked as float32 along a new first axis."""
    numbers = [split(recipe)[0] for recipe in recipes]
    return jax.tree.map(lambda *leaves: jnp.asarray(np.stack(leaves), jnp.float32), *numbers)


def groups(recipes: Sequence[PyTree]) -> list[list[int]]:
    """The positions of the recipes, grouped by structure, in the order of first appearance."""
    found: list[list[int]] = []
    for i, recipe in enumerate(recipes):
        for group in found:
            if same_structure(recipes[group[0]], recipe):
                group.append(i)
                break
        else:
            found.append([i])
    return found


class NoInitializer(Initializer):
    """Stands for any initializer where no initial value is drawn."""


def without_initializers(recipe: PyTree) -> PyTree:
    """The recipe as `update` and `evaluate` get it: with `NoInitializer` for each initializer."""
    return jax.tree.map(
        lambda node: NoInitializer() if isinstance(node, Initializer) else node,
        recipe,
        is_leaf=lambda node: isinstance(node, Initializer),
    )


def holds(recipe: Any, *kinds: type) -> bool:
    """Whether a layer of these kinds is a part of a recipe.

    >>> from waza import models, nn
    >>> holds({"model": models.MLP((4, 2))}, nn.Conv2d), holds((nn.Conv2d(1, 8, 3),), nn.Conv2d)
    (False, True)
    """
    if isinstance(recipe, kinds):
        return True
    if isinstance(recipe, dict):
        return any(holds(part, *kinds) for part in recipe.values())
    if isinstance(recipe, tuple | list):
        return any(holds(part, *kinds) for part in recipe)
    if isinstance(recipe, Layer):
        return holds(recipe.parts(), *kinds)
    return isinstance(recipe, Recipe) and any(
        holds(getattr(recipe, field.name), *kinds) for field in dataclasses.fields(recipe)
    )
