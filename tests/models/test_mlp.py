"""The multilayer perceptron's inputs."""

import jax
import jax.numpy as jnp
import pytest

from waza import models, nn
from waza.core.errors import Error

MODEL = models.MLP((8, 3, 2))


@pytest.mark.parametrize("shape", [(8,), (2, 4), (2, 2, 2)])
def test_one_row_in_the_place_of_a_batch_is_named(shape):
    variables = MODEL.init(jax.random.key(0))
    x = jnp.ones(shape)
    with pytest.raises(Error, match=r"one row; expected a batch of rows: give x\[None\]"):
        MODEL.apply(variables, x, nn.Pass())
    assert MODEL.apply(variables, x[None], nn.Pass()).shape == (1, 2)


def test_another_width_is_named():
    with pytest.raises(Error, match="takes 8 inputs a row, the data have 5: change sizes"):
        MODEL.apply(MODEL.init(jax.random.key(0)), jnp.ones((3, 5)), nn.Pass())
