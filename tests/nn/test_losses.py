"""Losses against PyTorch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.nn import CrossEntropy, SquaredError


@pytest.mark.parametrize("classes", [2, 10, 300])
def test_cross_entropy_and_its_gradient_are_pytorchs(classes):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(classes)
    z = rng.normal(0, 5, (40, classes)).astype(np.float32)
    t = rng.integers(0, classes, 40)
    theirs = torch.tensor(z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(theirs, torch.tensor(t))
    loss.backward()
    value, slope = jax.value_and_grad(lambda x: CrossEntropy()(x, jnp.asarray(t, jnp.int32))["loss"].mean())(z)
    assert float(value) == pytest.approx(float(loss.detach()), rel=1e-5)
    np.testing.assert_allclose(slope, theirs.grad.numpy(), atol=1e-6)


@pytest.mark.parametrize("target", [-1, 3])
def test_a_target_that_is_no_class_gives_nan(target):
    measures = CrossEntropy()(jnp.zeros((1, 3)), jnp.array([target]))
    assert bool(jnp.isnan(measures["loss"][0]))


def test_chance_is_the_best_constant_answer():
    chance = CrossEntropy().chance(np.array([0, 0, 0, 1]))
    assert chance["accuracy"] == 0.75
    assert chance["loss"] == pytest.approx(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)))


def test_squared_error_and_its_gradient_are_pytorchs_mse():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    z, t = rng.normal(0, 2, (30, 1)).astype(np.float32), rng.normal(0, 2, 30).astype(np.float32)
    theirs = torch.tensor(z, requires_grad=True)
    loss = torch.nn.functional.mse_loss(theirs[:, 0], torch.tensor(t))
    loss.backward()
    value, slope = jax.value_and_grad(lambda x: SquaredError()(x, jnp.asarray(t))["loss"].mean())(z)
    assert value == pytest.approx(loss.item(), rel=1e-6)
    np.testing.assert_allclose(slope, theirs.grad, rtol=1e-5, atol=1e-7)
    assert SquaredError().chance(t)["loss"] == pytest.approx(np.mean((t - t.mean()) ** 2))
