"""The cross entropy of tokens, piece by piece, against the one of all logits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.nn import CrossEntropy, SmoothedCrossEntropy, TokenOutputs, token_cross_entropy, token_outputs

INPUTS, VOCABULARY = 5, 37


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Pieces of 8 rows."""
    monkeypatch.setattr(token_outputs, "AT_ONCE", 8 * VOCABULARY)
    monkeypatch.setattr(token_outputs, "FEWEST", 1)


def drawn(*rows: int, dtype=jnp.float32):
    keys = jax.random.split(jax.random.key(sum(rows)), 4)
    outputs = (
        jax.random.normal(keys[0], (*rows, INPUTS), dtype),
        jax.random.normal(keys[1], (VOCABULARY, INPUTS), dtype),
        jax.random.normal(keys[2], (VOCABULARY,), dtype),
    )
    return outputs, jax.random.randint(keys[3], rows, 0, VOCABULARY)


@pytest.mark.parametrize("rows", [(1,), (8,), (9,), (3, 7)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_and_its_gradients_are_those_of_all_logits(rows, smoothing):
    arrays, targets = drawn(*rows)
    weights = jnp.linspace(0, 1, targets.size).reshape(rows)

    def total(loss):
        return lambda arrays: jnp.sum(weights * loss(arrays))

    def whole(arrays):
        logits = TokenOutputs(*arrays).logits().reshape(-1, VOCABULARY)
        return SmoothedCrossEntropy(smoothing)(logits, targets.reshape(-1))["loss"].reshape(rows)

    ours = jax.value_and_grad(total(lambda arrays: token_cross_entropy(TokenOutputs(*arrays), targets, smoothing)[0]))
    for one, other in zip(
        jax.tree.leaves(ours(arrays)), jax.tree.leaves(jax.value_and_grad(total(whole))(arrays)), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def test_the_gradient_of_the_smoothing():
    arrays, targets = drawn(9)

    def total(smoothing):
        return jnp.sum(token_cross_entropy(TokenOutputs(*arrays), targets, smoothing)[0])

    one, other = total(1.0) - total(0.0), jax.grad(total)(0.3)  # the loss is linear in it
    np.testing.assert_allclose(one, other, rtol=1e-4)


def test_a_loss_gives_the_same_for_outputs_and_their_logits():
    arrays, targets = drawn(4, 6)
    weights = (jnp.arange(6) < jnp.array([6, 2, 4, 1])[:, None]).astype(float)
    outputs = TokenOutputs(*arrays)
    ours = SmoothedCrossEntropy(0.0)(outputs, targets, weights)
    for loss in (CrossEntropy(), SmoothedCrossEntropy(0.0)):
        expected = loss(outputs.logits(), targets, weights)
        for name in ("loss", "accuracy"):
            np.testing.assert_allclose(ours[name].total, expected[name].total, rtol=1e-5)
            np.testing.assert_allclose(ours[name].weight, expected[name].weight)


def test_of_equal_logits_the_first_is_the_prediction():
    outputs = TokenOutputs(jnp.zeros((3, INPUTS)), jnp.zeros((VOCABULARY, INPUTS)), jnp.zeros(VOCABULARY))
    assert token_cross_entropy(outputs, jnp.array([0, 1, VOCABULARY - 1]))[1].tolist() == [1, 0, 0]


@pytest.mark.parametrize("target", [-1, VOCABULARY])
def test_the_loss_of_what_is_no_token_is_nan(target):
    arrays, _ = drawn(2)
    assert np.isnan(token_cross_entropy(TokenOutputs(*arrays), jnp.array([0, target]))[0]).tolist() == [False, True]


def test_half_precision_rows_with_logits_in_single_precision():
    arrays, targets = drawn(9, dtype=jnp.bfloat16)
    outputs = TokenOutputs(*arrays).astype(jnp.float32)
    assert outputs.logits().dtype == token_cross_entropy(outputs, targets)[0].dtype == jnp.float32
    exact = [array.astype(jnp.float32) for array in arrays]

    def total(arrays):
        return jnp.sum(token_cross_entropy(TokenOutputs(*arrays).astype(jnp.float32), targets)[0])

    np.testing.assert_allclose(total(arrays), total(exact), rtol=1e-2)
    for one, other in zip(jax.grad(total)(arrays), jax.grad(total)(exact), strict=True):
        assert one.dtype == jnp.bfloat16
        np.testing.assert_allclose(one.astype(float), other, rtol=0.05, atol=0.05)


def test_many_networks_at_once():
    arrays, targets = drawn(9)
    several = jax.tree.map(lambda array: jnp.stack([array, 2 * array]), arrays)

    def total(arrays):
        return jnp.sum(token_cross_entropy(TokenOutputs(*arrays), targets, 0.1)[0])

    for i, one in enumerate(zip(*jax.vmap(jax.grad(total))(several), strict=True)):
        alone = jax.grad(total)([array[i] for array in several])
        for ours, expected in zip(one, alone, strict=True):
            np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)
