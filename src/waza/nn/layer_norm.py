"""Layer normalisation."""

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.recipe import like
from waza.nn.norm import Norm
from waza.nn.passes import Pass


class LayerNorm(Norm):
    r"""$y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$ for each row.

    $\mu$ and $\sigma^2$ are the mean and the (biased) variance over the features of the row (the last axis), so that
    rows do not depend on each other and training and use compute the same. After a convolution the features are the
    channels of one position. For narrow dtypes, such as bfloat16, the statistics and the division are computed in
    float32, and y has the dtype of x.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    Args:
        size: the number of features; None in a model that fills it in for each of its layers.
        epsilon: added to the variance.
        affine: whether the scale gamma and the shift beta exist and are trained.

    >>> layer = LayerNorm(2)
    >>> layer.apply(layer.init(None), jnp.array([[1.0, 3.0]]), Pass()).round(3).tolist()
    [[-1.0, 1.0]]
    """

    epsilon: float = 1e-5
    affine: bool = True

    def init(self, key: PRNGKeyArray | None) -> dict[str, Array]:
        """Scale 1 and shift 0; nothing is random. Without them there are no variables."""
        self.features()
        return self.scale_and_shift() if self.affine else {}

    def apply(
        self, variables: dict[str, Array], x: Float[Array, "batch ... size"], run: Pass
    ) -> Float[Array, "batch ... size"]:
        """Normalise each row by its own statistics."""
        x = jnp.asarray(x)
        wide = jnp.promote_types(x.dtype, jnp.float32)
        dtype, x = x.dtype if jnp.issubdtype(x.dtype, jnp.floating) else wide, x.astype(wide)
        mean, variance = jnp.mean(x, -1, keepdims=True), jnp.var(x, -1, keepdims=True)
        y = (x - mean) / jnp.sqrt(variance + like(self.epsilon, x))
        return (y * variables["scale"] + variables["shift"] if self.affine else y).astype(dtype)
