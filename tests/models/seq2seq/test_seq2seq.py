"""Sequence-to-sequence models: teacher forcing against single steps, masks, and PyTorch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from waza.core.errors import Error
from waza.models import Pair, recurrent_translator
from waza.nn import Pass

SOURCES, TARGETS, WIDTH = 11, 9, 6
X = Pair(
    jnp.array([[1, 2, 3, 4, 10], [5, 6, 10, 0, 0], [10, 0, 0, 0, 0]]),
    jnp.array([5, 3, 1]),
    jnp.array([[8, 1, 2, 3], [8, 4, 4, 0], [8, 0, 1, 2]]),
)

SETTINGS = [
    {"cell": cell, "direction": direction, "attention": attention}
    for cell, direction, attention in [
        ("lstm", "summed", "dot"),
        ("gru", "concatenated", "additive"),
        ("rnn", "forward", None),
        ("ssru", "reversed", "scaled"),
        ("lstm", "concatenated", "general"),
    ]
]
PLACES = [("after", False), ("before", True), ("after", True), ("before", False), ("after", False)]
ALL = [
    settings | {"place": place if settings["attention"] else "after", "input_feeding": feeding}
    for settings, (place, feeding) in zip(SETTINGS, PLACES, strict=True)
] + [{"place": "before", "input_feeding": True, "attention": "dot"}]


def made(settings, seed=0, **more):
    model = recurrent_translator(SOURCES, TARGETS, width=WIDTH, depth=2, **settings, **more)
    return model, model.init(jax.random.key(seed))


def label(settings):
    return "-".join(map(str, settings.values()))


@pytest.mark.parametrize("settings", ALL, ids=label)
def test_teacher_forcing_gives_the_logits_of_single_steps(settings):
    model, variables = made(settings)
    encoded = model.encode(variables, X.source, X.lengths, Pass())
    state, each, step = model.start(variables, encoded, 4), [], jax.jit(model.step)
    for token in X.previous.T:
        logits, state, weights = step(variables, encoded, state, token)
        each.append(logits)
        if settings.get("attention") is None:
            assert weights is None
        else:
            np.testing.assert_allclose(np.sum(weights, axis=1), 1, rtol=1e-5)
            assert np.all(np.array(weights)[2, 1:] == 0)
    np.testing.assert_allclose(model.apply(variables, X, Pass()), np.stack(each, 1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("attention", ["dot", "additive"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "ssru"])
def test_the_first_query_before_the_cells_is_the_state_that_the_encoder_left(cell, attention):
    model, variables = made({"cell": cell, "attention": attention, "place": "before"})
    variables = jax.tree.map(lambda x: 4 * x, variables)
    encoded = model.encode(variables, X.source, X.lengths, Pass())
    state = model.start(variables, encoded, 4)
    decoder, highest = model.decoder, state.cells[-1]
    query = {"lstm": lambda: highest.hidden, "ssru": lambda: jnp.maximum(highest, 0)}.get(cell, lambda: highest)()
    assert float(jnp.abs(query).max()) > 0.01
    _, weights = decoder.attention.attend(variables["decoder"]["attention"], query[:, None], encoded.summary[1])
    found = model.step(variables, encoded, state, X.previous[:, 0])[2]
    np.testing.assert_allclose(found, weights[:, 0], rtol=1e-5)
    assert float(jnp.abs(found[0] - found[0, 0]).max()) > 1e-4  # not uniform


@pytest.mark.parametrize("settings", ALL, ids=label)
def test_padded_source_tokens_never_matter(settings):
    model, variables = made(settings)

    def total(variables, source):
        return jnp.sum(jnp.sin(model.apply(variables, X._replace(source=source), Pass())))

    real = np.arange(5) < np.array(X.lengths)[:, None]
    other = jnp.where(real, X.source, 7)
    compiled = jax.jit(jax.value_and_grad(total))
    results = [compiled(variables, source) for source in (X.source, other)]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), *results)
    longer = X._replace(source=jnp.pad(X.source, ((0, 0), (0, 3))))
    np.testing.assert_allclose(
        model.apply(variables, longer, Pass()), model.apply(variables, X, Pass()), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("settings", [{"place": "after"}, {"place": "before", "attention": "additive"}], ids=label)
def test_later_target_tokens_do_not_change_earlier_logits(settings):
    model, variables = made(settings)
    other = X._replace(previous=X.previous.at[:, 3].set(5))
    before, after = (np.array(model.apply(variables, x, Pass())) for x in (X, other))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert np.abs(before[:, 3] - after[:, 3]).max() > 1e-4


@pytest.mark.parametrize("place", ["after", "before"])
def test_dropout_acts_in_training_only(place):
    model, variables = made({"place": place}, dropout=0.5)
    plain, _ = made({"place": place})
    np.testing.assert_array_equal(model.apply(variables, X, Pass()), plain.apply(variables, X, Pass()))
    apply = jax.jit(lambda key: model.apply(variables, X, Pass(training=True, key=key)))
    trained = [apply(jax.random.key(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(trained[0], trained[1])
    assert np.abs(trained[0] - trained[2]).max() > 1e-3


def test_an_lstm_translator_is_pytorchs():
    """One layer, both directions added, dot attention after the cell, tied output: written with torch.nn.LSTM."""
    model = recurrent_translator(SOURCES, TARGETS, width=WIDTH, depth=1)
    variables = model.init(jax.random.key(5))
    encoder, decoder = variables["encoder"], variables["decoder"]
    gates = np.concatenate([np.arange(0, 2 * WIDTH), np.arange(3 * WIDTH, 4 * WIDTH), np.arange(2 * WIDTH, 3 * WIDTH)])

    def load(lstm, cell, suffix=""):
        """Our rows are i, f, o, candidate; PyTorch's are i, f, candidate, o."""
        for theirs, ours in (("weight_ih", "input"), ("weight_hh", "recurrent"), ("bias_ih", "bias")):
            getattr(lstm, f"{theirs}_l0{suffix}").data = torch.tensor(np.array(cell[ours])[gates])
        getattr(lstm, f"bias_hh_l0{suffix}").data.zero_()

    reader = torch.nn.LSTM(WIDTH, WIDTH, batch_first=True, bidirectional=True)
    layer = encoder["recurrent"]["layers"][0]
    load(reader, layer["forward"]["cell"])
    load(reader, layer["backward"]["cell"], "_reverse")
    writer = torch.nn.LSTM(WIDTH, WIDTH, batch_first=True)
    load(writer, decoder["stack"]["layers"][0]["cell"])
    tensor = lambda x: torch.tensor(np.array(x))  # noqa: E731

    with torch.no_grad():
        embedded = tensor(encoder["embedding"]["weight"])[tensor(X.source)]
        packed = torch.nn.utils.rnn.pack_padded_sequence(embedded, tensor(X.lengths), batch_first=True)
        packed, (hidden, cell) = reader(packed)
        memory, _ = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=5)
        memory = memory[..., :WIDTH] + memory[..., WIDTH:]
        table = tensor(decoder["embedding"]["weight"])
        outputs, _ = writer(table[tensor(X.previous)], (hidden.sum(0, keepdim=True), cell.sum(0, keepdim=True)))
        scores = outputs @ memory.transpose(1, 2)
        scores = scores.masked_fill(~(torch.arange(5) < tensor(X.lengths)[:, None])[:, None], -torch.inf)
        known = torch.cat([outputs, torch.softmax(scores, -1) @ memory], -1)
        readout = known @ tensor(decoder["readout"]["weight"]).T + tensor(decoder["readout"]["bias"])
        expected = torch.tanh(readout) @ table.T + tensor(decoder["output"]["bias"])
    np.testing.assert_allclose(model.apply(variables, X, Pass()), expected, rtol=1e-4, atol=1e-6)


def test_seeds_can_be_mapped_over():
    model, _ = made({})
    variables = jax.vmap(model.init)(jax.random.split(jax.random.key(0), 3))
    logits = jax.jit(jax.vmap(lambda one: model.apply(one, X, Pass())))(variables)
    one = jax.tree.map(lambda leaf: leaf[1], variables)
    np.testing.assert_allclose(logits[1], model.apply(one, X, Pass()), rtol=1e-4, atol=1e-6)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cell": "lsmt"}, "cell='lsmt'; expected one of lstm"),
        ({"direction": "up"}, "direction='up'"),
        ({"attention": "dott"}, "attention='dott'"),
        ({"direction": "concatenated", "attention": "dot"}, "give 'general'"),
        ({"place": "between"}, "place='between'"),
    ],
)
def test_settings_that_do_not_fit_are_named(settings, message):
    with pytest.raises(Error, match=message):
        recurrent_translator(SOURCES, TARGETS, width=WIDTH, **settings)
