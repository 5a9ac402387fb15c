"""Layer: a recipe that makes variables and is applied with them."""

import dataclasses
from typing import Any

from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.recipe import Recipe
from waza.nn.passes import Pass, named_key


class Layer(Recipe):
    """A recipe with two functions: `init(key) -> variables` and `apply(variables, x, run) -> y`.

    The variables mirror the recipe, `variables["hidden"][0]["weight"]`, and live beside it, never inside it.
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
                variables[name] = [each.init(named_key(own, i)) for i, each in enumerate(part)]
            else:
                variables[name] = part.init(own)
        return variables

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Array:
        """The layer's output for a batch; the batch comes first."""
        raise NotImplementedError(f"{type(self).__name__} has no apply(variables, x, run)")
