"""Embedding: a learned vector for each token."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.errors import Error
from waza.nn.initializers import Gaussian, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key


class Embedding(Layer):
    """The rows of a table: (batch, ...) whole numbers to (batch, ..., size).

    A token that is none of the vocabulary is an error; inside a compiled program, where none can be raised, it has NaN
    for a vector, so that it shows in the loss and teaches nothing.

    Variables: "weight" (vocabulary, size).

    Args:
        vocabulary: how many tokens there are.
        size: of a token's vector.
        initializer: of the table.

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
        """Each token's vector."""
        x = jnp.asarray(x)
        if not jnp.issubdtype(x.dtype, jnp.integer):
            raise Error(f"an embedding is given {x.dtype}; expected the numbers of tokens, such as int32")
        if not isinstance(x, jax.core.Tracer) and x.size and not 0 <= x.min() <= x.max() < self.vocabulary:
            raise Error(
                f"the tokens go from {x.min()} to {x.max()}; expected 0 to {self.vocabulary - 1}, the vocabulary's"
            )
        tokens = jnp.where(x < 0, self.vocabulary, x)  # NumPy's negative indices would count from the end
        return variables["weight"].at[tokens].get(mode="fill", fill_value=jnp.nan)
