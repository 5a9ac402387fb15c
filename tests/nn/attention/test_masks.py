"""The masked softmax against SciPy's over the positions of the mask alone, and what stands outside it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from waza.core.errors import Error
from waza.nn.attention.masks import masked_softmax, real_steps

SCORES = np.random.default_rng(0).normal(0, 3, (2, 3, 5)).astype(np.float32)
LENGTHS = np.array([3, 5])
REAL = np.arange(5) < LENGTHS[:, None, None]


def test_it_is_the_softmax_of_the_real_steps():
    weights = masked_softmax(jnp.asarray(SCORES), jnp.asarray(REAL))
    for row, length in enumerate(LENGTHS):
        np.testing.assert_allclose(weights[row, :, :length], scipy.special.softmax(SCORES[row, :, :length], -1), 1e-5)
        assert not weights[row, :, length:].any()


@pytest.mark.parametrize("rubbish", [np.nan, np.inf, -np.inf, 1e30])
def test_masked_scores_never_matter(rubbish):
    def total(scores):
        return (masked_softmax(scores, jnp.asarray(REAL)) * jnp.arange(5.0)).sum()

    for function in (lambda s: masked_softmax(s, jnp.asarray(REAL)), jax.grad(total)):
        changed = jnp.asarray(np.where(REAL, SCORES, rubbish))
        np.testing.assert_array_equal(function(changed), function(jnp.asarray(np.where(REAL, SCORES, 0))))
    assert not np.asarray(jax.grad(total)(changed))[~np.broadcast_to(REAL, SCORES.shape)].any()


def test_an_empty_mask_gives_zeros_and_no_gradient():
    def weights(scores):
        return masked_softmax(scores, jnp.zeros((3, 5), bool))

    assert not weights(jnp.asarray(SCORES)).any()
    assert not jax.grad(lambda s: weights(s)[0, 0, 1])(jnp.asarray(SCORES)).any()


def test_a_real_nan_shows():
    scores = jnp.asarray(SCORES).at[0, 0, 1].set(jnp.nan)
    assert jnp.isnan(masked_softmax(scores, jnp.asarray(REAL))[0, 0, :3]).all()


def test_large_scores_and_narrow_dtypes():
    large = masked_softmax(jnp.array([1e4, 1e4, -1e4]), jnp.array([True, True, True]))
    assert large.tolist() == [0.5, 0.5, 0.0]
    narrow = masked_softmax(jnp.asarray(SCORES, jnp.bfloat16), jnp.asarray(REAL))
    assert narrow.dtype == jnp.bfloat16
    wide = masked_softmax(jnp.asarray(SCORES, jnp.bfloat16).astype(jnp.float32), jnp.asarray(REAL))
    np.testing.assert_array_equal(narrow, wide.astype(jnp.bfloat16))


@pytest.mark.parametrize("lengths, message", [([6, 1], r"lengths\[0\] is 6"), ([1], r"lengths have the shape \(1,\)")])
@pytest.mark.wrong_types
def test_lengths_that_do_not_fit(lengths, message):
    with pytest.raises(Error, match=message):
        real_steps(jnp.array(lengths), jnp.zeros((2, 5, 1)))
