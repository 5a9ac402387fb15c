"""The gradients that leave the scan, against JAX's own of a plain loop over steps, and against finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import jaxprs_in_params
from jax.test_util import check_grads

from waza import nn

INPUTS, SIZE, BATCH, TIME = 2, 3, 4, 5
RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(BATCH, TIME, INPUTS)), jnp.float32)
LENGTHS = jnp.array([5, 2, 1, 3])

CELLS = {
    "simple": nn.SimpleRNN(INPUTS, SIZE),
    "lstm": nn.LSTM(INPUTS, SIZE),
    "peepholes": nn.LSTM(INPUTS, SIZE, peepholes=True),
    "coupled": nn.LSTM(INPUTS, SIZE, peepholes=True, coupled=True, use_bias=False),
    "full": nn.LSTM(INPUTS, SIZE, full_gate_recurrence=True, peepholes=True),
    "before": nn.GRU(INPUTS, SIZE, reset="before"),
    "after": nn.GRU(INPUTS, SIZE),
}


class Leaky(nn.Cell):
    """A cell as a user may write it: a number that acts in each step, two recurrent weights, and a weight beside."""

    leak: float = 0.5

    def init(self, key):
        keys = jax.random.split(key, 4)
        square = (self.hidden_size, self.hidden_size)
        return {
            "input": jax.random.normal(keys[0], (self.hidden_size, self.inputs)),
            "bias": jnp.zeros(self.hidden_size),
            "recurrent": jax.random.normal(keys[1], square) / 2,
            "second": jax.random.normal(keys[2], square) / 2,
            "gain": jax.random.normal(keys[3], (self.hidden_size,)),
        }

    def project(self, variables, x):
        first = self.input_product(variables, x)
        return {"recurrent": first, "second": jnp.zeros_like(first)}

    def advance(self, variables, state, preactivation):
        inner = jnp.tanh(preactivation("recurrent", state))
        outer = jnp.tanh(preactivation("second", inner)) * variables["gain"]
        state = (1 - self.leak) * state + self.leak * outer
        return state, state


def noisy(tree):
    return jax.tree.map(lambda leaf: leaf + jnp.asarray(RNG.normal(size=leaf.shape) / 3, leaf.dtype), tree)


def weigh(tree):
    """A sum in which each element has a weight of its own."""
    return sum(jnp.sum(leaf * jnp.cos(jnp.arange(leaf.size)).reshape(leaf.shape)) for leaf in jax.tree.leaves(tree))


def by_layer(cell, variables, x, state, lengths=None):
    return nn.Recurrent(cell).scan({"cell": variables}, x, nn.Pass(), state, lengths)


def by_steps(cell, variables, x, state, lengths=None):
    """A scan over whole steps, which JAX differentiates."""

    def step(state, now):
        x, real = now
        new, output = cell.step(variables, state, x)
        new = jax.tree.map(lambda new, old: jnp.where(real[:, None], new, old), new, state)
        return new, jnp.where(real[:, None], output, 0)

    time = x.shape[1]
    real = jnp.arange(time)[:, None] < (jnp.full(x.shape[0], time) if lengths is None else lengths)
    state, outputs = jax.lax.scan(step, state, (jnp.swapaxes(x, 0, 1), real))
    return jnp.swapaxes(outputs, 0, 1), state


def close(ours, theirs):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), ours, theirs)


@pytest.mark.parametrize("name", ["coupled", "full", "before", "after", "leaky"])
def test_gradients_are_those_of_a_plain_loop(name):
    cell = Leaky(INPUTS, SIZE) if name == "leaky" else CELLS[name]
    variables, state = noisy(cell.init(jax.random.key(0))), noisy(cell.start(BATCH))
    lengths = LENGTHS if name in ("full", "after", "leaky") else None

    def results(run):
        def loss(numbers, variables, x, state):
            other = Leaky(INPUTS, SIZE, leak=numbers) if name == "leaky" else cell
            result = run(other, variables, x, state, lengths)
            return weigh(result), result

        return jax.jit(jax.grad(loss, (0, 1, 2, 3), has_aux=True))(0.3, variables, X, state)

    close(results(by_layer), results(by_steps))


def test_gradients_are_finite_differences():
    cell = CELLS["peepholes"]
    variables, state = noisy(cell.init(jax.random.key(0))), noisy(cell.start(BATCH))
    loss = jax.jit(lambda variables, x, state: weigh(by_layer(cell, variables, x, state, LENGTHS)))
    check_grads(loss, (variables, X, state), order=1, modes=["rev"], atol=2e-2, rtol=2e-2, eps=1e-2)


def test_gradients_have_gradients():
    cell = CELLS["simple"]
    variables, state = noisy(cell.init(jax.random.key(0))), cell.start(BATCH)

    def penalty(run):
        def norm(variables):
            gradients = jax.grad(lambda variables: weigh(run(cell, variables, X, state)))(variables)
            return weigh(jax.tree.map(jnp.square, gradients))

        return jax.jit(jax.grad(norm))(variables)

    close(penalty(by_layer), penalty(by_steps))


@pytest.mark.parametrize("name", ["coupled", "after"])
def test_trials_together_are_trials_alone(name):
    """vmap over variables, over the state, and over lengths; x is shared."""
    cell, trials = CELLS[name], 3
    variables = jax.vmap(lambda key: cell.init(key))(jax.random.split(jax.random.key(0), trials))
    state = jax.tree.map(
        lambda leaf: jnp.asarray(RNG.normal(size=(trials, *leaf.shape)), leaf.dtype), cell.start(BATCH)
    )
    lengths = jnp.stack([LENGTHS, LENGTHS[::-1], jnp.full(BATCH, TIME)])

    def gradients(variables, state, lengths):
        return jax.grad(lambda *of: weigh(by_layer(cell, *of, lengths)), (0, 1, 2))(variables, X, state)

    together = jax.jit(jax.vmap(gradients))(variables, state, lengths)
    alone = jax.jit(gradients)
    for i in range(trials):
        at = lambda tree, i=i: jax.tree.map(lambda leaf: leaf[i], tree)  # noqa: E731
        close(at(together), alone(at(variables), at(state), lengths[i]))


def test_no_product_of_a_weights_shape_is_left_in_the_loop():
    """The weight's gradient is one product over all steps and rows, none of them in the backward scan."""
    cell = nn.LSTM(INPUTS, 7)
    variables = {"cell": cell.init(jax.random.key(0))}
    loss = jax.grad(lambda variables: jnp.sum(nn.Recurrent(cell).apply(variables, X, nn.Pass())))
    jaxpr = jax.make_jaxpr(loss)(variables)

    def dots(jaxpr, inside=False):
        for equation in jaxpr.eqns:
            if equation.primitive.name == "dot_general":
                yield inside, equation.outvars[0].aval.shape
            for inner in jaxprs_in_params(equation.params):
                yield from dots(inner, inside or equation.primitive.name == "scan")

    found = set(dots(jaxpr.jaxpr))
    assert (False, (7, 28)) in found
    assert {shape for inside, shape in found if inside} == {(BATCH, 28), (BATCH, 7)}


def test_bfloat16_stays_bfloat16_and_weights_have_gradients_of_their_own_dtype():
    layer = nn.Recurrent(CELLS["peepholes"])
    variables = layer.init(jax.random.key(0))

    @jax.jit
    def run(variables, x):
        def loss(variables):
            outputs, state = layer.scan(variables, x, nn.Pass())
            return jnp.sum(outputs).astype(jnp.float32), (outputs, state)

        return jax.grad(loss, has_aux=True)(variables)

    gradients, results = run(variables, X.astype(jnp.bfloat16))
    assert {leaf.dtype for leaf in jax.tree.leaves(results)} == {jnp.dtype(jnp.bfloat16)}
    assert {leaf.dtype for leaf in jax.tree.leaves(gradients)} == {jnp.dtype(jnp.float32)}
    np.testing.assert_allclose(results[0].astype(jnp.float32), layer.apply(variables, X, nn.Pass()), atol=0.05)


@pytest.mark.wrong_types
def test_numbers_that_are_no_floats_are_computed_as_floats():
    layer = nn.Recurrent(CELLS["lstm"])
    variables, x = layer.init(jax.random.key(0)), np.arange(12).reshape(2, 3, 2)
    np.testing.assert_array_equal(
        layer.apply(variables, x, nn.Pass()), layer.apply(variables, x.astype(np.float32), nn.Pass())
    )


def test_a_batch_on_two_devices_gathers_nothing_but_sums_of_gradients():
    """Rows lie on the device where they are; gathered, each device would compute every row's gradient anew."""
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:2]), ("rows",))
    layer = nn.Recurrent(nn.LSTM(INPUTS, SIZE))
    whole, spread = (jax.NamedSharding(mesh, jax.P(*axes)) for axes in ((), ("rows",)))
    variables, x = jax.device_put(layer.init(jax.random.key(0)), whole), jax.device_put(X, spread)
    slopes = jax.jit(jax.grad(lambda variables, x: jnp.sum(layer.apply(variables, x, nn.Pass()) ** 2)))
    text = slopes.lower(variables, x).compile().as_text()
    assert "all-reduce(" in text
    assert "all-gather" not in text
