"""Cells and layers against PyTorch's with the same weights: outputs, last states, and all gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn

torch = pytest.importorskip("torch")
INPUTS, SIZE, BATCH, TIME = 3, 4, 5, 6
LENGTHS = np.array([6, 1, 4, 2, 3])
RNG = np.random.default_rng(0)


def simple(activation, name):
    return lambda inputs: nn.SimpleRNN(inputs, SIZE, activation=activation), torch.nn.RNN, {"nonlinearity": name}


KINDS = {
    "tanh": simple(nn.tanh, "tanh"),
    "relu": simple(nn.relu, "relu"),
    "lstm": (lambda inputs: nn.LSTM(inputs, SIZE), torch.nn.LSTM, {}),
    "gru": (lambda inputs: nn.GRU(inputs, SIZE), torch.nn.GRU, {}),
}


def as_theirs(kind, cell):
    """A cell's variables, or their gradients, as PyTorch's parameters, but for the bias that repeats another."""
    weight, bias, recurrent = cell["input"], cell["bias"], cell["recurrent"]
    if kind == "lstm":
        weight, bias, recurrent = (
            np.concatenate([blocks[0], blocks[1], blocks[3], blocks[2]])
            for blocks in (np.split(np.asarray(rows), 4) for rows in (weight, bias, recurrent))
        )
    if kind == "gru":
        recurrent = np.concatenate([recurrent, cell["candidate"]])
    return {"weight_ih": weight, "weight_hh": recurrent, "bias_ih": bias}


def load(module, kind, cell, suffix):
    with torch.no_grad():
        for name, value in as_theirs(kind, cell).items():
            getattr(module, f"{name}_{suffix}").copy_(torch.tensor(np.asarray(value)))
        second = getattr(module, f"bias_hh_{suffix}").zero_()
        if kind == "gru":
            second[2 * SIZE :] = torch.tensor(np.asarray(cell["candidate_bias"]))


def compare_gradients(module, kind, cell, suffix):
    for name, value in as_theirs(kind, cell).items():
        close(value, getattr(module, f"{name}_{suffix}").grad)
    if kind == "gru":
        close(cell["candidate_bias"], getattr(module, f"bias_hh_{suffix}").grad[2 * SIZE :])


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-4, atol=1e-5)


def run_theirs(module, x, states, lengths):
    """PyTorch's outputs and last states, with the rows in our order."""
    x = torch.tensor(x, requires_grad=True)
    states = [torch.tensor(np.asarray(state), requires_grad=True) for state in states]
    given = tuple(states) if len(states) == 2 else states[0]
    if lengths is None:
        outputs, last = module(x, given)
    else:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, last = module(packed, given)
        outputs = torch.nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=TIME)[0]
    return x, states, outputs, last if isinstance(last, tuple) else (last,)


def cosines(array):
    """A weight of its own for each element of a sum, so that no two errors cancel."""
    return np.cos(np.arange(int(np.prod(array.shape)), dtype=np.float32)).reshape(tuple(array.shape))


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])
@pytest.mark.parametrize(
    ("kind", "layers", "directions"),
    [("tanh", 1, 1), ("relu", 1, 2), ("lstm", 1, 1), ("lstm", 2, 2), ("gru", 2, 1)],
)
def test_outputs_states_and_gradients_are_pytorchs(kind, layers, directions, lengths):
    make, theirs, settings = KINDS[kind]
    wrap = nn.Bidirectional if directions == 2 else nn.Recurrent
    sizes = [INPUTS, *[directions * SIZE] * (layers - 1)]
    layer = nn.StackedRecurrent(tuple(wrap(make(inputs)) for inputs in sizes))
    variables = noisy(layer.init(jax.random.key(0)))
    module = theirs(INPUTS, SIZE, layers, batch_first=True, bidirectional=directions == 2, **settings)

    def cells(tree):
        """Each cell's part of a tree, with PyTorch's suffix for it."""
        for i, part in enumerate(tree["layers"]):
            for name, suffix in (("forward", ""), ("backward", "_reverse"))[:directions]:
                yield (part[name] if directions == 2 else part)["cell"], f"l{i}{suffix}"

    for cell, suffix in cells(variables):
        load(module, kind, cell, suffix)
    x = RNG.normal(size=(BATCH, TIME, INPUTS)).astype(np.float32)
    states = [
        RNG.normal(size=(layers * directions, BATCH, SIZE)).astype(np.float32)
        for _ in range(2 if kind == "lstm" else 1)
    ]
    tx, tstates, toutputs, tlast = run_theirs(module, x, states, lengths)
    sum((array * torch.tensor(cosines(array))).sum() for array in (toutputs, *tlast)).backward()

    structure = jax.tree.structure(layer.start(BATCH))

    def ours(variables, x, states):
        parts = [state[i] for i in range(layers * directions) for state in states]  # h and c of a direction together
        whole = None if lengths is None else jnp.asarray(lengths)
        outputs, last = layer.scan(variables, x, nn.Pass(), jax.tree.unflatten(structure, parts), whole)
        leaves = jax.tree.leaves(last)
        last = [jnp.stack(leaves[i :: len(states)]) for i in range(len(states))]
        return sum(jnp.sum(array * cosines(array)) for array in (outputs, *last)), (outputs, last)

    gradients, (outputs, last) = jax.jit(jax.grad(ours, (0, 1, 2), has_aux=True))(variables, x, states)
    close(outputs, toutputs)
    for mine, other in zip(last, tlast, strict=True):
        close(mine, other)
    for cell, suffix in cells(gradients[0]):
        compare_gradients(module, kind, cell, suffix)
    close(gradients[1], tx.grad)
    for mine, other in zip(gradients[2], tstates, strict=True):
        close(mine, other.grad)


def noisy(variables):
    """Biases that are not zero, so that they count."""
    return jax.tree.map(lambda leaf: leaf + jnp.asarray(RNG.normal(size=leaf.shape) / 3, leaf.dtype), variables)


def test_parameter_counts():
    def count(cell, name=None):
        variables = cell.init(jax.random.key(0))
        return sum(leaf.size for key, leaf in variables.items() if name is None or key == name)

    lstm, paper, usual = nn.LSTM(7, 5), nn.GRU(7, 5, reset="before"), nn.GRU(7, 5)
    assert count(lstm) == 4 * (5 * 7 + 5 * 5 + 5)
    assert 4 * count(paper) == 3 * count(lstm)
    assert count(usual) == count(paper) + 5  # the bias inside of the reset
    assert count(nn.LSTM(7, 5, peepholes=True)) == count(lstm) + 3 * 5
    assert count(nn.LSTM(7, 5, full_gate_recurrence=True)) == count(lstm) + 9 * 5 * 5
    assert 4 * count(nn.LSTM(7, 5, coupled=True)) == 3 * count(lstm)
    theirs = sum(p.numel() for name, p in torch.nn.LSTM(7, 5).named_parameters() if not name.startswith("bias_hh"))
    assert count(lstm) == theirs
