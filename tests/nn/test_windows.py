"""Windows against PyTorch's, and im2col against its adjoint."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import nn
from waza.core.errors import Error
from waza.nn.windows import windows

torch = pytest.importorskip("torch")
RNG = np.random.default_rng(0)
SMALL = st.integers(1, 4)
PLACES = st.tuples(
    st.tuples(st.integers(4, 9), st.integers(4, 9)),
    st.tuples(SMALL, SMALL),
    st.tuples(SMALL, SMALL),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
)


def images(size, channels=2, batch=2):
    return RNG.normal(size=(batch, *size, channels)).astype(np.float32)


@settings(deadline=None, max_examples=10)
@given(PLACES)
def test_im2col_is_pytorchs_unfold(place):
    size, kernel, strides, padding = place
    x = images(size)
    ours = np.asarray(jax.jit(lambda x: nn.im2col(x, kernel, strides, padding))(x))
    theirs = torch.nn.functional.unfold(
        torch.tensor(x).permute(0, 3, 1, 2), kernel, padding=padding, stride=strides
    ).numpy()
    batch, rows, columns, _ = ours.shape
    theirs = theirs.reshape(batch, 2, -1, rows, columns).transpose(0, 3, 4, 2, 1)
    np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))


@settings(deadline=None, max_examples=10)
@given(PLACES, st.sampled_from(["numbers", "same", "valid"]))
def test_col2im_is_the_adjoint_of_im2col(place, kind):
    size, kernel, strides, padding = place
    padding = padding if kind == "numbers" else kind
    x = images(size)
    seen = jax.jit(lambda x: nn.im2col(x, kernel, strides, padding))(x)
    columns = RNG.normal(size=seen.shape).astype(np.float32)
    back = jax.jit(lambda columns: nn.col2im(columns, x.shape, kernel, strides, padding))(columns)
    assert back.shape == x.shape
    assert np.vdot(seen, columns) == pytest.approx(np.vdot(x, back), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(("stride", "padding", "side"), [(1, 0, 2), (1, 1, 4), (2, 0, 1), (2, 1, 2)])
def test_the_courses_example_is_a_convolution(stride, padding, side):
    """A (2, 1, 4, 4) input, NCHW, becomes NHWC; im2col and a matrix product convolve it with 3x3 filters."""
    x = RNG.normal(size=(2, 1, 4, 4)).astype(np.float32)
    weight = RNG.normal(size=(3, 3, 1, 5)).astype(np.float32)
    columns = nn.im2col(jnp.moveaxis(jnp.asarray(x), 1, -1), 3, stride, padding)
    assert columns.shape == (2, side, side, 9)
    theirs = torch.nn.functional.conv2d(
        torch.tensor(x), torch.tensor(weight.transpose(3, 2, 0, 1)), stride=stride, padding=padding
    )
    ours = columns @ weight.reshape(9, 5)
    np.testing.assert_allclose(np.moveaxis(np.asarray(ours), -1, 1), theirs.numpy(), rtol=1e-4, atol=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 5), st.integers(0, 4))
def test_the_formula_is_the_size_of_a_real_convolution(size, kernel, stride, padding):
    if size + 2 * padding < kernel:
        with pytest.raises(Error, match=f"a window of {kernel} does not fit an image side of {size}"):
            nn.conv_output_size(size, kernel, stride, padding)
        return
    real = torch.nn.functional.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel), None, stride, padding)
    assert nn.conv_output_size(size, kernel, stride, padding) == real.shape[2]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9))
def test_same_is_as_xla_and_keras_pad(size, kernel, stride):
    assert nn.conv_output_size(size, kernel, stride, "same") == -(-size // stride)
    sides = jax.lax.padtype_to_pads((size, size), (kernel, kernel), (stride, stride), "SAME")
    assert list(windows(kernel, stride, "same").sides((size, size))) == [tuple(pad) for pad in sides]


def test_the_advice_of_a_window_that_does_not_fit_helps():
    with pytest.raises(Error, match="at most 5, or a padding of at least 2"):
        nn.conv_output_size(3, 7, padding=1)
    assert nn.conv_output_size(3, 5, padding=1) == nn.conv_output_size(3, 7, padding=2) == 1


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: windows(0), r"kernel_size=0; expected a whole number of at least 1"),
        (lambda: windows((3, 3, 3)), r"or a pair \(height, width\)"),
        (lambda: windows(3, strides=1.5), "strides=1.5"),
        (lambda: windows(3, padding=-1), "padding=-1; expected a whole number of at least 0"),
        (lambda: windows(3, padding="full"), "'same' or 'valid'"),
        (lambda: nn.im2col(jnp.ones((4, 4)), 3), r"\(batch, height, width, channels\).*x\[\.\.\., None\]"),
        (lambda: nn.im2col(jnp.ones((1, 4, 4, 1)), 5), "a window of 5 does not fit an image side of 4 with padding 0"),
        (lambda: nn.col2im(jnp.ones((1, 2, 2, 9)), (1, 5, 4, 1), 3), r"expected \(1, 3, 2, 9\) for images of"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()
