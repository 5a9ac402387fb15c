"""Attention against PyTorch and NumPy, and its masks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import nn
from waza.core.errors import Error
from waza.nn.attention import masked_softmax

BATCH, TIME, STEPS = 3, 4, 5


def drawn(*shape, seed=0):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def attended(attention, queries, values, lengths=None, variables=None):
    variables = attention.init(jax.random.key(0)) if variables is None else variables
    memory = attention.remember(variables, values, lengths)
    return attention.attend(variables, queries, memory)


@pytest.mark.parametrize("scaled", [True, False])
def test_dot_attention_is_pytorchs(scaled):
    queries, values, lengths = drawn(BATCH, TIME, 6), drawn(BATCH, STEPS, 6, seed=1), np.array([5, 2, 1])
    contexts, _ = attended(nn.DotAttention(6, 6, scaled=scaled), queries, values, jnp.array(lengths))
    mask = torch.tensor(np.arange(STEPS) < lengths[:, None])[:, None]
    given = [torch.tensor(np.array(x)) for x in (queries, values, values)]
    expected = torch.nn.functional.scaled_dot_product_attention(*given, attn_mask=mask, scale=None if scaled else 1.0)
    np.testing.assert_allclose(contexts, expected, rtol=1e-5, atol=1e-6)


def reference(scores, values, lengths):
    contexts, all_weights = np.zeros((*scores.shape[:2], values.shape[2])), np.zeros(scores.shape)
    for row, length in enumerate(lengths):
        for query in range(scores.shape[1]):
            terms = np.exp(scores[row, query, :length] - scores[row, query, :length].max())
            all_weights[row, query, :length] = terms / terms.sum()
            contexts[row, query] = all_weights[row, query] @ values[row]
    return contexts, all_weights


def test_additive_attention_is_its_formula():
    attention = nn.AdditiveAttention(3, 6, size=7)
    variables = attention.init(jax.random.key(3)) | {"bias": jnp.asarray(drawn(7, seed=5))}
    queries, values, lengths = drawn(BATCH, TIME, 3), drawn(BATCH, STEPS, 6, seed=1), np.array([5, 2, 1])
    scores = np.zeros((BATCH, TIME, STEPS))
    for row in range(BATCH):
        for query in range(TIME):
            for step in range(STEPS):
                inner = variables["query"] @ queries[row, query] + variables["key"] @ values[row, step]
                scores[row, query, step] = np.tanh(inner + variables["bias"]) @ variables["score"]
    contexts, weights = attended(attention, queries, values, jnp.array(lengths), variables)
    for ours, expected in zip((contexts, weights), reference(scores, values, lengths), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


def test_general_attention_is_its_formula():
    attention = nn.GeneralAttention(3, 6)
    variables = attention.init(jax.random.key(3))
    queries, values, lengths = drawn(BATCH, TIME, 3), drawn(BATCH, STEPS, 6, seed=1), np.array([5, 2, 1])
    scores = np.einsum("btq,qm,bsm->bts", queries, variables["key"], values)
    contexts, weights = attended(attention, queries, values, jnp.array(lengths), variables)
    for ours, expected in zip((contexts, weights), reference(scores, values, lengths), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


ALL = [nn.AdditiveAttention(6, 6, size=4), nn.DotAttention(6, 6), nn.GeneralAttention(6, 6)]


@pytest.mark.parametrize("attention", ALL, ids=lambda attention: type(attention).__name__)
@pytest.mark.parametrize("filling", [7.0, np.nan])
def test_what_is_padded_never_matters(attention, filling):
    variables = attention.init(jax.random.key(0))
    queries, values, lengths = drawn(BATCH, TIME, 6), drawn(BATCH, STEPS, 6, seed=1), jnp.array([5, 2, 1])
    other = jnp.where((np.arange(STEPS) < np.array(lengths)[:, None])[..., None], values, filling)

    def total(variables, queries, values):
        contexts, weights = attended(attention, queries, values, lengths, variables)
        return jnp.sum(jnp.sin(contexts)) + jnp.sum(weights**2)

    compiled = jax.jit(jax.value_and_grad(total, argnums=(0, 1, 2)))
    results = [compiled(variables, queries, x) for x in (values, other)]
    jax.tree.map(np.testing.assert_array_equal, *results)
    assert np.all(np.array(results[0][1][2])[1, 2:] == 0)


@settings(deadline=None)
@given(st.integers(0, 6), st.integers(1, 6), st.integers(0, 2**31))
def test_weights_sum_to_one_over_what_is_real(real, steps, seed):
    weights = masked_softmax(jnp.asarray(100 * drawn(steps, seed=seed)), jnp.arange(steps) < real)
    assert np.isclose(np.sum(weights), 1 if real else 0, atol=1e-5)
    assert np.all(np.array(weights)[real:] == 0) and np.all(np.array(weights) >= 0)


def test_a_row_without_a_real_step_has_no_weights_and_no_gradient():
    def total(scores):
        return jnp.sum(masked_softmax(scores, jnp.zeros(3, bool)))

    value, gradient = jax.value_and_grad(total)(jnp.ones(3))
    assert value == 0 and np.all(np.array(gradient) == 0)


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(Error, match=r"DotAttention\(2, 3\).*GeneralAttention"):
        nn.DotAttention(2, 3)
    with pytest.raises(Error, match="queries=0"):
        nn.GeneralAttention(0, 3)
    with pytest.raises(Error, match="size=0"):
        nn.AdditiveAttention(1, 3, size=0)
