"""Learning of dialogues: the objective and its remedies against direct computations, batches, and measures."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import learners, models, nn, optim
from waza.core.errors import Error
from waza.core.recipe import at, replace
from waza.data.text.dialogue import DialogueTokens, TokenDialogues
from waza.data.text.sentences import joined
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.learners import DialogueStream, UtterancePrediction
from waza.nn import Pass

WORDS = 6


def counted(count, seed):
    """Dialogues that count: an utterance is a number, once or twice, and the next one is the next number, modulo 6."""
    random = np.random.RandomState(seed)
    dialogues = []
    for _ in range(count):
        first = random.randint(WORDS)
        dialogues.append([np.full(random.randint(1, 3), (first + i) % WORDS) for i in range(random.randint(1, 6))])
    utterances = joined([one for dialogue in dialogues for one in dialogue], WORDS)
    return TokenDialogues(utterances, np.cumsum([0, *map(len, dialogues)]), f"{count} {seed}")


DATA = DialogueTokens("counted", counted(300, 0), counted(40, 1), counted(30, 2), WORDS)
KEY = jax.random.key(5)


def learner(model=None, **settings):
    model = models.gru_hred(WORDS + 1, 12) if model is None else model
    return UtterancePrediction(model, optim.Adam(0.01), batch_size=16, **settings)


def latent(**settings):
    return models.gru_vhred(WORDS + 1, 12, 2, **settings)


def batch_of(one, step=0):
    return next(iter(one.source(DATA).batches(0, step, step + 1)))


def test_an_epoch_has_each_dialogue_once_in_little_padding():
    stream = DialogueStream(DATA, 16)
    seen = []
    for lanes in stream.batches(3, 0, stream.steps):
        for first, last in zip(lanes.first, lanes.last, strict=True):
            real = last >= 0
            if real.any():
                ids = [lanes.tokens.ravel()[a : b + 1].tolist() for a, b in zip(first[real], last[real], strict=True)]
                seen.append(str(ids))
    everyone = []
    train = DATA.train
    for a, b in zip(train.starts[:-1], train.starts[1:], strict=True):
        starts = train.utterances.starts
        everyone.append(str([[*train.utterances.tokens[starts[i] : starts[i + 1]], WORDS] for i in range(a, b)]))
    everyone = [one.replace("np.uint16(", "").replace(")", "") for one in everyone]
    assert sorted(seen) == sorted(everyone)
    again = list(stream.batches(3, 2, 4))
    jax.tree.map(np.testing.assert_array_equal, again, list(stream.batches(3, 0, 4))[2:])
    assert len({lanes.tokens.shape for lanes in stream.batches(3, 0, stream.steps)}) <= 12


def test_pieces_have_the_evaluated_dialogues_once_and_one_shape(monkeypatch):
    monkeypatch.setattr("waza.learners.dialogue_stream.TOKENS_AT_ONCE", 100)
    for in_order in (False, True):
        stream = DialogueStream(DATA, 16, in_order, evaluated=25)
        pieces = list(stream.pieces(DATA))
        assert len(pieces) > 3 and len({jax.tree.leaves(jax.tree.map(np.shape, one))[0] for one in pieces}) == 1
        split = np.concatenate([piece.split for piece in pieces])
        assert [int((split == i).sum()) for i in range(3)] == [25, 25, 25]
        for piece in pieces:
            assert ((piece.lanes.last >= 0).any(1) == (piece.split >= 0)).all()


@pytest.mark.parametrize("evaluated", [1, 2, 3])
@pytest.mark.parametrize("in_order", [False, True])
def test_a_piece_of_long_dialogues_has_two(monkeypatch, evaluated, in_order):
    """However many tokens they have: one dialogue's context is the other's foreign one."""
    monkeypatch.setattr("waza.learners.dialogue_stream.TOKENS_AT_ONCE", 2)
    pieces = list(DialogueStream(DATA, 16, in_order, evaluated).pieces(DATA))
    sizes = [int((piece.split >= 0).sum()) for piece in pieces]
    assert sum(sizes) == 3 * evaluated and len(sizes) == 3 * evaluated // 2 and min(sizes) >= 2


@pytest.mark.slow
def test_hred_learns_to_count_and_its_measures_are_those_of_single_dialogues():
    one = learner()
    fitted = train_single(single_program(one, DATA, 150), 0, Plan(steps=150, evaluate_every=150, keep="last"))
    found = fitted.history[-1]
    assert found["test_perplexity"] < 2.0 < found["test_shuffled_perplexity"] and found["test_empty_perplexity"] > 2.0
    assert found["test_loss"] == pytest.approx(np.log(found["test_perplexity"]), rel=1e-4)
    stream = DialogueStream(DATA, 1)
    score = jax.jit(lambda variables, lanes: one.model.score(variables, lanes, Pass()))
    total = count = 0.0
    for piece in stream.pieces(DATA):
        scored = score(fitted.variables, piece.lanes)
        inside = piece.split == 0
        total, count = total + scored.loss[inside].sum(), count + scored.tokens[inside].sum()
    assert float(total / count) == pytest.approx(found["test_loss"], rel=1e-4)


@pytest.mark.parametrize("free_bits", [None, 0.05])
def test_the_objective_is_the_bound_over_real_utterances(free_bits):
    one = learner(latent(bag=True), loss=nn.VariationalBound(0.3, free_bits), bag_weight=0.7)
    state, lanes = one.init(jax.random.key(0), DATA), batch_of(one)
    value = jax.jit(lambda v: one._objective(v, state, lanes, KEY)[0])(state.variables)
    scored = jax.jit(lambda v: one.model.score(v, lanes, Pass(training=True, key=KEY)))(state.variables)
    real = np.array(scored.tokens) > 0
    divergence = np.array(scored.divergence)[real]
    each = divergence.mean(0)
    freed = each if free_bits is None else np.maximum(each, free_bits)
    kl = freed.sum() * real.sum()
    expected = (scored.loss.sum() + 0.3 * kl + 0.7 * scored.bag.sum()) / scored.tokens.sum()
    assert float(value) == pytest.approx(float(expected), rel=1e-5)
    assert (each < 0.05).any()


def test_annealing_follows_the_steps():
    one = learner(latent())
    state, lanes = one.init(jax.random.key(0), DATA), batch_of(one)

    @jax.jit
    def value(beta):
        return replace(one, loss=nn.VariationalBound(beta))._objective(state.variables, state, lanes, KEY)[0]

    schedule = optim.WarmUp(1.0, steps=10)
    without, whole = float(value(0.0)), float(value(1.0))
    for step in (0, 4, 20):
        share = float(schedule(step))
        now = at(replace(one, loss=nn.VariationalBound(schedule)), step)
        assert float(now.loss.beta) == pytest.approx(share)
        assert float(value(share)) == pytest.approx(without + share * (whole - without), rel=1e-4)


@pytest.mark.slow
def test_aggressive_inference_moves_the_posterior_alone_and_ends():
    more = learners.AggressiveInference(optim.SGD(0.5), steps=3, window=1)
    one, plain = learner(latent(), aggressive=more), learner(latent())
    state, lanes = one.init(jax.random.key(0), DATA), batch_of(one)
    inferred = jax.jit(one._inferred)(state, lanes, KEY)
    for name, own in state.variables.items():
        moved = jax.tree.map(lambda a, b: float(jnp.abs(a - b).max()), own, inferred.variables[name])
        assert (max(jax.tree.leaves(moved)) > 0) == (name == "posterior")
    ended = state._replace(aggressive=state.aggressive._replace(active=jnp.zeros((), bool)))
    after = jax.jit(one.update)(ended, lanes, KEY)[0]
    same = jax.jit(plain.update)(plain.init(jax.random.key(0), DATA), lanes, KEY)[0]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7), after.variables, same.variables)
    assert not after.aggressive.active
    first = jax.jit(one.update)(state, lanes, KEY)[0]
    assert first.aggressive.active and float(first.aggressive.last) > -np.inf


def test_chance_is_the_entropy_of_the_tokens():
    tokens = [*DATA.test.utterances.tokens, *[WORDS] * len(DATA.test.utterances.lengths)]
    shares = np.bincount(tokens) / len(tokens)
    chance = learner().chance(DATA)
    assert chance["test_loss"] == pytest.approx(-np.sum(shares * np.log(shares)))
    assert chance["test_perplexity"] == pytest.approx(np.exp(chance["test_loss"]))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 0}, "batch_size=0"),
        ({"evaluated": 0}, "evaluated=0"),
        ({"importance_samples": 0}, "importance_samples=0"),
        ({"importance_samples": 5}, r"importance_samples=\.\.\.\) with a HRED, which has no latent variable"),
        ({"aggressive": learners.AggressiveInference(optim.SGD(0.1))}, r"aggressive=\.\.\.\) with a HRED"),
    ],
)
def test_settings_that_cannot_be(settings, words):
    with pytest.raises(Error, match=words):
        UtterancePrediction(models.gru_hred(7, 4), optim.Adam(), **({"batch_size": 4} | settings))
    with pytest.raises(Error, match="steps=0"):
        learners.AggressiveInference(optim.SGD(0.1), steps=0)
