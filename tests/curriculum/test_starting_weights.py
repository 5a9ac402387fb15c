"""The rank of weights, as the study measures it."""

import re

import jax
import jax.numpy as jnp
import numpy as np

from waza.curriculum.day2a_training.starting_weights import rank


def test_ranks_of_many_weights_are_those_of_each():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(6, r)) @ rng.normal(size=(r, 9)) for r in (1, 2, 5)]
    many = jnp.asarray(np.stack([*weights, np.zeros((6, 9))]), jnp.float32)
    assert jax.vmap(jax.vmap(rank))(jnp.stack([many, many])).tolist() == 2 * [[1, 2, 5, 0]]


def test_no_batch_goes_to_lapack():
    """A batch is shared out over the pool that waits for it: two devices at once would wait for ever."""
    compiled = jax.jit(jax.vmap(rank)).lower(jnp.ones((8, 20, 40))).compile().as_text()
    calls = [line for line in compiled.splitlines() if "lapack" in line]
    assert calls
    assert not any(re.search(r"f32\[\d+,\d+,\d+\]", line) for line in calls)
