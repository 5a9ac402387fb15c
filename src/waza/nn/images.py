"""Check of image inputs: (batch, height, width, channels)."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.core.errors import Error

AXES = "(batch, height, width, channels)"


def as_images(x: Array, channels: int | None = None) -> Float[Array, "batch height width channels"]:
    """x as a JAX array, after a check of its axes, its dtype and, if given, its channels.

    Raises:
        Error: x does not have 4 axes, is not floating, or has another number of channels.

    >>> as_images(jnp.ones((5, 28, 28, 1)), channels=1).shape
    (5, 28, 28, 1)
    """
    x = jnp.asarray(x)
    if x.ndim != 4:
        raise Error(f"x has the shape {x.shape}; expected {AXES}; images without a channel axis: add one, x[..., None]")
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise Error(f"x holds {x.dtype}; expected floats: scale bytes with waza.learners.as_inputs(x), or x / 255.0")
    if channels is not None and x.shape[3] != channels:
        advice = (
            "channels first? waza takes NHWC: move them with jnp.moveaxis(x, 1, -1)"
            if x.shape[1] == channels
            else "give the layer as many inputs as the images have channels"
        )
        raise Error(f"x has the shape {x.shape}, {x.shape[3]} channels; expected {channels} in {AXES}; {advice}")
    return x
