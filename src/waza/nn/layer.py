"""Layer: a recipe that makes variables and is applied with them."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.recipe import Recipe
from waza.nn.passes import Pass, named_key


class Layer(Recipe):
    """A recipe with two functions: `init(key) -> variables` and `apply(variables, x, run) -> y`.

    The variables mirror the recipe, `variables["hidden"][0]["weight"]`, and are kept apart from it, never inside it.
    """

    def parts(self) -> dict[str, Any]:
        """The layers, or tuples of layers, that this one is made of, by name."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            name: value
            for name, value in fields.items()
            if isinstance(value, Layer)
            or (isinstance(value, tuple) and value and all(isinstance(part, Layer) for part in value))
        }

    def init(self, key: PRNGKeyArray) -> PyTree[Array]:
        """The variables of all parts, each drawn with the key that belongs to its name."""
        variables: dict[str, Any] = {}
        for name, part in self.parts().items():
            own = named_key(key, name)
            if isinstance(part, tuple):
                variables[name] = _init_each(part, own)
            else:
                variables[name] = part.init(own)
        return variables

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Array:
        """The layer's output for a batch; the batch comes first."""
        raise NotImplementedError(f"{type(self).__name__} has no apply(variables, x, run)")


def _init_each(layers: tuple[Layer, ...], key: PRNGKeyArray) -> list[PyTree[Array]]:
    """Each layer's variables. Neighbours that are alike are drawn together: a deep model compiles one draw."""
    variables: list[PyTree[Array]] = []
    while len(variables) < len(layers):
        begin = len(variables)
        end = begin + 1
        while end < len(layers) and _alike(layers[begin], layers[end]):
            end += 1
        keys = jnp.stack([named_key(key, i) for i in range(begin, end)])
        drawn = jax.vmap(layers[begin].init)(keys)
        variables += [jax.tree.map(lambda leaf, at=i: leaf[at], drawn) for i in range(end - begin)]
    return variables


def _alike(a: Layer, b: Layer) -> bool:
    """Whether two layers are the same recipe, as far as can be told without looking into traced numbers."""
    if jax.tree.structure(a) != jax.tree.structure(b):  # type: ignore[operator]  # JAX's stub
        return False
    return all(
        x is y or (not isinstance(x, jax.Array) and not isinstance(y, jax.Array) and x == y)
        for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    )
