"""Filters of the first layer, and feature maps of each convolution."""

import numpy as np
from jaxtyping import Array, Float, PyTree

from waza.nn import Layer, Pass

CONVOLUTIONS, ACTIVATION = "convolutions", ".activation"


def first_filters(
    variables: PyTree[Array], image: tuple[int, int, int]
) -> Float[np.ndarray, "filters height width channels"]:
    """The weights of the first layer as images: those of a convolution, or of a dense layer's units.

    Args:
        variables: of a convolutional network or a perceptron.
        image: height, width and channels of its images.

    >>> import jax
    >>> from waza import models
    >>> first_filters(models.simple_convnet().init(jax.random.key(0)), (28, 28, 1)).shape
    (30, 5, 5, 1)
    >>> first_filters(models.MLP((12, 7, 2)).init(jax.random.key(0)), (2, 2, 3)).shape
    (7, 2, 2, 3)
    """
    if CONVOLUTIONS in variables:
        return np.moveaxis(np.asarray(variables[CONVOLUTIONS][0]["convolution"]["weight"]), -1, 0)
    first = variables["hidden"][0]["dense"] if variables["hidden"] else variables["output"]
    return np.asarray(first["weight"]).reshape(-1, *image)


def feature_maps(
    model: Layer, variables: PyTree[Array], image: Float[Array, "height width channels"]
) -> dict[str, Float[np.ndarray, "_rows _columns _maps"]]:
    """The output of each convolution for an image, after its activation and before its pooling, by the layer's name.

    >>> import jax, jax.numpy as jnp
    >>> from waza import models
    >>> model = models.simple_convnet()
    >>> maps = feature_maps(model, model.init(jax.random.key(0)), jnp.ones((28, 28, 1)))
    >>> {name: one.shape for name, one in maps.items()}
    {'convolutions.0': (24, 24, 30)}
    """
    run = Pass()
    model.apply(variables, image[None], run)
    return {
        name.removesuffix(ACTIVATION): np.asarray(value[0])
        for name, value in run.records.items()
        if name.startswith(CONVOLUTIONS) and name.endswith(ACTIVATION)
    }
