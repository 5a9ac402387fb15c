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
    y = layer.apply(variables, jnp.asarray(x), nn.Pass())
    assert y.shape[1:3] == layer.output_size((5, 4))
    np.testing.assert_allclose(y, np.moveaxis(expected.detach().numpy(), 1, -1), rtol=1e-4, atol=1e-5)
    (expected**2).sum().backward()
    found = jax.jit(jax.grad(lambda v, x: (layer.apply(v, x, nn.Pass()) ** 2).sum(), argnums=(0, 1)))(variables, x)
    np.testing.assert_allclose(found[1], np.moveaxis(given.grad.numpy(), 1, -1), rtol=1e-4, atol=1e-4)
    expected = np.transpose(other.weight.grad.numpy(), (2, 3, 1, 0))
    np.testing.assert_allclose(found[0]["weight"], expected, rtol=1e-4, atol=1e-4)


def test_it_is_the_transpose_of_the_convolution_with_its_weight():
    layer = nn.ConvTranspose2d(3, 2, 3, 2, 1, 1, use_bias=False)
    variables = layer.init(jax.random.key(0))
    small, large = (
        jax.random.normal(jax.random.key(1), (1, 4, 4, 3)),
        jax.random.normal(jax.random.key(2), (1, 8, 8, 2)),
    )
    convolved = nn.convolve(large, variables["weight"], 2, 1)
    np.testing.assert_allclose(
        jnp.vdot(layer.apply(variables, small, nn.Pass()), large), jnp.vdot(small, convolved), rtol=1e-4
    )


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
