"""Embedding: a learned vector for each token."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.errors import Error
from waza.nn.initializers import Gaussian, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key


class Embedding(Layer):
    """Maps each token to a learned vector, a row of a table: (batch, ...) integers to (batch, ..., size).

    A token outside the vocabulary is an error. A compiled program cannot raise one: there the token's vector is NaN,
    which shows in the loss, and no row of the table gets a gradient from it.

    Variables: "weight" (vocabulary, size).

    Args:
        vocabulary: the number of tokens.
        size: the length of a token's vector.
        initializer: initial values of the table.

    >>> layer = Embedding(3, 2)
    >>> variables = {"weight": jnp.arange(6.0).reshape(3, 2)}
    >>> layer.apply(variables, jnp.array([[2, 0]]), Pass()).tolist()
    [[[4.0, 5.0], [0.0, 1.0]]]
    """

    vocabulary: int
    size: int
    initializer: Initializer = Gaussian(0.1)

    def __check_init__(self):
        for name in ("vocabulary", "size"):
            given = getattr(self, name)
            if not isinstance(given, int) or isinstance(given, bool) or given < 1:
                raise Error(f"Embedding({name}={given!r}); expected a whole number of at least 1")

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """The table, drawn by the initializer."""
        shape = (self.vocabulary, self.size)
        return {"weight": self.initializer(named_key(key, "weight"), shape, self.vocabulary, self.size)}

    def apply(
        self, variables: dict[str, Array], x: Int[Array, "batch ..."], run: Pass
    ) -> Float[Array, "batch ... {self.size}"]:
        """The vector of each token."""
        x = jnp.asarray(x)
        if not jnp.issubdtype(x.dtype, jnp.integer):
            raise Error(f"the tokens have the type {x.dtype}; expected token ids, such as int32")
        if not isinstance(x, jax.core.Tracer) and x.size:
            least, most = (given := np.asarray(x)).min(), given.max()  # known also where a program is traced
            if not 0 <= least <= most < self.vocabulary:
                raise Error(
                    f"the tokens go from {least} to {most}; expected 0 to {self.vocabulary - 1}, the vocabulary"
                )
        tokens = jnp.where(x < 0, self.vocabulary, x)  # otherwise negative ids would index from the end
        return variables["weight"].at[tokens].get(mode="fill", fill_value=jnp.nan)
