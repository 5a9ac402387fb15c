"""Every mistake is named, with the shapes and what to do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn
from waza.core.errors import Error

CELL = nn.LSTM(3, 4)
LAYER = nn.Recurrent(CELL)
X = jnp.ones((2, 5, 3))


def scan(x=X, state=None, lengths=None, layer=LAYER):
    return layer.scan(layer.init(jax.random.key(0)), x, nn.Pass(), state, lengths)


class Careless(nn.Cell):
    """Asks for pre-activations in ways that would make gradients wrong."""

    asks: tuple = ("recurrent",)
    meets: bool = True

    def init(self, key):
        return {"input": jnp.ones((4, 3)), "bias": jnp.zeros(4), "recurrent": jnp.ones((4, 4))}

    def advance(self, variables, state, preactivation):
        for name in self.asks:
            state = preactivation(name, state) if self.meets else preactivation(name)
        return state, state


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.SimpleRNN(0, 3), r"SimpleRNN\(inputs=0\); expected a whole number"),
        (lambda: nn.GRU(3, 2.5), r"GRU\(hidden_size=2.5\); expected a whole number"),
        (lambda: nn.GRU(3, 2, reset="between"), r"reset='between'.*'before' .*'after'"),
        (lambda: nn.LSTM(3, 2, coupled=True, forget_gate=False), "f = 1 - i needs both gates; leave both on"),
        (lambda: nn.LSTM(3, 2, coupled=True, input_gate=False), "input_gate=False.*coupled=False"),
        (
            lambda: nn.LSTM(3, 2, input_gate=False, forget_gate=False, output_gate=False, peepholes=True),
            r"LSTM\(peepholes=True\) with all three gates off.*switch a gate on",
        ),
        (
            lambda: nn.LSTM(3, 2, input_gate=False, forget_gate=False, output_gate=False, full_gate_recurrence=True),
            "full_gate_recurrence=True.*all three gates off",
        ),
        (lambda: nn.LSTM(3, 2, forget_bias="one"), "LSTM.forget_bias is 'one'; expected a number"),
        (lambda: scan(jnp.ones((5, 3))), r"the shape \(5, 3\); expected \(batch, time, features\) with 3.*x\[None\]"),
        (lambda: scan(jnp.ones((2, 5, 7))), r"\(2, 5, 7\), with 7 features; the cell expects 3"),
        (lambda: scan(jnp.ones((2, 0, 3))), r"\(2, 0, 3\), with no steps; expected at least one"),
        (lambda: scan(lengths=jnp.array([5, 6])), r"lengths\[1\] is 6, but x \(2, 5, 3\) has 5 steps.*pad x"),
        (lambda: scan(lengths=np.array([-1, 5])), r"lengths\[0\] is -1.*expected 0 to 5"),
        (lambda: scan(lengths=jnp.array([5])), r"lengths have the shape \(1,\); expected \(2,\)"),
        (lambda: scan(lengths=jnp.array([5.0, 5.0])), "lengths are float32; expected whole numbers"),
        (lambda: scan(state=jnp.zeros((2, 4))), r"the state is \(2, 4\); expected LSTMState\(hidden=\(2, 4\)"),
        (lambda: scan(state=tuple(CELL.start(2))), r"the state is \(\(2, 4\), \(2, 4\), None\); expected LSTMState"),
        (lambda: scan(state=CELL.start(3)), r"hidden=\(3, 4\).*expected LSTMState\(hidden=\(2, 4\).*for zeros"),
        (lambda: scan(layer=nn.Bidirectional(CELL), state=CELL.start(2)), "expected a tuple of 2"),
        (lambda: scan(layer=nn.StackedRecurrent((LAYER,)), state=jnp.zeros(3)), r"is \(3,\); expected a tuple of 1"),
        (lambda: CELL.step({}, CELL.start(2), X), r"the shape \(2, 5, 3\); a step expects \(batch, 3\)"),
        (lambda: nn.StackedRecurrent(()), "expected a tuple of recurrent layers"),
        (lambda: nn.StackedRecurrent((CELL,)), r"layers\[0\] is an nn.LSTM; .* give nn.Recurrent"),
        (lambda: nn.StackedRecurrent((LAYER, LAYER)), r"layers\[0\] has 4 outputs, but layers\[1\] takes 3 inputs"),
        (lambda: scan(layer=nn.Recurrent(Careless(3, 4, asks=()))), "does not use the pre-activation.*'recurrent'"),
        (lambda: scan(layer=nn.Recurrent(Careless(3, 4, asks=("recurrent",) * 2))), "'recurrent'.*or uses it twice"),
        (lambda: scan(layer=nn.Recurrent(Careless(3, 4, asks=("gate",)))), "'gate', which project.* not return"),
        (lambda: scan(layer=nn.Recurrent(Careless(3, 4, meets=False))), "has a recurrent weight.*with an input"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()


def test_lengths_that_are_not_known_yet_are_taken_as_they_are():
    """Inside of a compiled program nothing can be refused; a length beyond the array reads all of it."""
    layer, variables = LAYER, LAYER.init(jax.random.key(0))
    run = jax.jit(lambda lengths: layer.scan(variables, X, nn.Pass(), lengths=lengths)[0])
    np.testing.assert_allclose(run(jnp.array([9, 5])), layer.apply(variables, X, nn.Pass()), rtol=1e-5, atol=1e-6)
