"""Cell: one time step of a recurrent network."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe, like
from waza.nn.initializers import Initializer, Xavier
from waza.nn.passes import named_key
from waza.nn.recurrent.product import product


def add_product(
    part: Float[Array, "batch outputs"], weight: Float[Array, "outputs inputs"], met: Float[Array, "batch inputs"]
) -> Float[Array, "batch outputs"]:
    """part + W met, for each row."""
    return part + met @ weight.T


class Preactivations:
    """The pre-activations of one step: each part of the projected input, plus the product of a recurrent weight.

    A part and its weight have the same name. Each is used once per step: then the gradient of the part is also the
    gradient of the product, and the weight's gradient can be computed outside the scan (`waza.nn.recurrent.scan`).

    Args:
        projected: the contribution of the input to this step, by name.
        weights: the recurrent weights (outputs, inputs), by name; a part without one is unchanged.
        add: adds a product to a part; the backward pass gives a function that returns the stored sum.

    >>> preactivation = Preactivations({"recurrent": jnp.ones((1, 2))}, {"recurrent": jnp.eye(2)})
    >>> preactivation("recurrent", jnp.array([[3.0, 4.0]])).tolist()
    [[4.0, 5.0]]
    """

    def __init__(
        self,
        projected: dict[str, Array],
        weights: dict[str, Array],
        add: Callable[[Array, Array, Array], Array] = add_product,
    ):
        self.met: dict[str, Array] = {}
        self.sums: dict[str, Array] = {}
        self._projected = dict(projected)
        self._weights = weights
        self._add = add

    def __call__(self, name: str, met: Float[Array, "batch inputs"] | None = None) -> Float[Array, "batch outputs"]:
        """projected[name] + W[name] met, where W[name] is a recurrent weight; else projected[name]."""
        if name not in self._projected:
            raise Error(
                f"advance() uses the pre-activation {name!r}, which project() does not return, or uses it twice: "
                f"available are {', '.join(map(repr, self._projected)) or 'no others'}"
            )
        part = self._projected.pop(name)
        if (name in self._weights) != (met is not None):
            article, how = ("a", "with an input") if name in self._weights else ("no", "without an input")
            raise Error(f"{name!r} has {article} recurrent weight among the variables: call preactivation() {how}")
        if met is None:
            return part
        self.met[name] = met
        self.sums[name] = self._add(part, like(self._weights[name], met), met)
        return self.sums[name]


class Cell(Recipe):
    """One time step of a recurrent network, with the state as an argument and a result.

    A subclass defines `init(key) -> variables`, `start(batch) -> state`, and a step in two parts:
    `project(variables, x)`, which needs no state and is therefore computed for all times at once, and
    `advance(variables, state, preactivation)`. A decoder or a policy calls `step(variables, state, x)`.

    Args:
        inputs: the number of features of x.
        hidden_size: the number of units.
        initializer: initial values of the input weights.
        recurrent_initializer: initial values of the recurrent weights.
        use_bias: whether to add biases.
    """

    inputs: int
    hidden_size: int
    initializer: Initializer = Xavier()
    recurrent_initializer: Initializer = Xavier()
    use_bias: bool = True

    def __check_init__(self):
        for name in ("inputs", "hidden_size"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise Error(f"{type(self).__name__}({name}={size!r}); expected a whole number of at least 1")

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """The variables of the cell."""
        raise NotImplementedError(f"{type(self).__name__} has no init(key)")

    def start(self, batch: int) -> PyTree[Array]:
        """The state before the first step: zeros, with `batch` rows."""
        return jnp.zeros((batch, self.hidden_size))

    def output(self, state: PyTree[Array]) -> Float[Array, "batch {self.hidden_size}"]:
        """The output of a step that ends in this state: the state itself, unless a subclass says otherwise."""
        output: Array = state
        return output

    def project(self, variables: dict[str, Array], x: Float[Array, "... {self.inputs}"]) -> dict[str, Array]:
        """The contribution of the input to the pre-activations, by name; x is of one time or of all times."""
        return {"recurrent": self.input_product(variables, x)}

    def advance(
        self, variables: dict[str, Array], state: PyTree[Array], preactivation: Preactivations
    ) -> tuple[PyTree[Array], Float[Array, "batch {self.hidden_size}"]]:
        """The state after this step, and the output.

        Use a projected part, and the weight of the same name, only through `preactivation`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no advance(variables, state, preactivation)")

    def step(
        self, variables: dict[str, Array], state: PyTree[Array], x: Float[Array, "batch {self.inputs}"]
    ) -> tuple[PyTree[Array], Float[Array, "batch {self.hidden_size}"]]:
        """One complete step: the state after it, and the output."""
        x = jnp.asarray(x)
        if x.ndim != 2 or x.shape[1] != self.inputs:
            raise Error(f"x has the shape {x.shape}; a step expects (batch, {self.inputs})")
        return self.advance(variables, state, Preactivations(self.project(variables, x), variables))

    def input_product(self, variables: dict[str, Array], x: Float[Array, "... inputs"]) -> Float[Array, "... outputs"]:
        """W_in x + b over the last axis, in the dtype of x if that is floating."""
        x = x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(variables["input"].dtype)
        y = product(x, like(variables["input"], x))
        return y + like(variables["bias"], x) if self.use_bias else y


def draw_fused(
    initializer: Initializer, key: PRNGKeyArray, gates: tuple[str, ...], outputs: int, inputs: int
) -> Float[Array, "rows {inputs}"]:
    """The weights of several gates as one matrix, each drawn with the key of its name.

    A gate's draws do not depend on the other gates of a variant.
    """
    draws = [initializer(named_key(key, gate), (outputs, inputs), inputs, outputs) for gate in gates]
    return jnp.concatenate(draws)


def blocks(x: Float[Array, "batch width"], names: tuple[str, ...]) -> dict[str, Any]:
    """The columns of x in equal blocks, by name.

    >>> blocks(jnp.arange(4.0)[None], ("a", "b"))["b"].tolist()
    [[2.0, 3.0]]
    """
    return dict(zip(names, jnp.split(x, len(names), axis=-1), strict=True)) if names else {}
