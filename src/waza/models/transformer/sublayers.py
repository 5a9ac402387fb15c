"""The feed-forward network of a Transformer's layer, and the residual connection around each of its sublayers."""

from collections.abc import Callable
from typing import Any, Literal, get_args

from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.hidden import activate
from waza.nn.activations import relu
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.layer_norm import LayerNorm
from waza.nn.passes import Pass

NormPosition = Literal["before", "after"]


class FeedForward(Layer):
    r"""$y = W_2 f(W_1 x + b_1) + b_2$ at each position.

    Records what `waza.models.hidden.activate` records.

    Variables: "hidden" and "output", each with "weight" and "bias".

    Args:
        width: the number of features of x and y.
        inner: the number of hidden units.
        activation: f.
        initializer: initial values of both weights.

    >>> import jax, jax.numpy as jnp
    >>> layer = FeedForward(4, 16)
    >>> layer.apply(layer.init(jax.random.key(0)), jnp.ones((2, 5, 4)), Pass()).shape
    (2, 5, 4)
    """

    width: int
    inner: int
    activation: Callable = relu
    initializer: Initializer = Xavier("average")

    def parts(self) -> dict[str, Any]:
        """Both dense layers."""
        hidden = Dense(self.width, self.inner, self.initializer)
        return {"hidden": hidden, "output": Dense(self.inner, self.width, self.initializer)}

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch steps {self.width}"], run: Pass
    ) -> Float[Array, "batch steps {self.width}"]:
        """Dense, activation, dense."""
        parts = self.parts()
        hidden = activate(self.activation, parts["hidden"].apply(variables["hidden"], x, run), run)
        return parts["output"].apply(variables["output"], hidden, run)


class Residual(Layer):
    r"""The connection around a sublayer f: $x + D(f(N(x)))$ with the norm "before", $N(x + D(f(x)))$ with it "after".

    With the norm before, the sum of all sublayers is never normalised on its way up, and training needs no warm-up;
    the original has it after.

    Variables: those of the layer normalisation N, "scale" and "shift".

    Sources: Vaswani et al., "Attention is all you need", 2017; of the norm before: Xiong et al., "On layer
    normalization in the transformer architecture", 2020.

    Args:
        width: the number of features.
        norm_position: "before" or "after".
        dropout: D; None for no dropout.

    >>> import jax.numpy as jnp
    >>> connection, x = Residual(2), jnp.array([[1.0, 3.0]])
    >>> inner = connection.enter(connection.init(None), x, Pass())
    >>> connection.leave(connection.init(None), x, 10 * inner, Pass()).round(2).tolist()
    [[-9.0, 13.0]]
    """

    width: int
    norm_position: NormPosition = "before"
    dropout: Dropout | None = None

    def __check_init__(self):
        if self.norm_position not in get_args(NormPosition):
            raise Error(f"norm_position={self.norm_position!r}; expected 'before' or 'after' (as in the original)")

    def init(self, key: PRNGKeyArray | None) -> dict[str, Array]:
        """The variables of the norm."""
        return LayerNorm(self.width).init(key)

    def enter(
        self, variables: PyTree[Array], x: Float[Array, "*rows {self.width}"], run: Pass
    ) -> Float[Array, "*rows {self.width}"]:
        """What the sublayer is given."""
        return LayerNorm(self.width).apply(variables, x, run) if self.norm_position == "before" else x

    def leave(
        self,
        variables: PyTree[Array],
        x: Float[Array, "*rows {self.width}"],
        y: Float[Array, "*rows {self.width}"],
        run: Pass,
    ) -> Float[Array, "*rows {self.width}"]:
        """The sum of x and the sublayer's output y."""
        x = x + (y if self.dropout is None else self.dropout.apply({}, y, run.at("dropout")))
        return LayerNorm(self.width).apply(variables, x, run) if self.norm_position == "after" else x
