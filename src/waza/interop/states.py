"""States of models as named tensors: each array of the tree is an input of a step and an output of it."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jaxtyping import Array, PyTree

from waza.core.paths import ALONE, named_leaves
from waza.interop.part import BATCH, Tensor

NEW = "new_"


class State:
    """The arrays of a model's state, by name.

    Args:
        name: the first word of each name, such as "state".
        start: gives the state of one row; only its shapes are used.
        free: names of axes whose size is free, by place.

    >>> import jax.numpy as jnp
    >>> state = State("state", lambda: (jnp.zeros((1, 3)), {"cell": jnp.zeros((1, 2))}))
    >>> [str(one) for one in state.inputs]
    ['state_0 (batch, 3) float32', 'state_1_cell (batch, 2) float32']
    >>> [one.name for one in state.outputs]
    ['new_state_0', 'new_state_1_cell']
    """

    def __init__(self, name: str, start: Callable[[], PyTree[Array]], free: dict[int, str] | None = None):
        shapes = jax.eval_shape(start)
        self._structure: Any = jax.tree.structure(shapes)
        free = {0: BATCH, **(free or {})}
        self.inputs = tuple(
            Tensor(
                name if path == ALONE else f"{name}_{path.replace('.', '_')}",
                str(leaf.dtype),
                tuple(free.get(axis, size) for axis, size in enumerate(leaf.shape)),
            )
            for path, leaf in named_leaves(shapes).items()
        )
        self.outputs = tuple(one._replace(name=f"{NEW}{one.name}") for one in self.inputs)

    def tree(self, leaves: Sequence[Any]) -> Any:
        """The state of these arrays (or of anything else in their place)."""
        return jax.tree.unflatten(self._structure, leaves)

    def leaves(self, tree: Any) -> tuple[Any, ...]:
        """The arrays of a state."""
        return tuple(self._structure.flatten_up_to(tree))
