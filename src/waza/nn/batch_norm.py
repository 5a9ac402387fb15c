"""Batch normalisation."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.recipe import like
from waza.core.variables import Tracked
from waza.nn.norm import Norm
from waza.nn.passes import Pass


class BatchNorm(Norm):
    r"""$y = \gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta$ for each feature (the last axis).

    In training, $\mu$ and $\sigma^2$ are the batch's mean and (biased) variance over all other axes, and running
    statistics follow them: $r \leftarrow m r + (1 - m) s$, where the variance that is followed is the unbiased
    one. Otherwise the running statistics are used. For narrow dtypes, such as bfloat16, the statistics and the
    division are computed in float32, and y has the dtype of x.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Args:
        size: the number of features; None in a model that fills it in for each of its layers.
        momentum: m, as in Keras (PyTorch's `momentum` is 1 - m).
        epsilon: added to the variance.
        affine: whether the scale gamma and the shift beta exist and are trained.

    >>> layer = BatchNorm(1)
    >>> variables = layer.init(None)
    >>> layer.apply(variables, jnp.array([[1.0], [3.0]]), Pass(training=True)).round(3).tolist()
    [[-1.0], [1.0]]
    """

    momentum: float = 0.9
    epsilon: float = 1e-5
    affine: bool = True
    removes_bias: ClassVar[bool] = True

    def init(self, key: PRNGKeyArray | None) -> PyTree[Array]:
        """Running mean 0 and variance 1; scale 1 and shift 0. Nothing is random."""
        size = self.features()
        variables: dict = {"mean": Tracked(jnp.zeros(size)), "variance": Tracked(jnp.ones(size))}
        return variables | self.scale_and_shift() if self.affine else variables

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch ... size"], run: Pass
    ) -> Float[Array, "batch ... size"]:
        """Normalise by the batch's statistics in training, by the running ones otherwise.

        Raises:
            Error: there is one row in training, or one place of an image.
        """
        x = jnp.asarray(x)
        wide = jnp.promote_types(x.dtype, jnp.float32)
        dtype, x = x.dtype if jnp.issubdtype(x.dtype, jnp.floating) else wide, x.astype(wide)
        mean, variance = variables["mean"].value, variables["variance"].value
        if run.training:
            momentum, count = like(self.momentum, x), x.size // x.shape[-1]
            if count == 1:
                raise Error(
                    f"a batch of shape {x.shape} has one row, whose spread is 0, and {type(self).__name__} divides by "
                    "it in training: give batches of 2 rows or more"
                )
            axes = tuple(range(x.ndim - 1))
            now, spread = jnp.mean(x, axes), jnp.var(x, axes)
            unbiased = spread * (count / (count - 1))
            run.track(variables["mean"], momentum * mean + (1 - momentum) * now)
            run.track(variables["variance"], momentum * variance + (1 - momentum) * unbiased)
            mean, variance = now, spread
        y = (x - mean) / jnp.sqrt(variance + like(self.epsilon, x))
        return (y * variables["scale"] + variables["shift"] if self.affine else y).astype(dtype)
