"""Pooling and local response normalisation, and their gradients, against PyTorch."""

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
F = torch.nn.functional
RNG = np.random.default_rng(0)


def assert_alike(mine, other, size, channels=2):
    """The same values and the same gradients, of NHWC images here and of NCHW images there."""
    x = RNG.normal(size=(2, *size, channels)).astype(np.float32)
    theirs = torch.tensor(x, requires_grad=True)
    y = other(theirs.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    weights = np.cos(np.arange(y.numel(), dtype=np.float32)).reshape(y.shape)
    (y * torch.tensor(weights)).sum().backward()

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def weighed(x):
        pooled = mine(x)
        return jnp.sum(pooled * weights), pooled

    (_, pooled), slope = weighed(x)
    np.testing.assert_allclose(pooled, y.detach().numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(slope, theirs.grad.numpy(), rtol=1e-4, atol=1e-5)


@st.composite
def poolings(draw):
    window = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    strides = draw(st.one_of(st.none(), st.tuples(st.integers(1, 4), st.integers(1, 4))))
    padding = tuple(draw(st.integers(0, cells // 2)) for cells in window)
    return window, strides, padding


@settings(deadline=None, max_examples=10)
@given(st.tuples(st.integers(4, 9), st.integers(4, 9)), poolings())
def test_pooling_and_its_gradients_are_pytorchs(size, pooling):
    window, strides, padding = pooling
    assert_alike(
        lambda x: nn.max_pool(x, window, strides, padding), lambda x: F.max_pool2d(x, window, strides, padding), size
    )
    assert_alike(
        lambda x: nn.average_pool(x, window, strides, padding),
        lambda x: F.avg_pool2d(x, window, strides, padding, count_include_pad=False),
        size,
    )


def test_the_layers_are_the_functions():
    x = jnp.asarray(RNG.normal(size=(2, 7, 6, 3)), jnp.float32)
    for layer, function in ((nn.MaxPool, nn.max_pool), (nn.AveragePool, nn.average_pool)):
        for arguments in ((2,), (3, 2, 1), ((3, 2), 1, "same")):
            pool = layer(*arguments)
            y = pool.apply(pool.init(jax.random.key(0)), x, nn.Pass())
            np.testing.assert_array_equal(y, function(x, *arguments))
            assert pool.output_size((7, 6)) == y.shape[1:3]


@pytest.mark.parametrize("padding", [1, "same"])
def test_padding_changes_no_constant_image(padding):
    x = jnp.full((1, 5, 5, 1), -3.0)
    for pool in (nn.max_pool, nn.average_pool):
        np.testing.assert_allclose(pool(x, 3, 2, padding), -3.0, rtol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_local_response_norm_is_pytorchs_whose_alpha_is_divided(size):
    layer = nn.LocalResponseNorm(size, alpha=0.2, beta=0.75, offset=2.0)
    theirs = torch.nn.LocalResponseNorm(size, alpha=0.2 * size, beta=0.75, k=2.0)
    assert_alike(lambda x: layer.apply({}, x, nn.Pass()), theirs, (3, 4), channels=7)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.MaxPool(0), "window=0"),
        (lambda: nn.MaxPool(2, strides=0), "strides=0"),
        (lambda: nn.AveragePool(3, padding=2), "padding=2 around a window of 3; expected at most half"),
        (lambda: nn.max_pool(jnp.ones((3, 4, 4))), r"\(batch, height, width, channels\)"),
        (lambda: nn.max_pool(jnp.ones((1, 4, 4, 1)), 5), "a window of 5 does not fit an image side of 4"),
        (lambda: nn.average_pool(jnp.ones((1, 4, 4, 1)), 5, 1), "a window of 5 does not fit an image side of 4"),
        (lambda: nn.LocalResponseNorm(0), "size=0"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()
