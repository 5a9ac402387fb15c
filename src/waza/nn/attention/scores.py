"""The scores of attention: additive, and multiplicative."""

import math
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.activations import tanh
from waza.nn.attention.attention import Attention
from waza.nn.initializers import Initializer, Xavier
from waza.nn.passes import named_key
from waza.nn.recurrent.product import product


class AdditiveAttention(Attention):
    r"""$s(q, m) = v^\top \tanh(W_q q + W_m m + b)$.

    Variables: "query" (size, queries), "key" (size, memory), "bias" (size), "score" (size).

    Source: Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2015.

    Args:
        size: the number of units of the tanh layer.
        initializer: initial values of all weights.

    >>> import jax
    >>> attention = AdditiveAttention(2, 3, size=4)
    >>> variables = attention.init(jax.random.key(0))
    >>> memory = attention.remember(variables, jnp.ones((1, 5, 3)), jnp.array([2]))
    >>> attention.attend(variables, jnp.ones((1, 1, 2)), memory)[1].tolist()
    [[[0.5, 0.5, 0.0, 0.0, 0.0]]]
    """

    size: int
    initializer: Initializer = Xavier()

    def __check_init__(self):
        if not isinstance(self.size, int) or isinstance(self.size, bool) or self.size < 1:
            raise Error(f"AdditiveAttention(size={self.size!r}); expected a whole number of at least 1")

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """Weights drawn by the initializer, and a bias of zeros."""
        sizes = {"query": self.queries, "key": self.memory}
        drawn = {
            name: self.initializer(named_key(key, name), (self.size, inputs), inputs, self.size)
            for name, inputs in sizes.items()
        }
        score = self.initializer(named_key(key, "score"), (self.size,), self.size, 1)
        return drawn | {"bias": jnp.zeros(self.size), "score": score}

    def keys(
        self, variables: dict[str, Any], values: Float[Array, "batch steps {self.memory}"]
    ) -> Float[Array, "batch steps {self.size}"]:
        """W_m m + b."""
        return product(values, like(variables["key"], values)) + like(variables["bias"], values)

    def scores(
        self, variables: dict[str, Any], queries: Float[Array, "batch time {self.queries}"], keys: Array
    ) -> Float[Array, "batch time steps"]:
        """The score of each query and each key."""
        projected = product(queries, like(variables["query"], queries))
        return tanh(projected[:, :, None] + keys[:, None]) @ like(variables["score"], queries)


class DotAttention(Attention):
    r"""$s(q, m) = q^\top m$, or divided by $\sqrt d$ for vectors of the size d; there are no variables.

    Sources: Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation", 2015; of
    the division: Vaswani et al., "Attention is all you need", 2017.

    Args:
        scaled: whether the product is divided by the square root of d, which keeps its variance where both vectors
            have components of variance 1.

    >>> attention = DotAttention(2, 2)
    >>> memory = attention.remember({}, jnp.array([[[0.0, 1.0], [0.0, 1.0]]]))
    >>> attention.attend({}, jnp.ones((1, 1, 2)), memory)[0].tolist()
    [[[0.0, 1.0]]]
    """

    scaled: bool = False

    def __check_init__(self):
        if self.queries != self.memory:
            raise Error(
                f"DotAttention({self.queries}, {self.memory}): a product of vectors needs equal sizes; make them "
                "equal, or use GeneralAttention, which has a weight between them"
            )

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """Nothing."""
        return {}

    def scores(
        self, variables: dict[str, Any], queries: Float[Array, "batch time {self.queries}"], keys: Array
    ) -> Float[Array, "batch time steps"]:
        """The product of each query and each key."""
        if self.scaled:
            queries = queries / math.sqrt(self.queries)
        return queries @ jnp.swapaxes(keys, 1, 2)


class GeneralAttention(Attention):
    r"""$s(q, m) = q^\top W m$.

    Variables: "key" (queries, memory), W.

    Source: Luong, Pham and Manning, "Effective approaches to attention-based neural machine translation", 2015.

    Args:
        initializer: initial values of W.

    >>> attention = GeneralAttention(1, 2)
    >>> memory = attention.remember({"key": jnp.array([[1.0, 0.0]])}, jnp.array([[[0.0, 5.0], [0.0, 7.0]]]))
    >>> attention.attend({}, jnp.ones((1, 1, 1)), memory)[0].tolist()
    [[[0.0, 6.0]]]
    """

    initializer: Initializer = Xavier()

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """The weight drawn by the initializer."""
        shape = (self.queries, self.memory)
        return {"key": self.initializer(named_key(key, "key"), shape, self.memory, self.queries)}

    def keys(
        self, variables: dict[str, Any], values: Float[Array, "batch steps {self.memory}"]
    ) -> Float[Array, "batch steps {self.queries}"]:
        """W m."""
        return product(values, like(variables["key"], values))

    def scores(
        self, variables: dict[str, Any], queries: Float[Array, "batch time {self.queries}"], keys: Array
    ) -> Float[Array, "batch time steps"]:
        """The product of each query and each key."""
        return queries @ jnp.swapaxes(keys, 1, 2)
