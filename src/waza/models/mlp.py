"""The multilayer perceptron."""

from collections.abc import Callable
from typing import Any, Literal

from jaxtyping import Array, Float, PyTree

from waza.core.errors import Error
from waza.core.recipe import replace
from waza.models.hidden import Hidden
from waza.nn.activations import relu
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.initializers import He, Initializer
from waza.nn.layer import Layer
from waza.nn.norm import Norm
from waza.nn.passes import Pass


class MLP(Layer):
    """Dense layers with an activation between them; the last layer's output is left as it is (logits).

    Args:
        sizes: the numbers of units from input to output, such as (784, 40, 20, 10).
        activation: of the hidden layers.
        initializer: of every weight.
        norm: normalisation of each hidden layer; its size is filled in here. Where it removes a bias
            (`Norm.removes_bias`) and stands before the activation, the dense layers have none.
        norm_position: "before" or "after" the activation.
        dropout: after each hidden layer.

    >>> import jax, jax.numpy as jnp
    >>> model = MLP((4, 3, 2))
    >>> variables = model.init(jax.random.key(0))
    >>> variables["hidden"][0]["dense"]["weight"].shape
    (3, 4)
    >>> model.apply(variables, jnp.ones((5, 2, 2)), Pass()).shape
    (5, 2)
    """

    sizes: tuple[int, ...]
    activation: Callable = relu
    initializer: Initializer = He()
    norm: Norm | None = None
    norm_position: Literal["before", "after"] = "before"
    dropout: Dropout | None = None

    def __check_init__(self):
        if len(self.sizes) < 2:
            raise Error(f"MLP(sizes={self.sizes}); expected at least input and output, as in (784, 40, 10)")
        if self.norm_position not in ("before", "after"):
            raise Error(f"MLP(norm_position={self.norm_position!r}); expected 'before' or 'after'")

    @property
    def _bias_is_removed(self) -> bool:
        """Whether the normalisation subtracts what a bias would add."""
        return self.norm is not None and self.norm.removes_bias and self.norm_position == "before"

    def parts(self) -> dict[str, Any]:
        """The hidden layers and the output layer, made from the sizes."""
        *hidden, last = zip(self.sizes, self.sizes[1:], strict=False)
        return {
            "hidden": tuple(
                Hidden(
                    Dense(inputs, outputs, self.initializer, use_bias=not self._bias_is_removed),
                    self.activation,
                    None if self.norm is None else replace(self.norm, size=outputs),
                    self.norm_position,
                    self.dropout,
                )
                for inputs, outputs in hidden
            ),
            "output": Dense(*last, self.initializer),
        }

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch outputs"]:
        """The logits of a batch; inputs of several axes, such as images, are flattened."""
        shape, x = x.shape, x.reshape(x.shape[0], -1)
        if x.shape[1] != self.sizes[0]:
            if x.size == self.sizes[0]:
                raise Error(f"x has the shape {shape}, which is one row; expected a batch of rows: give x[None]")
            raise Error(f"the model takes {self.sizes[0]} inputs a row, the data have {x.shape[1]}: change sizes")
        parts = self.parts()
        for i, layer in enumerate(parts["hidden"]):
            x = layer.apply(variables["hidden"][i], x, run.at("hidden").at(i))
        return parts["output"].apply(variables["output"], x, run.at("output"))
