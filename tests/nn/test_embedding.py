"""Embedding against indexing, its gradient, and tokens that are none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn
from waza.core.errors import Error

LAYER = nn.Embedding(5, 3)
VARIABLES = LAYER.init(jax.random.key(0))


def test_vectors_are_rows_and_their_gradients_add_up():
    tokens = jnp.array([[0, 4, 4], [1, 4, 0]])
    np.testing.assert_array_equal(LAYER.apply(VARIABLES, tokens, nn.Pass()), VARIABLES["weight"][tokens])
    slope = jax.grad(lambda variables: jnp.sum(LAYER.apply(variables, tokens, nn.Pass())))(VARIABLES)["weight"]
    np.testing.assert_array_equal(slope, np.array([2, 1, 0, 0, 3])[:, None] * np.ones(3))


@pytest.mark.parametrize("token", [-1, 5, 1000])
def test_a_token_that_is_none_is_an_error_and_nan_inside_a_program(token):
    tokens = jnp.array([[0, token]])
    with pytest.raises(Error, match=r"the tokens go from .* to .*; expected 0 to 4"):
        LAYER.apply(VARIABLES, tokens, nn.Pass())
    vectors = jax.jit(lambda tokens: LAYER.apply(VARIABLES, tokens, nn.Pass()))(tokens)
    assert jnp.isnan(vectors[0, 1]).all()
    assert jnp.isfinite(vectors[0, 0]).all()


@pytest.mark.wrong_types
def test_mistakes():
    with pytest.raises(Error, match="have the type float32; expected token ids"):
        LAYER.apply(VARIABLES, jnp.zeros((1, 2)), nn.Pass())
    with pytest.raises(Error, match=r"Embedding\(vocabulary=0\)"):
        nn.Embedding(0, 3)


def test_known_tokens_may_be_used_inside_a_program():
    layer, tokens = nn.Embedding(4, 2), jnp.array([[1, 3]])
    variables = layer.init(jax.random.key(0))
    inside = jax.jit(lambda variables: layer.apply(variables, tokens, nn.Pass()))(variables)
    np.testing.assert_array_equal(inside, layer.apply(variables, tokens, nn.Pass()))
