"""Masks: which parameters a penalty, decay or proximal step acts on."""

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.core.variables import is_weight

# A function of a parameter's path, such as "hidden.0.dense.weight", and the parameter. It sees the array's shape and
# dtype only: which parameters are chosen is part of the compiled program. A named function keeps a run's
# fingerprint the same in every process.
Mask: TypeAlias = Callable[[str, Array], bool]


def weights(path: str, parameter: Array) -> bool:
    """The default mask: parameters of two axes or more (`waza.core.variables.is_weight`).

    >>> import jax.numpy as jnp
    >>> weights("output.weight", jnp.zeros((3, 2))), weights("output.bias", jnp.zeros(3))
    (True, False)
    """
    return is_weight(parameter)


def everything(path: str, parameter: Array) -> bool:
    """The mask that chooses every parameter.

    >>> import jax.numpy as jnp
    >>> everything("output.bias", jnp.zeros(3))
    True
    """
    return True


def chosen(mask: Mask, parameters: PyTree[Array]) -> PyTree[Any]:
    """A tree of the parameters' structure that has True where the mask chooses one.

    >>> import jax.numpy as jnp
    >>> chosen(weights, {"weight": jnp.zeros((3, 2)), "bias": jnp.zeros(3)})
    {'bias': False, 'weight': True}
    >>> chosen(lambda path, parameter: path.startswith("hidden.0."), {"hidden": [{"bias": jnp.zeros(3)}]})
    {'hidden': [{'bias': True}]}
    """
    return jax.tree_util.tree_map_with_path(lambda path, leaf: chooses(mask, path_of(path), leaf), parameters)


def chooses(mask: Mask, path: str, parameter: Array) -> bool:
    """Whether the mask chooses this parameter.

    Raises:
        Error: the mask is no function, for example a tree as optax takes it.
    """
    if not callable(mask):
        raise Error(
            f"mask={mask!r} given; expected a function of (path, parameter) that returns True or False, "
            'such as lambda path, parameter: path.startswith("output")'
        )
    return bool(mask(path, parameter))


def path_of(path: tuple[Any, ...]) -> str:
    """The dotted path of a leaf, such as "hidden.0.dense.weight", from the one that `jax.tree_util` gives.

    >>> [path_of(path) for path, _ in jax.tree_util.tree_leaves_with_path({"hidden": [{"weight": 1.0}]})]
    ['hidden.0.weight']
    """
    return jax.tree_util.keystr(path, simple=True, separator=".")
