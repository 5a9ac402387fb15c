"""Saliency: the effect of each pixel on a classifier's answer."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.nn import Layer, Pass, named_key

DRAWS = 16
NOISE = 0.1


def input_gradients(
    model: Layer, variables: PyTree[Array], x: Float[Array, "n h w c"], classes: Int[Array, " n"]
) -> Float[Array, "n h w c"]:
    r"""$\partial z_{k}(x) / \partial x$: the gradient of the logit of each row's class k with respect to its pixels.

    >>> from waza import models
    >>> model = models.MLP((2, 3))
    >>> variables = model.init(jax.random.key(0))
    >>> gradients = input_gradients(model, variables, jnp.ones((1, 1, 2, 1)), jnp.array([2]))
    >>> bool(jnp.allclose(gradients[0, 0, :, 0], variables["output"]["weight"][2]))
    True
    """

    def chosen(x: Array) -> Float[Array, ""]:
        logits = model.apply(variables, x, Pass())
        return jnp.sum(jnp.take_along_axis(logits, classes[:, None], axis=1))

    return jax.grad(chosen)(x)


def saliency(
    model: Layer,
    variables: PyTree[Array],
    x: Float[Array, "n h w c"],
    classes: Int[Array, " n"],
    key: PRNGKeyArray,
    draws: int = DRAWS,
    noise: float = NOISE,
) -> Float[Array, "n h w"]:
    r"""$\max_c \left| \frac{1}{m} \sum_{i=1}^m \partial z_k(x + \epsilon_i) / \partial x_c \right|$, with
    $\epsilon_i \sim N(0, \sigma^2)$.

    The gradient of a single image is noisy from pixel to pixel; the mean over noisy copies of the image is less so.

    Source: Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2014 (one gradient, the largest
    channel); Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017 (the mean).

    Args:
        model: a classifier.
        variables: its variables.
        x: images in 0..1.
        classes: k of each image.
        key: of the noise.
        draws: m.
        noise: sigma; 0 gives the plain gradient.
    """

    def one(i: Array) -> Float[Array, "n h w c"]:
        near = x + noise * jax.random.normal(jax.random.fold_in(named_key(key, "noise"), i), x.shape)
        return input_gradients(model, variables, near, classes)

    return jnp.max(jnp.abs(jnp.mean(jax.lax.map(one, jnp.arange(draws)), axis=0)), axis=3)
