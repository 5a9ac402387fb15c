"""The k largest values by blocks against `lax.top_k`, ties among them."""

import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from waza.models.decoding.largest import largest


@pytest.mark.parametrize("columns", [3, 640, 1000, 8001])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("values", [None, 4, 200])
def test_the_same_as_top_k(columns, count, values):
    """With values of which many are equal: the lower column comes first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(7, columns)) if values is None else rng.integers(0, values, (7, columns)).astype(float)
    x[0, :-1] = -np.inf
    x = jnp.asarray(x, jnp.float32)
    for found, wanted in zip(largest(x, count), lax.top_k(x, count), strict=True):
        np.testing.assert_array_equal(found, wanted)
