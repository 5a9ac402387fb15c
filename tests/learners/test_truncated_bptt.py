"""Streams in lanes and windows: what is carried over, where gradients end, and how all places are judged."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim, vary
from waza.core.errors import Error
from waza.data import Dataset, Split
from waza.learners import TruncatedBPTT
from waza.study import Study, run

RNG = np.random.default_rng(0)
TOKENS = 5


def stream(places):
    ids = RNG.integers(0, TOKENS, places + 1).astype(np.int32)
    return Split(ids[:-1], ids[1:])


DATA = Dataset("stream", stream(50), stream(23))
WIDE = Dataset("stream", stream(120), stream(40))
KEY = jax.random.key(0)
# One program for all equal learners: the learner is an argument.
UPDATE = eqx.filter_jit(lambda learner, *given: learner.update(*given))


def learner(window=4, lanes=3, optimizer=None, cell=nn.GRU):
    model = models.LanguageModel(TOKENS, nn.Recurrent(cell(6, 6)))
    return TruncatedBPTT(model, optimizer or optim.SGD(0.5), batch_size=lanes, window=window)


def test_windows_follow_each_other_and_begin_again():
    one = learner()
    lanes = DATA.train.x[:48].reshape(3, 16)
    for step in range(6):
        window = one.batch(DATA, KEY, step)
        first = step % 4 * 4
        np.testing.assert_array_equal(window.x, lanes[:, first : first + 4])
        np.testing.assert_array_equal(window.y, DATA.train.y[:48].reshape(3, 16)[:, first : first + 4])
        assert window.begins.tolist() == [first == 0] * 3


def test_a_window_as_long_as_the_sequence_is_full_bptt():
    whole = learner(window=16)
    state = whole.init(KEY, DATA)
    stepped, _ = UPDATE(whole, state, whole.batch(DATA, KEY, 0), KEY)

    @jax.jit
    def loss(variables):
        logits = whole.model.apply(variables, jnp.asarray(DATA.train.x[:48].reshape(3, 16)), nn.Pass())
        return jnp.mean(nn.CrossEntropy()(logits, jnp.asarray(DATA.train.y[:48].reshape(3, 16)))["loss"])

    expected = jax.tree.map(lambda w, slope: w - 0.5 * slope, state.variables, jax.grad(loss)(state.variables))
    for got, wanted in zip(jax.tree.leaves(stepped.variables), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-7)


def test_the_state_is_carried_and_its_gradient_is_not():
    """At rate 0 the windows' outputs are those of one run; their losses' gradients are those of stopped states."""
    one = learner(optimizer=optim.SGD(0.0), cell=nn.LSTM)
    state = one.init(KEY, DATA)
    for step in range(3):
        state, _ = UPDATE(one, state, one.batch(DATA, KEY, step), KEY)
    _, wanted = one.model.scan(state.variables, jnp.asarray(DATA.train.x[:48].reshape(3, 16)[:, :12]), nn.Pass())
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), state.carried, wanted)

    @jax.jit
    def loss(variables):
        whole = jnp.asarray(DATA.train.x[:48].reshape(3, 16))
        before, after = whole[:, :12], whole[:, 12:]
        _, carried = one.model.scan(variables, before, nn.Pass())
        logits, _ = one.model.scan(variables, after, nn.Pass(), jax.lax.stop_gradient(carried))
        return jnp.mean(nn.CrossEntropy()(logits, jnp.asarray(DATA.train.y[:48].reshape(3, 16)[:, 12:]))["loss"])

    stepping = learner(optimizer=optim.SGD(1.0), cell=nn.LSTM)
    stepped, _ = UPDATE(stepping, state, stepping.batch(DATA, KEY, 3), KEY)
    for old, new, slope in zip(
        *map(jax.tree.leaves, (state.variables, stepped.variables, jax.grad(loss)(state.variables))), strict=True
    ):
        np.testing.assert_allclose(old - new, slope, rtol=1e-3, atol=1e-6)


def test_lanes_that_restart_forget_their_past():
    """With a chance of 1 all do; with one of 0.3 about so many, each as if it began there."""
    one, key = learner(lanes=40, window=1), jax.random.key(3)
    state = one.init(KEY, WIDE)
    state, _ = UPDATE(one, state, one.batch(WIDE, KEY, 0), KEY)
    window = one.batch(WIDE, KEY, 1)
    kept, gone, some = (UPDATE(vary(one, restart=chance), state, window, key)[0].carried for chance in (0.0, 1.0, 0.3))
    begun = window._replace(begins=jnp.ones(40, bool))
    np.testing.assert_array_equal(gone, UPDATE(one, state, begun, key)[0].carried)
    as_gone, as_kept = (np.all(np.isclose(some, other), axis=1) for other in (gone, kept))
    assert np.all(as_gone != as_kept) and 4 < as_gone.sum() < 20
    assert not np.allclose(kept, gone)


def test_where_lanes_begin_again_the_state_is_zeros():
    one = learner(optimizer=optim.SGD(0.0))
    state = one.init(KEY, DATA)
    for step in range(5):
        state, _ = UPDATE(one, state, one.batch(DATA, KEY, step), KEY)
    _, wanted = one.model.scan(state.variables, jnp.asarray(DATA.train.x[:48].reshape(3, 16)[:, :4]), nn.Pass())
    np.testing.assert_allclose(state.carried, wanted, rtol=1e-5, atol=1e-6)


def test_all_places_are_judged_whatever_the_window():
    """23 places are 3 lanes of 7: one whole window and a part of the next."""
    one = learner()
    state = one.init(KEY, DATA)
    logits = one.model.apply(state.variables, jnp.asarray(DATA.test.x[:21].reshape(3, 7)), nn.Pass())
    loss = float(jnp.mean(nn.CrossEntropy()(logits, jnp.asarray(DATA.test.y[:21].reshape(3, 7)))["loss"]))
    measures = one.evaluate(state, DATA, KEY)
    assert float(measures["test_loss"]) == pytest.approx(loss, rel=1e-5)
    assert measures["test_perplexity"] == pytest.approx(np.exp(loss), rel=1e-5)


def test_chance_has_a_perplexity():
    levels = learner().chance(DATA)
    assert levels["test_perplexity"] == pytest.approx(np.exp(levels["test_loss"]))


@pytest.mark.slow
def test_a_study_learns_a_cycle():
    """Of 0, 1, 2, 3, 4, 0, ... the next is certain, and the state says it even where a window begins."""
    ids = (np.arange(241) % TOKENS).astype(np.int32)
    cycle = Split(ids[:-1], ids[1:])
    study = Study(
        name="cycle",
        data=Dataset("cycle", cycle, cycle),
        variants={"GRU": learner(optimizer=optim.ClipByNorm(optim.Adam(0.03), 1.0))},
        measure="test_perplexity",
        seeds=2,
        block=2,
        steps=150,
    )
    results = run(study)
    assert (results["test_perplexity"].isel(step=-1) < 1.1).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 0}, r"window=0\); expected a whole number of at least 1"),
        ({"model": models.MLP((2, 2))}, "a model with a state, such as models.LanguageModel"),
        ({"probes": True}, "leave out probes and augment"),
    ],
)
def test_mistakes(settings, message):
    given = {"model": learner().model, "optimizer": optim.SGD(0.1)} | settings
    with pytest.raises(Error, match=message):
        TruncatedBPTT(**given)


def test_a_stream_shorter_than_a_window():
    with pytest.raises(
        Error, match=r"the training stream has 50 places, too few for 3 lanes and a window of 17: .* 51"
    ):
        learner(window=17).batch(DATA, KEY, 0)
    with pytest.raises(Error, match=r"the judged stream has 23 places, too few for 3 lanes and a window of 8"):
        learner(window=8).evaluate(learner().init(KEY, DATA), DATA, KEY)


def test_a_token_that_is_none_of_the_vocabulary_is_seen():
    bad = DATA._replace(train=Split(np.full(50, TOKENS, np.int32), DATA.train.y))
    one = learner()
    _, records = UPDATE(one, one.init(KEY, bad), one.batch(bad, KEY, 0), KEY)
    assert np.isnan(records["loss"])
