"""Convolution, its layer and its gradients against PyTorch."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import nn
from waza.core.errors import Error

torch = pytest.importorskip("torch")
RNG = np.random.default_rng(0)
SMALL = st.integers(1, 3)


def theirs(x, weight, strides, padding, groups):
    """PyTorch's convolution of NHWC images with an HWIO weight, and its gradients."""
    x, weight = (torch.tensor(np.asarray(a), requires_grad=True) for a in (x, weight))
    y = torch.nn.functional.conv2d(
        x.permute(0, 3, 1, 2), weight.permute(3, 2, 0, 1), None, strides, padding, groups=groups
    ).permute(0, 2, 3, 1)
    (y * torch.arange(y.numel()).reshape(y.shape).cos()).sum().backward()
    return y.detach().numpy(), x.grad.numpy(), weight.grad.numpy()


def ours(x, weight, strides, padding, groups):
    @jax.jit
    @partial(jax.value_and_grad, argnums=(0, 1), has_aux=True)
    def weighed(x, weight):
        y = nn.convolve(x, weight, strides, padding, groups)
        return jnp.sum(y * jnp.cos(jnp.arange(y.size, dtype=y.dtype).reshape(y.shape))), y

    (_, y), gradients = weighed(x, weight)
    return y, *gradients


# The same examples each time: in some twenty runs of all tests, jaxlib 0.10.2 aborted twice while it compiled these.
@settings(deadline=None, max_examples=10, derandomize=True)
@given(
    st.tuples(st.integers(4, 8), st.integers(4, 8)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(SMALL, SMALL),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    SMALL,
)
def test_convolution_and_its_gradients_are_pytorchs(size, kernel, strides, padding, groups):
    x = RNG.normal(size=(2, *size, 2 * groups)).astype(np.float32)
    weight = RNG.normal(size=(*kernel, 2, 3 * groups)).astype(np.float32)
    for mine, other in zip(
        ours(x, weight, strides, padding, groups), theirs(x, weight, strides, padding, groups), strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel", [2, 3])
def test_same_and_valid_are_pytorchs(kernel, padding):
    x = RNG.normal(size=(2, 6, 7, 3)).astype(np.float32)
    weight = RNG.normal(size=(kernel, kernel, 3, 4)).astype(np.float32)
    other = torch.nn.functional.conv2d(
        torch.tensor(x).permute(0, 3, 1, 2), torch.tensor(weight).permute(3, 2, 0, 1), padding=padding
    )
    mine = nn.convolve(jnp.asarray(x), jnp.asarray(weight), padding=padding)
    np.testing.assert_allclose(mine, other.permute(0, 2, 3, 1).numpy(), rtol=1e-4, atol=1e-4)


def test_the_layer_is_pytorchs():
    layer = nn.Conv2d(4, 6, (3, 2), strides=(2, 1), padding=(1, 0), groups=2)
    other = torch.nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), groups=2)
    variables = layer.init(jax.random.key(0))
    variables["bias"] = jnp.linspace(-1, 1, 6)
    with torch.no_grad():
        other.weight.copy_(torch.tensor(np.asarray(variables["weight"]).transpose(3, 2, 0, 1)))
        other.bias.copy_(torch.linspace(-1, 1, 6))
    x = RNG.normal(size=(3, 7, 8, 4)).astype(np.float32)
    y = layer.apply(variables, jnp.asarray(x), nn.Pass())
    expected = other(torch.tensor(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).detach().numpy()
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    assert layer.output_size((7, 8)) == y.shape[1:3]


@pytest.mark.parametrize(
    ("initializer", "std"),
    [(nn.He(), np.sqrt(2 / (25 * 32))), (nn.Xavier("average"), np.sqrt(2 / (25 * (32 + 48)))), (nn.Gaussian(0.3), 0.3)],
)
def test_fans_are_pytorchs(initializer, std):
    layer = nn.Conv2d(64, 96, 5, groups=2, initializer=initializer)
    weight = layer.init(jax.random.key(0))["weight"]
    other = torch.nn.Conv2d(64, 96, 5, groups=2).weight
    assert torch.nn.init._calculate_fan_in_and_fan_out(other) == (25 * 32, 25 * 96)
    assert float(weight.std()) == pytest.approx(std, rel=4 / np.sqrt(2 * weight.size))


def test_bfloat16_images_are_computed_in_bfloat16():
    layers = [
        nn.Conv2d(2, 2, 3, padding=1),
        nn.BatchNorm(2),
        nn.LocalResponseNorm(),
        nn.MaxPool(2),
        nn.AveragePool(2, 1, 1),
        nn.Flatten(),
        nn.Dense(50, 3),
    ]
    x = jnp.asarray(RNG.normal(size=(4, 8, 8, 2)), jnp.bfloat16)
    for layer in layers:
        variables = layer.init(jax.random.key(0))
        x = jax.jit(lambda variables, x, layer=layer: layer.apply(variables, x, nn.Pass(training=True)))(variables, x)
        assert x.dtype == jnp.bfloat16, layer
        assert bool(jnp.all(jnp.isfinite(x)))
    assert all(leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(variables))


def conv(x, **settings):
    layer = nn.Conv2d(3, 4, 5, **settings)
    return layer.apply(layer.init(jax.random.key(0)), x, nn.Pass())


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: conv(jnp.ones((5, 28, 28))),
            r"the shape \(5, 28, 28\).*images without a channel axis.*x\[\.\.\., None\]",
        ),
        (lambda: conv(jnp.ones((5, 28, 28, 1))), "1 channels; expected 3"),
        (lambda: conv(jnp.ones((5, 3, 28, 28))), r"channels first\? waza takes NHWC.*moveaxis\(x, 1, -1\)"),
        (lambda: conv(jnp.ones((5, 28, 28, 3), jnp.uint8)), "x holds uint8; expected floats"),
        (lambda: conv(jnp.ones((5, 4, 28, 3))), "a window of 5 does not fit an image side of 4 with padding 0"),
        (lambda: nn.Conv2d(3, 4, 0), "kernel_size=0"),
        (lambda: nn.Conv2d(0, 4, 3), "inputs=0"),
        (lambda: nn.Conv2d(3, 4, 3, groups=2), "divides both"),
        (lambda: nn.convolve(jnp.ones((1, 4, 4, 4)), jnp.ones((3, 3, 2, 3)), groups=2), "3 outputs in 2 groups"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()


@pytest.mark.parametrize(
    ("kernel", "inputs", "padding"), [(3, 64, 0), (3, 64, 1), (5, 64, 2), (3, 3, 0), (3, 3, 1), (5, 1, 2), (11, 3, 2)]
)
def test_every_form_is_pytorchs(kernel, inputs, padding):
    """Winograd's filtering, products of columns, and Eigen's convolution, on sizes that no tile divides."""
    x = RNG.normal(size=(2, 13, 12, inputs)).astype(np.float32)
    weight = (RNG.normal(size=(kernel, kernel, inputs, 64)) / kernel**2).astype(np.float32)
    strides = (4, 4) if kernel == 11 else (1, 1)
    sides = (padding, padding)
    for mine, other in zip(ours(x, weight, strides, sides, 1), theirs(x, weight, strides, sides, 1), strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-4 * np.abs(other).max())


@pytest.mark.parametrize("inputs", [3, 64])
def test_parts_of_a_batch_sum_to_the_whole(inputs, monkeypatch):
    monkeypatch.setattr("waza.nn.portions.CACHED", 1)
    x = RNG.normal(size=(4, 6, 7, inputs)).astype(np.float32)
    weight = (RNG.normal(size=(3, 3, inputs, 64)) / 9).astype(np.float32)
    for mine, other in zip(ours(x, weight, 1, 1, 1), theirs(x, weight, 1, 1, 1), strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-4 * np.abs(other).max())


def test_a_convolution_maps_over_trials():
    x = jnp.asarray(RNG.normal(size=(3, 2, 8, 8, 64)), jnp.float32)
    weight = jnp.asarray(RNG.normal(size=(3, 3, 3, 64, 64)), jnp.float32)
    one = jax.jit(lambda x, weight: nn.convolve(x, weight, padding=1))
    together = jax.jit(jax.vmap(one))(x, weight)
    alone = jnp.stack([one(x[i], weight[i]) for i in range(3)])
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-3)
