"""Decoding with recurrent translators: log probabilities are those of teacher forcing, whatever the state holds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.models.decoding import beam, greedy

TARGETS, MOST = 23, 7


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"attention": None, "cell": "gru"},
        {"attention": "additive", "place": "before", "direction": "concatenated"},
        {"attention": "general", "input_feeding": True, "cell": "ssru"},
    ],
)
def test_log_probabilities_are_those_of_teacher_forcing(settings):
    model = models.recurrent_translator(19, TARGETS, width=8, **settings)
    variables = jax.tree.map(lambda leaf: 3 * leaf, model.init(jax.random.key(0)))  # sentences that differ
    rng = np.random.default_rng(0)
    source, lengths = jnp.asarray(rng.integers(0, 19, (6, 5))), jnp.asarray(rng.integers(1, 6, 6))

    @jax.jit
    def decoded(variables):
        encoded = model.encode(variables, source, lengths, nn.Pass())
        return greedy(model, variables, encoded, MOST), beam(model, variables, encoded, MOST, 4)

    @jax.jit
    def forced(variables, tokens):
        previous = jnp.concatenate([jnp.full((6, 1), model.end), tokens[:, :-1]], axis=1)
        logits = model.apply(variables, models.Pair(source, lengths, previous), nn.Pass())
        gained = jnp.take_along_axis(jax.nn.log_softmax(logits), tokens[:, :, None], axis=2)[:, :, 0]
        return jnp.sum(gained * (jnp.arange(MOST) <= jnp.sum(tokens != model.end, axis=1, keepdims=True)), axis=1)

    one, several = decoded(variables)
    np.testing.assert_allclose(one.log_probability, forced(variables, one.tokens), rtol=1e-4)
    for place in range(4):
        wanted = forced(variables, several.tokens[:, place])
        np.testing.assert_allclose(several.log_probability[:, place], wanted, rtol=1e-4)
    assert len({tuple(tokens) for tokens in several.tokens[0].tolist()}) == 4
    assert (several.weights is None) == (settings.get("attention", "dot") is None)
    if several.weights is not None:
        used = jnp.arange(MOST) <= several.lengths[:, :, None]
        np.testing.assert_allclose(several.weights.sum(-1), used, atol=1e-5)
