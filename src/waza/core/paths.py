"""Names for the arrays of a tree: their paths, such as `hidden.0.weight`."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.core.variables import Tracked, is_tracked

ALONE = "value"


def named_leaves(tree: PyTree) -> dict[str, Any]:
    """The leaves of a tree by path, in the tree's order.

    Keys of dicts, positions in lists and tuples, and fields of NamedTuples and modules are joined by dots. A `Tracked`
    variable has the path at which it stands. The path of a tree that is a single leaf is "value".

    Raises:
        Error: two leaves have the same path, because a key has a dot in it.

    >>> named_leaves({"hidden": [{"weight": 1.0, "bias": 2.0}], "output": (3.0,)})
    {'hidden.0.bias': 2.0, 'hidden.0.weight': 1.0, 'output.0': 3.0}
    >>> named_leaves({"mean": Tracked(0.5)})
    {'mean': 0.5}
    """
    return {path: leaf.value if is_tracked(leaf) else leaf for path, leaf in _with_paths(tree)[0]}


def from_named_leaves(named: Mapping[str, Any], like: PyTree) -> PyTree:
    """The tree whose `named_leaves` are these: the inverse of `named_leaves`.

    Args:
        named: arrays by path.
        like: a tree of arrays, or of `jax.ShapeDtypeStruct`, with the structure, shapes and types of the result.

    Raises:
        Error: a path is missing or not expected, or an array has another shape or type; the message names the path.

    >>> from_named_leaves({"output.0": np.ones(2)}, {"output": (np.zeros(2),)})
    {'output': (array([1., 1.]),)}
    """
    expected, structure = _with_paths(like)
    paths = [path for path, _ in expected]
    faults = [f"{path} is missing" for path in paths if path not in named]
    faults += [f"{path} is not expected" for path in named if path not in set(paths)]
    leaves: list[Any] = []
    for path, leaf in expected:
        if path in named:
            given, wanted = _kind(named[path]), _kind(leaf.value if is_tracked(leaf) else leaf)
            if given != wanted:
                faults.append(f"{path} is {given}, expected {wanted}")
            leaves.append(Tracked(named[path]) if is_tracked(leaf) else named[path])
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise Error(f"the arrays do not fit: {'; '.join(faults[:3])}{more}")
    return jax.tree.unflatten(structure, leaves)


def _with_paths(tree: PyTree) -> tuple[list[tuple[str, Any]], Any]:
    """(path, leaf) for each leaf or `Tracked`, and the structure around them."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(tree, is_leaf=is_tracked)
    found: dict[str, Any] = {}
    for keys, leaf in leaves:
        path = jax.tree_util.keystr(keys, simple=True, separator=".") or ALONE
        if path in found:
            raise Error(f"two arrays have the path {path!r}: use keys without dots")
        found[path] = leaf
    return list(found.items()), structure


def _kind(leaf: Any) -> str:
    """The type and shape of an array, such as "float32 (3, 2)"."""
    dtype = leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
    return f"{dtype} {tuple(np.shape(leaf))}"
