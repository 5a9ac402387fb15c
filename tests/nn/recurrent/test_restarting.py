"""Several sequences on one row: the states of a scan that starts over, against scans of single sequences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn
from waza.nn.recurrent.restarting import scan_restarting

SIZES = [3, 1, 4]


def alone(cell, variables, x, first, reverse):
    """The outputs of each sequence in a scan of its own, one after another."""
    outputs, begin = [], 0
    for i, size in enumerate(SIZES):
        part = x[begin : begin + size][None]
        state = jax.tree.map(lambda leaf, i=i: leaf[i : i + 1], first)
        layer = nn.Recurrent(cell, reverse=reverse)
        outputs.append(layer.scan({"cell": variables}, part, nn.Pass(), state)[0][0])
        begin += size
    return jnp.concatenate(outputs)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("cell", "given"), [(nn.GRU(2, 3), True), (nn.LSTM(2, 3), False)])
def test_each_sequence_is_alone(cell, given, reverse):
    variables = cell.init(jax.random.key(0))
    x = jax.random.normal(jax.random.key(1), (sum(SIZES), 2))
    first = jax.tree.map(lambda leaf: jax.random.normal(jax.random.key(2), leaf.shape), cell.start(len(SIZES)))
    first = first if given else jax.tree.map(jnp.zeros_like, first)
    number = jnp.repeat(jnp.arange(len(SIZES)), jnp.array(SIZES))
    stops = np.cumsum(SIZES) - 1
    begins = jnp.zeros(sum(SIZES), bool).at[jnp.array(stops if reverse else stops - SIZES + 1)].set(True)[:, None]

    def together(variables, x, first):
        projected = cell.project(variables, x[:, None])
        states = jax.tree.map(lambda leaf: leaf[number][:, None], first) if given else None
        return scan_restarting(cell, variables, projected, begins, states, reverse)[:, 0]

    def both(compute):
        return jax.jit(jax.value_and_grad(lambda *a: jnp.sum(jnp.sin(compute(*a))), (0, 1, 2)))(variables, x, first)

    expected = both(lambda variables, x, first: alone(cell, variables, x, first, reverse))
    found = both(together)
    if not given:
        expected, found = ((value, gradients[:2]) for value, gradients in (expected, found))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6), found, expected)
