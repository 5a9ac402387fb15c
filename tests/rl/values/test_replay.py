"""A replay memory: what it returns, and what it overwrites."""

from collections import deque

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.rl.values.replay import empty, insert, sample

CAPACITY = 5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, CAPACITY), min_size=1, max_size=8), st.integers(0, 1000))
def test_the_buffer_holds_the_most_recent_rows_and_draws_nothing_else(counts, seed):
    memory = empty(CAPACITY, {"x": jnp.zeros((2,)), "n": jnp.zeros((), jnp.int32)})
    recent, seen = deque(maxlen=CAPACITY), 0
    for count in counts:
        n = np.arange(seen + 1, seen + count + 1, dtype=np.int32)
        memory = insert(memory, {"x": jnp.asarray(np.stack([n, -n], 1), jnp.float32), "n": jnp.asarray(n)})
        recent.extend(n.tolist())
        seen += count
    assert int(memory.size) == len(recent)
    assert sorted(memory.rows["n"][: len(recent)].tolist()) == sorted(recent)
    drawn = sample(memory, jax.random.key(seed), 16)
    assert set(drawn["n"].tolist()) <= set(recent)
    np.testing.assert_array_equal(drawn["x"], np.stack([drawn["n"], -drawn["n"]], 1))  # a row stays together


def test_draws_are_uniform():
    memory = insert(empty(8, jnp.zeros(())), jnp.arange(6.0))
    counts = np.bincount(np.asarray(sample(memory, jax.random.key(0), 6000)).astype(int), minlength=8)
    assert counts[6:].sum() == 0
    assert np.abs(counts[:6] - 1000).max() < 130  # 4.5 standard deviations


def test_rows_overwrite_the_oldest_in_place_and_seeds_keep_apart():
    insert_each = jax.jit(jax.vmap(insert))
    memory = jax.vmap(lambda _: empty(3, jnp.zeros(())))(jnp.arange(2))
    for first in (0.0, 2.0):
        memory = insert_each(memory, first + jnp.arange(2.0) + jnp.array([[0.0], [10.0]]))
    assert memory.rows.tolist() == [[3.0, 1.0, 2.0], [13.0, 11.0, 12.0]]


def test_more_rows_than_the_capacity_are_refused():
    with pytest.raises(Error, match="4 rows are inserted at once in a replay memory of 3"):
        insert(empty(3, jnp.zeros(())), jnp.zeros(4))
