"""A recurrent layer with an output: what is read, and what lies behind a length."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.core.errors import Error

X = jax.random.normal(jax.random.key(1), (4, 6, 2))


def test_the_last_is_the_last_of_each():
    layer = nn.Recurrent(nn.GRU(2, 5))
    each, last = (models.SequenceModel(layer, 3, read) for read in ("each", "last"))
    variables = each.init(jax.random.key(0))
    np.testing.assert_allclose(
        last.apply(variables, X, nn.Pass()), each.apply(variables, X, nn.Pass())[:, -1], atol=1e-6
    )


def test_lengths_reach_the_layer():
    model = models.SequenceModel(nn.Recurrent(nn.LSTM(2, 5)), 3)
    variables = model.init(jax.random.key(0))
    lengths = jnp.array([6, 3, 1, 0])
    _, state = model.scan(variables, X, nn.Pass(), lengths=lengths)
    _, other = model.scan(variables, X.at[1, 3:].set(jnp.nan), nn.Pass(), lengths=lengths)
    jax.tree.map(np.testing.assert_array_equal, state, other)


def test_the_output_has_its_activation_and_may_have_no_bias():
    model = models.SequenceModel(nn.Recurrent(nn.SimpleRNN(2, 5)), 1, activation=nn.sigmoid, use_bias=False)
    variables = model.init(jax.random.key(0))
    assert set(variables["output"]) == {"weight"}
    outputs = model.apply(variables, X, nn.Pass())
    assert ((outputs > 0) & (outputs < 1)).all()


@pytest.mark.wrong_types
def test_mistakes():
    with pytest.raises(Error, match=r"SequenceModel\(read='first'\); expected 'each' step or the 'last'"):
        models.SequenceModel(nn.Recurrent(nn.GRU(2, 5)), 1, "first")
