"""Multi-head attention, and the keys and values that it keeps of a sequence."""

import math
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PyTree

from waza.core.errors import Error
from waza.nn.attention.masks import masked_softmax, without_padding
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Heads(NamedTuple):
    """The keys and values of a sequence for each head, (batch, heads, steps, size of a head).

    Args:
        keys: K.
        values: V.
    """

    keys: Array
    values: Array

    def written(self, new: "Heads", position: Int[Array, " batch"]) -> "Heads":
        """A copy in which the keys and values of one step stand at each row's position.

        >>> cache, new = (Heads(x, x) for x in (jnp.zeros((2, 1, 3, 1)), jnp.ones((2, 1, 1, 1))))
        >>> cache.written(new, jnp.array([0, 2])).keys[:, 0, :, 0].tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        """
        rows = jnp.arange(position.shape[0])
        return Heads(
            *(
                x.at[rows, :, position].set(y[:, :, 0], indices_are_sorted=True, unique_indices=True)
                for x, y in zip(self, new, strict=True)
            )
        )


class MultiHead(Layer):
    r"""Scaled dot-product attention in h subspaces: $y = W_o [c_1, \dots, c_h] + b_o$, where head i computes
    $c_i = \operatorname{softmax}(q_i K_i^\top / \sqrt d) V_i$ for each query.

    $q_i$, $K_i$ and $V_i$ are the i-th of h equal parts of $W_q x + b_q$ for the queries x, and of $W_k m + b_k$ and
    $W_v m + b_v$ for the memory m; d is the size of a part. `remember` computes the keys and values of a memory once,
    and `attend` uses them for any queries; `apply` is self-attention, in which the memory is x itself.

    Records "weights", (batch, heads, queries, steps).

    Variables: "query", "key", "value" and "output", each with "weight" and "bias".

    Source: Vaswani et al., "Attention is all you need", 2017.

    Args:
        size: the number of features of queries and outputs.
        heads: h, a divisor of the size.
        memory: the number of features of the memory; None for the size.
        dropout: on the weights; None for no dropout.
        initializer: initial values of the four weights.

    >>> import jax
    >>> layer = MultiHead(8, heads=2, memory=3)
    >>> variables = layer.init(jax.random.key(0))
    >>> memory = layer.remember(variables, jnp.ones((1, 5, 3)))
    >>> y, weights = layer.attend(variables, jnp.ones((1, 4, 8)), memory, Pass())
    >>> y.shape, weights.shape
    ((1, 4, 8), (1, 2, 4, 5))
    >>> layer.attend(variables, jnp.ones((1, 1, 8)), memory, Pass(), jnp.arange(5) < 4)[1][0, 0].tolist()
    [[0.25, 0.25, 0.25, 0.25, 0.0]]
    """

    size: int
    heads: int
    memory: int | None = None
    dropout: Dropout | None = None
    initializer: Initializer = Xavier("average")

    def __check_init__(self):
        if not isinstance(self.heads, int) or isinstance(self.heads, bool) or self.heads < 1 or self.size % self.heads:
            raise Error(
                f"MultiHead(size={self.size!r}, heads={self.heads!r}); expected a number of heads that divides the size"
            )

    def parts(self) -> dict[str, Any]:
        """The four products."""
        memory = self.size if self.memory is None else self.memory
        inputs = {"query": self.size, "key": memory, "value": memory, "output": self.size}
        return {name: Dense(count, self.size, self.initializer) for name, count in inputs.items()}

    def remember(
        self,
        variables: PyTree[Array],
        memory: Float[Array, "batch steps features"],
        real: Bool[Array, "batch steps"] | None = None,
    ) -> Heads:
        """The keys and values of a memory.

        Args:
            variables: of the layer.
            memory: m.
            real: False at padding, which is then read as zeros, so that NaN there cannot spread; None if all is real.
        """
        memory = memory if real is None else without_padding(memory, real)
        return Heads(*(self._split(name, variables, memory, Pass()) for name in ("key", "value")))

    def attend(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch queries {self.size}"],
        memory: Heads,
        run: Pass,
        mask: Bool[Array, "..."] | None = None,
    ) -> tuple[Float[Array, "batch queries {self.size}"], Float[Array, "batch {self.heads} queries steps"]]:
        """The outputs of the queries, and the weights of each head before dropout.

        Args:
            variables: of the layer.
            x: the queries.
            memory: from `remember`.
            run: the forward pass.
            mask: the steps that a query may attend to; broadcasts to (batch, queries, steps). A query without any has
                weights of zero. None for all steps.
        """
        queries = self._split("query", variables, x, run) / math.sqrt(self.size // self.heads)
        scores = jnp.einsum("bhqd,bhkd->bhqk", queries, memory.keys)
        mask = jnp.ones((1, 1, 1), bool) if mask is None else mask
        weights = run.record("weights", masked_softmax(scores, mask if mask.ndim < 3 else mask[:, None]))
        kept = weights if self.dropout is None else self.dropout.apply({}, weights, run.at("dropout"))
        contexts = jnp.einsum("bhqk,bhkd->bqhd", kept, memory.values).reshape(x.shape)
        return self.parts()["output"].apply(variables["output"], contexts, run), weights

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch steps {self.size}"], run: Pass
    ) -> Float[Array, "batch steps {self.size}"]:
        """Self-attention, in which each step attends to all steps."""
        return self.attend(variables, x, self.remember(variables, x), run)[0]

    def _split(self, name: str, variables: PyTree[Array], x: Array, run: Pass) -> Array:
        """A product of x, cut into heads: (batch, heads, steps, size of a head)."""
        y = self.parts()[name].apply(variables[name], x, run)
        return y.reshape(*y.shape[:2], self.heads, -1).swapaxes(1, 2)
