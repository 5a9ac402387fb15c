"""Clipping by norm, against optax."""

import jax.numpy as jnp
import numpy as np
import pytest

from waza import optim
from waza.core.errors import Error

optax = pytest.importorskip("optax")


@pytest.mark.parametrize("limit", [0.1, 1.0, 100.0])
def test_clipping_is_optax_s(limit):
    rng = np.random.default_rng(0)
    gradients = {
        "a": jnp.asarray(rng.normal(size=(3, 4)), jnp.float32),
        "b": jnp.asarray(rng.normal(size=5), jnp.float32),
    }
    ours = optim.ClipByNorm(optim.SGD(1.0), limit)
    updates, _ = ours.update(gradients, ours.init(gradients), gradients)
    theirs = optax.clip_by_global_norm(limit)
    wanted, _ = theirs.update(gradients, theirs.init(gradients))
    for name in gradients:
        np.testing.assert_allclose(updates[name], -wanted[name], rtol=1e-6)


@pytest.mark.parametrize("size", [1e14, 1e20, 3e38])
def test_a_large_finite_gradient_is_clipped_too(size):
    ours, w = optim.ClipByNorm(optim.SGD(1.0), 1.0), jnp.zeros((2, 2))
    update = ours.update(jnp.full((2, 2), size), ours.init(w), w)[0]
    np.testing.assert_allclose(update, -0.5, rtol=1e-5)


def test_no_gradient_stays_none():
    ours, w = optim.ClipByNorm(optim.SGD(1.0)), jnp.zeros(2)
    assert ours.update(w, ours.init(w), w)[0].tolist() == [0.0, 0.0]


def test_a_gradient_that_is_no_number_is_not_hidden():
    ours, w = optim.ClipByNorm(optim.SGD(1.0)), jnp.zeros(2)
    for bad in (jnp.nan, jnp.inf):
        assert not jnp.isfinite(ours.update(jnp.array([bad, 1.0]), ours.init(w), w)[0]).all()


def test_the_limit_is_above_zero():
    with pytest.raises(Error, match=r"ClipByNorm\(limit=0.0\); expected a norm above 0"):
        optim.ClipByNorm(optim.SGD(1.0), 0)
