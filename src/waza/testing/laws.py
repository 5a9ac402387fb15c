"""What all checks share: how a law is reported, comparison bit by bit, and the laws of every recipe."""

import dataclasses
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PyTree

from waza.core.masks import path_of
from waza.core.recipe import Recipe
from waza.core.vary import vary
from waza.engine import structure
from waza.engine.describe import describe

SCALE = 0.9


def hold(kept: bool, owner: Any, law: str, found: str) -> None:
    """Report a law that is broken.

    Raises:
        AssertionError: it is not kept; the message is one line with the owner, the law and what was found.
    """
    if not kept:
        raise AssertionError(f"{type(owner).__name__}: {law}; found: {' '.join(found.split())}")


def difference(a: PyTree, b: PyTree) -> str | None:
    """The first place where two trees differ by a bit, in words; None where they are the same.

    >>> difference({"w": np.zeros(2)}, {"w": np.ones(2)})
    'w differs'
    """
    forms: list[Any] = [jax.tree.structure(tree) for tree in (a, b)]
    if forms[0] != forms[1]:
        return f"{forms[0]} and {forms[1]}"
    for (path, x), y in zip(jax.tree_util.tree_leaves_with_path(a), jax.tree.leaves(b), strict=True):
        x, y = _numbers(x), _numbers(y)
        place = path_of(path) or "the value"
        if (x.shape, x.dtype) != (y.shape, y.dtype):
            return f"{place} is {x.dtype} {x.shape} and {y.dtype} {y.shape}"
        if x.tobytes() != y.tobytes():
            return f"{place} differs"
    return None


def _numbers(leaf: Any) -> np.ndarray:
    """An array, or the numbers of a random key."""
    key = isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(leaf) if key else leaf)


def shape_difference(a: PyTree, b: PyTree) -> str | None:
    """The first place where two trees of arrays or shapes differ in shape or type, in words."""
    forms: list[Any] = [jax.tree.structure(tree) for tree in (a, b)]
    if forms[0] != forms[1]:
        return f"{forms[0]} and {forms[1]}"
    for (path, x), y in zip(jax.tree_util.tree_leaves_with_path(a), jax.tree.leaves(b), strict=True):
        if (x.shape, x.dtype) != (y.shape, y.dtype):
            return f"{path_of(path) or 'the value'} is {x.dtype} {x.shape} and {y.dtype} {y.shape}"
    return None


def copied(tree: PyTree) -> PyTree:
    """The tree with a copy of each NumPy array; other leaves, which cannot change, stay."""
    return jax.tree.map(lambda leaf: np.array(leaf) if isinstance(leaf, np.ndarray) else leaf, tree)


def arrays_of(tree: PyTree) -> PyTree:
    """The arrays of a tree, and None in the place of other leaves."""
    return eqx.filter(tree, eqx.is_array)


def not_finite(tree: PyTree) -> str | None:
    """The path of the first array with a number that is not finite."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        array = np.asarray(leaf)
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            return path_of(path) or "the value"
    return None


def check_recipe(recipe: Recipe) -> None:
    """The laws of every recipe: a frozen tree that holds numbers and structure, of which each number may vary."""
    leaves, form = jax.tree.flatten(recipe)
    told = describe(recipe)
    hold(
        describe(jax.tree.unflatten(form, leaves)) == told,
        recipe,
        "flattened and put together again it is the same recipe",
        "another",
    )
    for path, leaf in jax.tree_util.tree_leaves_with_path(recipe):
        arrays = isinstance(leaf, np.ndarray | jax.Array) and leaf.ndim > 0
        hold(not arrays, recipe, "a recipe holds no state and no data", f"an array at {path_of(path)}")
    for path in number_paths(recipe):
        *above, name = path
        old = _at(recipe, path)
        change: Any = {name: old * SCALE if 0 < abs(old) < math.inf else 1 - SCALE}
        for part in reversed(above):
            change = {part: change}
        new = vary(recipe, **change)
        law = "a number that is varied changes nothing but itself"
        hold(structure.same_structure(recipe, new), recipe, law, f"{'.'.join(path)} changes the structure")
        hold(_at(new, path) != old, recipe, law, f"{'.'.join(path)} is still {old}")


def number_paths(recipe: Recipe) -> Iterator[tuple[str, ...]]:
    """The paths of the numbers in a recipe's fields and in those of the recipes that it holds.

    >>> from waza import optim
    >>> list(number_paths(optim.ClipByNorm(optim.SGD(0.1))))
    [('optimizer', 'learning_rate'), ('limit',)]
    """
    for field in dataclasses.fields(recipe):
        value = getattr(recipe, field.name)
        if isinstance(value, float):
            yield (field.name,)
        elif isinstance(value, Recipe):
            yield from ((field.name, *path) for path in number_paths(value))


def _at(recipe: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        recipe = getattr(recipe, name)
    return recipe


def scaled(recipe: Any, chosen: Callable[[Any], bool] = lambda part: True) -> Any:
    """The recipe with its numbers, or those of the chosen recipes within it, times 0.9.

    >>> from waza import optim
    >>> scaled(optim.SGD(0.1)).learning_rate
    0.09000000000000001
    """

    def times(leaf: Any) -> Any:
        return leaf * SCALE if structure.is_number(leaf) else leaf

    def part(node: Any) -> Any:
        return jax.tree.map(times, node) if isinstance(node, Recipe) and chosen(node) else node

    return jax.tree.map(part, recipe, is_leaf=lambda node: isinstance(node, Recipe) and chosen(node))


def check_numbers(recipe: Recipe, name: str, function: Callable, *arguments: Any) -> None:
    """The law of numbers: `function(recipe, *arguments)` is traced once for all values of the recipe's numbers."""
    traces = 0
    numbers, rest = structure.split(recipe)

    def traced(numbers: PyTree, *arguments: Any) -> Any:
        nonlocal traces
        traces += 1
        return function(eqx.combine(numbers, rest), *arguments)

    compiled, law = jax.jit(traced), f"{name} is compiled once for all values of the numbers"
    as_arrays = jax.tree.map(lambda number: np.asarray(number, np.float32), numbers)
    try:
        for factor in (1, SCALE):
            jax.eval_shape(
                compiled, jax.tree.map(lambda number, f=factor: number * np.float32(f), as_arrays), *arguments
            )
    except jax.errors.JAXTypeError as error:
        hold(False, recipe, f"{law}, so it may not branch on one (use jnp.where)", str(error).split(". ")[0])
    hold(traces == 1, recipe, law, f"it was traced {traces} times")


def check_pure(owner: Any, name: str, function: Callable, *arguments: Any) -> None:
    """The law of purity: the same arguments give the same computation, and the arguments stay as they were."""
    arrays, rest = eqx.partition(arguments, eqx.is_array)
    changed = []

    def traced(arrays: PyTree) -> Any:
        given = eqx.combine(arrays, rest)
        before = jax.tree.map(lambda leaf: leaf, given)
        result = function(*given)
        changed.append(not _same_objects(before, given))
        return arrays_of(result)

    forms = [jax.make_jaxpr(lambda arrays: traced(arrays))(arrays) for _ in range(2)]
    texts = [re.sub(r"0x[0-9a-f]+", "", str(form)) for form in forms]
    law = f"{name} is a pure function of its arguments"
    alike = texts[0] == texts[1] and difference(forms[0].consts, forms[1].consts) is None
    hold(alike, owner, law, "a second call computes something else")
    hold(not any(changed), owner, law, "it changes an argument")


def _same_objects(a: PyTree, b: PyTree) -> bool:
    forms: list[Any] = [jax.tree.structure(tree) for tree in (a, b)]
    return forms[0] == forms[1] and all(map(operator.is_, jax.tree.leaves(a), jax.tree.leaves(b)))
