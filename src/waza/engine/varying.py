"""Numbers that all variants of a structure share, and refusals where they differ."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.engine import structure


class Varying:
    """A placeholder for a number that varies, in functions that may not read it: any use is an error."""

    def __init__(self, path: str):
        self._path = path

    def _refuse(self, *_: Any) -> Any:
        raise Error(
            f"batch() reads {self._path}, which the variants of this study vary; a batch is shared by all variants: "
            "use the number in update() instead"
        )

    __jax_array__ = dtype = property(_refuse)  # JAX looks for them before it computes
    __float__ = __int__ = __bool__ = __array__ = __neg__ = __abs__ = __round__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refuse
    __hash__ = object.__hash__


def fixed_numbers(recipes: Sequence[PyTree]) -> PyTree:
    """The numbers on which all recipes agree, and a `Varying` for each number that varies."""
    numbers = [structure.split(recipe)[0] for recipe in recipes]

    def settle(path: Any, *leaves: Any) -> Any:
        same = all(np.array_equal(leaf, leaves[0]) for leaf in leaves)
        return leaves[0] if same else Varying(jax.tree_util.keystr(path).lstrip("."))

    return jax.tree_util.tree_map_with_path(settle, *numbers)
