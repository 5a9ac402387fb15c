"""The fully connected layer."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key


class Dense(Layer):
    r"""$y = W x + b$ over the last axis: (batch, ..., inputs) to (batch, ..., outputs).

    The weight has the shape (outputs, inputs), as in PyTorch; biases start at zero.

    >>> layer = Dense(3, 2)
    >>> variables = layer.init(jax.random.key(0))
    >>> layer.apply(variables, jnp.ones((5, 3)), Pass()).shape
    (5, 2)
    """

    inputs: int
    outputs: int
    initializer: Initializer = Xavier()
    use_bias: bool = True

    def __check_init__(self):
        for name in ("inputs", "outputs"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise Error(f"Dense({name}={size!r}); expected a whole number of at least 1")

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """A weight drawn by the initializer, and a bias of zeros."""
        shape = (self.outputs, self.inputs)
        weight = self.initializer(named_key(key, "weight"), shape, self.inputs, self.outputs)
        return {"weight": weight, "bias": jnp.zeros(self.outputs)} if self.use_bias else {"weight": weight}

    def apply(
        self, variables: dict[str, Array], x: Float[Array, "batch ... {self.inputs}"], run: Pass
    ) -> Float[Array, "batch ... {self.outputs}"]:
        """The affine map of the last axis, in the dtype of x if that is floating."""
        x = jnp.asarray(x)
        x = x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(variables["weight"].dtype)
        # W x^T, not x W^T: for variants that share x, XLA then compiles one matrix product and copies no weight.
        y = jax.lax.dot_general(like(variables["weight"], x), x, (((1,), (x.ndim - 1,)), ((), ())))
        y = jnp.moveaxis(y, 0, -1)
        return y + like(variables["bias"], x) if self.use_bias else y
