"""The transposed convolution against PyTorch's, and as the transpose of a convolution."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from waza import nn
from waza.core.errors import Error

SETTINGS = [
    {"kernel_size": 3, "strides": 2, "padding": 1, "output_padding": 1},
    {"kernel_size": (3, 2), "strides": (2, 1), "padding": (0, 1)},
    {"kernel_size": 2, "strides": 3, "output_padding": (2, 0)},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_against_pytorch(settings):
    layer = nn.ConvTranspose2d(3, 2, **settings)
    names = {name: name for name in settings} | {"strides": "stride"}
    other = torch.nn.ConvTranspose2d(3, 2, **{names[name]: value for name, value in settings.items()})
    weight = np.transpose(other.weight.detach().numpy(), (2, 3, 1, 0))
    variables = {"weight": jnp.asarray(weight), "bias": jnp.asarray(other.bias.detach().numpy())}
    x = np.random.RandomState(0).normal(size=(2, 5, 4, 3)).astype(np.float32)
    given = torch.tensor(np.moveaxis(x, -1, 1), requires_grad=True)
    expected = other(given)

    @jax.jit
    def found(variables, x):
        def total(variables, x):
            y = layer.apply(variables, x, nn.Pass())
            return (y**2).sum(), y

        return jax.grad(total, argnums=(0, 1), has_aux=True)(variables, x)

    (of_variables, of_x), y = found(variables, x)
    assert y.shape[1:3] == layer.output_size((5, 4))
    np.testing.assert_allclose(y, np.moveaxis(expected.detach().numpy(), 1, -1), rtol=1e-4, atol=1e-5)
    (expected**2).sum().backward()
    np.testing.assert_allclose(of_x, np.moveaxis(given.grad.numpy(), 1, -1), rtol=1e-4, atol=1e-4)
    expected = np.transpose(other.weight.grad.numpy(), (2, 3, 1, 0))
    np.testing.assert_allclose(of_variables["weight"], expected, rtol=1e-4, atol=1e-4)


def test_it_is_the_transpose_of_the_convolution_with_its_weight():
    layer = nn.ConvTranspose2d(3, 2, 3, 2, 1, 1, use_bias=False)
    random = np.random.RandomState(0)
    small, large = (random.normal(size=shape).astype(np.float32) for shape in ((1, 4, 4, 3), (1, 8, 8, 2)))
    weight = random.normal(size=(3, 3, 2, 3)).astype(np.float32)

    @jax.jit
    def products(small, large, weight):
        transposed = layer.apply({"weight": weight}, small, nn.Pass())
        return jnp.vdot(transposed, large), jnp.vdot(small, nn.convolve(large, weight, 2, 1))

    np.testing.assert_allclose(*products(small, large, weight), rtol=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"inputs": 0}, "a whole number of at least 1"),
        ({"padding": "same"}, "a number of cells"),
        ({"strides": 2, "output_padding": 2}, "fewer cells than strides"),
    ],
)
@pytest.mark.wrong_types
def test_refused_settings(settings, message):
    with pytest.raises(Error, match=message):
        nn.ConvTranspose2d(**{"inputs": 3, "outputs": 2, "kernel_size": 3} | settings)


def test_a_padding_that_leaves_nothing():
    with pytest.raises(Error, match="choose less padding"):
        nn.ConvTranspose2d(3, 2, 2, padding=1).output_size((1, 1))
