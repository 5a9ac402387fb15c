"""HRED, VHRED and their baselines: masks at both levels, layouts, contexts, replies, and Seq2Seq as an oracle."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.core.errors import Error
from waza.data.text.dialogue import TokenDialogues, lanes_of
from waza.data.text.dialogue.lanes import Shape
from waza.data.text.sentences import joined
from waza.models import Pair
from waza.models.decoding import beam, greedy, sample
from waza.models.hred.on_lanes import in_rows
from waza.nn import Pass

TYPES, END, WIDTH = 12, 11, 6
SIZES = [[3, 1, 4], [2, 5], [1]]  # tokens of each utterance, with the end's
MAKE = {
    "hred": functools.partial(models.gru_hred, TYPES, WIDTH),
    "vhred": functools.partial(models.gru_vhred, TYPES, WIDTH, 3, norm=0.6, bag=True),
    "joined": functools.partial(models.gru_joined_seq2seq, TYPES, WIDTH),
    "rnn": functools.partial(models.gru_utterance_rnn, TYPES, WIDTH),
}
KEY = jax.random.key(7)


def dialogues(seed=0):
    random = np.random.RandomState(seed)
    ids = [random.randint(0, END, size - 1) for one in SIZES for size in one]
    return TokenDialogues(joined(ids, END), np.cumsum([0, *map(len, SIZES)]), "")


def dense(found=None, utterances=3, steps=5):
    """The dialogues as (batch, utterances, steps) and lengths (batch, utterances); padding is token 9."""
    found = dialogues() if found is None else found
    tokens, lengths = (
        np.full((len(SIZES), utterances, steps), 9, np.int32),
        np.zeros((len(SIZES), utterances), np.int32),
    )
    for row, one in enumerate(SIZES):
        for turn, size in enumerate(one):
            number = found.starts[row] + turn
            begin = found.utterances.starts[number]
            tokens[row, turn, :size] = [*found.utterances.tokens[begin : begin + size - 1], END]
            lengths[row, turn] = size
    return jnp.array(tokens), jnp.array(lengths)


def made(name, **settings):
    model = MAKE[name](**settings)
    return model, varied(model.init(jax.random.key(0)))


def varied(variables, by=0.5):
    """Variables without zeros, so that biases matter; tracked ones stay."""
    leaves, structure = jax.tree.flatten(variables)
    keys = jax.random.split(jax.random.key(1), len(leaves))
    return jax.tree.unflatten(
        structure, [x + by * jax.random.normal(k, x.shape) * (x.ndim > 0) for x, k in zip(leaves, keys, strict=True)]
    )


def on_lanes(model, rows=(0, 1, 2), shape=None):
    shape = shape or (Shape(len(rows), 8, 3) if model.joined else Shape(2, 9, 3))
    return lanes_of(dialogues(), np.array(rows), END, shape, model.joined)


def score(model, variables, lanes, training=False, context="true", key=KEY):
    run = Pass(training=training, key=key)
    return jax.jit(lambda variables, lanes: model.score(variables, lanes, run, context))(variables, lanes)


def bound(scored):
    return scored.loss if scored.divergence is None else scored.loss + jnp.sum(scored.divergence, -1)


@pytest.mark.parametrize(
    "name", ["vhred", "joined", *(pytest.param(one, marks=pytest.mark.slow) for one in ("hred", "rnn"))]
)
def test_lanes_are_a_layout_and_padding_never_matters(name):
    """The same utterances in rows, packed on lanes, with padding of both levels, and with other tokens as padding."""
    model, variables = made(name)
    rows = score(model, variables, in_rows(*dense()))
    packed = on_lanes(model)
    other = packed._replace(tokens=np.where(packed.place >= 0, packed.tokens, 3))
    for lanes in (packed, other):
        found = score(model, variables, lanes)
        np.testing.assert_allclose(found.loss, rows.loss, rtol=2e-5)
        np.testing.assert_array_equal(found.tokens, [[3, 1, 4], [2, 5, 0], [1, 0, 0]])
        assert (np.array(found.loss)[np.array(found.tokens) == 0] == 0).all()
    shape = Shape(5, 13, 5)
    wide = lanes_of(dialogues(), np.array([0, 1, 2, -1, -1]), END, shape, model.joined)

    def total(variables, lanes):
        """Without the latent variable's draws, whose number depends on the shape."""
        known = model.before(variables, lanes, Pass())
        known = jax.vmap(functools.partial(model.condition, variables))(known)
        return jnp.sum(
            model.decoder.losses(variables["decoder"], variables["embedding"]["weight"], lanes, known, Pass())
        )

    given = [jax.jit(jax.value_and_grad(total))(variables, lanes) for lanes in (packed, wide)]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), *given)


@pytest.mark.parametrize("name", ["vhred", *(pytest.param(one, marks=pytest.mark.slow) for one in ("hred", "joined"))])
def test_gradient_checkpointing_changes_no_value(name):
    plain, variables = made(name)
    lanes = on_lanes(plain)
    grouped, _ = made(name, lanes_at_once=1)

    def total(model, variables):
        return jnp.sum(bound(model.score(variables, lanes, Pass(key=KEY))))

    results = [jax.jit(jax.value_and_grad(functools.partial(total, one)))(variables) for one in (plain, grouped)]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), *results)


@pytest.mark.parametrize("name", MAKE)
def test_replies_step_by_step_teacher_forced_and_on_lanes(name):
    """The last utterance of the first dialogue, as a reply to those before it."""
    model, variables = made(name)
    tokens, lengths = dense()
    reply = tokens[:1, 2, :4]
    previous = jnp.concatenate([jnp.full((1, 1), END), reply[:, :-1]], 1)

    @jax.jit
    def both(variables):
        encoded = model.encode(variables, tokens[:1, :2], lengths[:1, :2], Pass())
        state, found = model.start(variables, encoded, 4), []
        for token in previous.T:
            logits, state, _ = model.step(variables, encoded, state, token)
            found.append(logits)
        return jnp.stack(found, 1), model.decode(variables, encoded, previous, Pass())

    stepped, forced = both(variables)
    np.testing.assert_allclose(stepped, forced, rtol=1e-4, atol=1e-5)
    if name != "vhred":
        loss = -jnp.take_along_axis(jax.nn.log_softmax(forced), reply[..., None], 2).sum()
        np.testing.assert_allclose(score(model, variables, on_lanes(model)).loss[0, 2], loss, rtol=1e-4)


@pytest.mark.parametrize("name", ["vhred", pytest.param("joined", marks=pytest.mark.slow)])
def test_replies_do_not_depend_on_the_batch(name):
    model, variables = made(name)
    tokens, lengths = dense()

    @functools.partial(jax.jit, static_argnums=2)
    def replies(tokens, lengths, rows):
        keys = jax.random.split(KEY, 3)[jnp.array(rows)]
        encoded = model.encode(variables, tokens, lengths, Pass())
        found = [greedy(model, variables, encoded, 6), sample(model, variables, encoded, 6, keys)]
        if name == "vhred":
            found.append(greedy(model, variables, model.drawn(variables, encoded, keys), 6))
        else:
            found.append(beam(model, variables, encoded, 6, 3).best)
        return [one.tokens for one in found]

    together = replies(tokens, lengths, (0, 1, 2))
    for row in range(3):
        alone = replies(tokens[row : row + 1], lengths[row : row + 1], (row,))
        jax.tree.map(lambda a, b, row=row: np.testing.assert_array_equal(a[row : row + 1], b), together, alone)


def test_hred_after_one_utterance_is_a_seq2seq():
    """With a context cell that hands its input on, as tanh(small x) is small x, and v in the start alone."""
    small = 1e-3
    model, variables = made("hred")
    cell = nn.GRU(2 * WIDTH, 2 * WIDTH)
    decoder = models.UtteranceDecoder(TYPES, WIDTH, nn.GRU(3 * WIDTH, WIDTH), 2 * WIDTH)
    model = models.HRED(decoder, model.encoder, cell)
    variables = varied(model.init(jax.random.key(0)))
    eye = jnp.zeros((6 * WIDTH, 2 * WIDTH)).at[4 * WIDTH :].set(small * jnp.eye(2 * WIDTH))
    closed = jnp.concatenate([jnp.zeros(2 * WIDTH), jnp.full(2 * WIDTH, -100.0), jnp.zeros(2 * WIDTH)])
    variables["context"]["cell"] |= {"input": eye, "bias": closed, "candidate_bias": jnp.zeros(2 * WIDTH)}
    own = variables["decoder"]
    own["cell"]["input"] = own["cell"]["input"].at[:, WIDTH:].set(0)
    own["start"]["weight"] /= small

    encoder = models.EncoderRNN(TYPES, nn.StackedRecurrent((nn.Bidirectional(nn.GRU(WIDTH, WIDTH)),)))
    other = models.Seq2Seq(encoder, models.DecoderRNN(TYPES, WIDTH, (nn.GRU(WIDTH, WIDTH),)), "dense")
    table = variables["embedding"]
    start = {"weight": small * own["start"]["weight"], "bias": own["start"]["bias"]}
    same = {
        "encoder": {"embedding": table, "recurrent": {"layers": [variables["encoder"]]}},
        "bridge": [[start]],
        "decoder": {
            "embedding": table,
            "stack": {"layers": [{"cell": own["cell"] | {"input": own["cell"]["input"][:, :WIDTH]}}]},
            "readout": own["readout"],
            "output": own["output"],
        },
    }
    tokens, lengths = dense()
    previous = jnp.array([[END, 1, 2, 3], [END, 4, 5, 6]])
    found = model.apply(variables, Pair(tokens[:2, :1], lengths[:2, :1], previous), Pass())
    expected = other.apply(same, Pair(tokens[:2, 0], lengths[:2, 0], previous), Pass())
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_joined_history_of_one_utterance_is_a_seq2seq_without_its_reverse():
    model, variables = made("joined")
    own = variables["decoder"]
    own["cell"]["input"] = own["cell"]["input"].at[:, WIDTH:].set(0)
    encoder = models.EncoderRNN(TYPES, nn.Recurrent(nn.GRU(WIDTH, WIDTH)))
    other = models.Seq2Seq(encoder, models.DecoderRNN(TYPES, WIDTH, (nn.GRU(WIDTH, WIDTH),)), "dense")
    same = {
        "encoder": {"embedding": variables["embedding"], "recurrent": variables["encoder"]},
        "bridge": [[own["start"]]],
        "decoder": {
            "embedding": variables["embedding"],
            "stack": {"layers": [{"cell": own["cell"] | {"input": own["cell"]["input"][:, :WIDTH]}}]},
            "readout": own["readout"],
            "output": own["output"],
        },
    }
    tokens, lengths = dense()
    previous = jnp.array([[END, 1, 2, 3], [END, 4, 5, 6]])
    found = model.apply(variables, Pair(tokens[:2, :1], lengths[:2, :1], previous), Pass())
    expected = other.apply(same, Pair(tokens[:2, 0], lengths[:2, 0], previous), Pass())
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MAKE)
def test_contexts(name):
    model, variables = made(name)
    lanes = on_lanes(model)
    true, shuffled, empty = (score(model, variables, lanes, context=c).loss for c in ("true", "shuffled", "empty"))
    np.testing.assert_allclose(true[:, 0], shuffled[:, 0], rtol=1e-5)  # a first utterance has no context
    np.testing.assert_allclose(true[:, 0], empty[:, 0], rtol=1e-5)
    changed = [not np.allclose(true[:2, 1], other[:2, 1], rtol=1e-4) for other in (shuffled, empty)]
    assert changed == [name != "rnn"] * 2
    if name == "hred":  # in an empty context, an utterance is written as a first one
        alone = TokenDialogues(dialogues().utterances, np.arange(7), "")
        single = score(model, variables, lanes_of(alone, np.arange(6), END, Shape(8, 5, 1)))
        np.testing.assert_allclose(empty[np.array(on_lanes(model).last) >= 0], single.loss[:, 0], rtol=1e-5)


def test_a_dialogue_without_utterances_is_replied_to_with_a_first_one():
    model, variables = made("hred")
    encoded = model.encode(variables, jnp.zeros((1, 1, 2), int), jnp.zeros((1, 1), int), Pass())
    np.testing.assert_array_equal(encoded.summary, np.zeros((1, WIDTH)))


def test_word_dropout_and_utterance_dropout_act_in_training_alone():
    lanes = on_lanes(MAKE["hred"]())
    plain, variables = made("hred")
    words, _ = made("hred", word_dropout=1.0)
    utterances, _ = made("hred", utterance_dropout=1.0)
    expected = score(plain, variables, lanes).loss
    for one in (words, utterances):
        np.testing.assert_allclose(score(one, variables, lanes).loss, expected, rtol=1e-6)
    dropped = score(words, variables, lanes, training=True).loss
    assert not np.allclose(dropped[0, 0], expected[0, 0], rtol=1e-3)
    np.testing.assert_allclose(dropped[0, 1], expected[0, 1], rtol=1e-5)  # of the end alone, whose input is `end`
    before = jax.jit(lambda variables, lanes: utterances.before(variables, lanes, Pass(training=True, key=KEY)))
    known = before(variables, lanes)
    np.testing.assert_allclose(known[0, 1], known[1, 1], rtol=1e-6)  # nothing of the utterances is left


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda d: models.HRED(d, nn.Bidirectional(nn.GRU(5, 6)), nn.GRU(12, 6)),
            "takes 5 inputs, and an embedding has 6",
        ),
        (
            lambda d: models.HRED(d, nn.Bidirectional(nn.GRU(6, 6)), nn.GRU(6, 6)),
            "takes 6 inputs, and the encoder has 12",
        ),
        (lambda d: models.HRED(d, nn.Bidirectional(nn.GRU(6, 6)), nn.GRU(12, 7)), "has the size 6, and is given 7"),
        (lambda d: models.HRED(d, nn.SummedDirections(nn.GRU(6, 6)), nn.GRU(6, 6)), "is a SummedDirections"),
        (lambda d: models.HRED(d, nn.Recurrent(nn.GRU(6, 6)), nn.GRU(6, 6), 1.5), "utterance_dropout=1.5"),
        (lambda d: models.UtteranceRNN(d), "has a condition of 6; expected 0"),
        (lambda d: models.JoinedSeq2Seq(d, nn.GRU(6, 5)), "has 5 units"),
        (
            lambda d: models.UtteranceDecoder(9, 6, nn.GRU(6, 6), 6),
            "takes 6 inputs, and is given an embedding of 6 and",
        ),
        (lambda d: models.UtteranceDecoder(9, 6, nn.LSTM(6, 6), 0), "is a LSTM, whose state has several arrays"),
        (lambda d: models.UtteranceDecoder(9, 6, nn.GRU(6, 6), 0, word_dropout=-1), "word_dropout=-1"),
        (lambda d: models.UtteranceDecoder(9, 6, nn.GRU(6, 6), 0, lanes_at_once=0), "lanes_at_once=0"),
        (lambda d: models.gru_vhred(9, 6, 3, norm=0), "PosteriorNorm\\(scale=0\\)"),
    ],
)
def test_parts_that_do_not_fit(make, words):
    with pytest.raises(Error, match=words):
        make(models.UtteranceDecoder(9, 6, nn.GRU(12, 6), 6))
