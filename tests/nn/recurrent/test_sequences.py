"""Lengths, carried state, both directions, and stacks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import nn

INPUTS, SIZE, BATCH, TIME = 2, 3, 4, 5
RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(BATCH, TIME, INPUTS)), jnp.float32)
LAYERS = {
    "simple": nn.Recurrent(nn.SimpleRNN(INPUTS, SIZE)),
    "backwards": nn.Recurrent(nn.LSTM(INPUTS, SIZE, peepholes=True), reverse=True),
    "stack": nn.StackedRecurrent(
        (nn.Bidirectional(nn.GRU(INPUTS, SIZE)), nn.Recurrent(nn.GRU(2 * SIZE, SIZE, reset="before"))), nn.Dropout(0.3)
    ),
}
VARIABLES = {name: layer.init(jax.random.key(0)) for name, layer in LAYERS.items()}


def same(a, b):
    jax.tree.map(np.testing.assert_array_equal, a, b)


def close(a, b):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), a, b)


def results_and_gradients(name):
    """One compiled program a layer: results, and gradients of all that can be differentiated."""
    layer = LAYERS[name]

    def loss(variables, x, state, lengths):
        run = nn.Pass(training=True, key=jax.random.key(1))
        outputs, last = layer.scan(variables, x, run, state, lengths)
        return sum(jnp.sum(leaf**2) for leaf in (outputs, *jax.tree.leaves(last))), (outputs, last)

    return jax.jit(jax.grad(loss, (0, 1, 2), has_aux=True))


RUNS = {name: results_and_gradients(name) for name in LAYERS}


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(sorted(LAYERS)),
    st.lists(st.integers(0, TIME), min_size=BATCH, max_size=BATCH),
    st.sampled_from([np.nan, np.inf, -1e30, 5.0]),
)
def test_what_lies_behind_a_length_changes_nothing(name, lengths, behind):
    lengths = jnp.array(lengths)
    state = jax.tree.map(lambda leaf: leaf + 0.5, LAYERS[name].start(BATCH))
    beyond = jnp.arange(TIME) >= lengths[:, None]
    changed = jnp.where(beyond[..., None], behind, X)
    expected = RUNS[name](VARIABLES[name], X, state, lengths)
    same(RUNS[name](VARIABLES[name], changed, state, lengths), expected)
    (_, to_x, _), (outputs, _) = expected
    assert not np.any(np.asarray(outputs)[beyond]) and not np.any(np.asarray(to_x)[beyond])
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(expected))


@pytest.mark.parametrize("name", LAYERS)
def test_a_row_with_a_length_is_the_row_cut_to_it(name):
    layer, variables, lengths = LAYERS[name], VARIABLES[name], [3, 0, 3, 3]
    outputs, last = layer.scan(variables, X, nn.Pass(), lengths=jnp.array(lengths))
    for row, length in enumerate(lengths):
        at = lambda leaf, row=row: leaf[row : row + 1]  # noqa: E731
        if length == 0:
            same(jax.tree.map(at, last), layer.start(1))
            continue
        alone, after = layer.scan(variables, X[row : row + 1, :length], nn.Pass())
        close((outputs[row : row + 1, :length], jax.tree.map(at, last)), (alone, after))


@pytest.mark.slow
def test_two_halves_are_the_whole():
    cell = nn.LSTM(INPUTS, SIZE, full_gate_recurrence=True)
    layer = nn.StackedRecurrent((nn.Recurrent(cell), nn.Recurrent(nn.GRU(SIZE, SIZE))))
    variables = layer.init(jax.random.key(0))
    whole, last = layer.scan(variables, X, nn.Pass())
    first, state = layer.scan(variables, X[:, :2], nn.Pass())
    second, after = layer.scan(variables, X[:, 2:], nn.Pass(), state)
    close((jnp.concatenate([first, second], axis=1), after), (whole, last))


def test_a_decoder_steps_on_from_an_encoders_state():
    cell = nn.LSTM(INPUTS, SIZE, peepholes=True)
    layer = nn.Recurrent(cell)
    variables = layer.init(jax.random.key(0))
    whole, last = layer.scan(variables, X, nn.Pass())
    _, state = layer.scan(variables, X[:, :3], nn.Pass())
    for t in (3, 4):
        state, output = cell.step(variables["cell"], state, X[:, t])
        close(output, whole[:, t])
    close(state, last)


def test_both_directions_are_two_runs():
    cell = nn.LSTM(INPUTS, SIZE)
    layer = nn.Bidirectional(cell)
    variables, lengths = layer.init(jax.random.key(0)), [5, 2, 4, 1]
    outputs, (forward, backward) = layer.scan(variables, X, nn.Pass(), lengths=jnp.array(lengths))
    one = nn.Recurrent(cell)
    ahead, last = one.scan(variables["forward"], X, nn.Pass(), lengths=jnp.array(lengths))
    close((outputs[..., :SIZE], forward), (ahead, last))
    turned = jnp.stack([jnp.concatenate([X[i, :n][::-1], X[i, n:]]) for i, n in enumerate(lengths)])
    back, last = one.scan(variables["backward"], turned, nn.Pass(), lengths=jnp.array(lengths))
    for row, length in enumerate(lengths):
        close(outputs[row, :length, SIZE:], back[row, :length][::-1])
    close(backward, last)


def test_dropout_stands_between_layers_alone():
    """A layer of its own never drops; of two, the second sees masked inputs, the first and its state do not."""
    first, second = nn.Recurrent(nn.GRU(INPUTS, SIZE)), nn.Recurrent(nn.SimpleRNN(SIZE, SIZE))
    single, double = (
        nn.StackedRecurrent((first,), nn.Dropout(0.9)),
        nn.StackedRecurrent((first, second), nn.Dropout(0.5)),
    )
    variables = double.init(jax.random.key(0))
    training = lambda: nn.Pass(training=True, key=jax.random.key(1))  # noqa: E731
    lower = {"layers": variables["layers"][:1]}
    same(single.scan(lower, X, training()), single.scan(lower, X, nn.Pass()))
    outputs, state = double.scan(variables, X, training())
    between, below = first.scan(variables["layers"][0], X, nn.Pass())
    masked = nn.Dropout(0.5).apply({}, between, training().at("dropout").at(1))
    assert not np.array_equal(masked, between)
    above = second.scan(variables["layers"][1], masked, nn.Pass())
    close((outputs, state), (above[0], (below, above[1])))


def test_one_more_layer_changes_no_other_mask():
    square = nn.Recurrent(nn.SimpleRNN(INPUTS, INPUTS, activation=nn.relu))
    seen = {}
    for count in (2, 3):
        run = nn.Pass(training=True, key=jax.random.key(1))
        layer = nn.StackedRecurrent((square,) * count, nn.Dropout(0.5))
        variables = alike(layer)
        seen[count] = layer.scan(variables, jnp.ones_like(X), run)[1][1]
    same(seen[2], seen[3])


def alike(layer):
    return {"layers": [part.init(jax.random.key(7)) for part in layer.layers], "dropout": {}}
