"""Teacher forcing: its measures against a direct computation, learning, and scheduled sampling."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn, optim
from waza.core.errors import Error
from waza.data.text.parallel import ParallelTokens, Sentences, TokenPairs
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.learners import ScheduledSampling, TeacherForcing
from waza.models import Pair, recurrent_translator
from waza.nn import Pass

WORDS = 7


def pairs(count, seed):
    """Sentences of 1 to 5 words, whose translation is each word plus one, modulo 7, in the reversed order."""
    random = np.random.RandomState(seed)
    source = [random.randint(0, WORDS, random.randint(1, 6)) for _ in range(count)]
    target = [(one[::-1] + 1) % WORDS for one in source]
    sides = [
        Sentences(np.concatenate(side).astype(np.int32), np.cumsum([0, *map(len, side)])) for side in (source, target)
    ]
    return TokenPairs(*sides, f"{count} {seed}")


DATA = ParallelTokens("reversed", pairs(600, 0), pairs(60, 1), pairs(50, 2), (WORDS, WORDS))


def learner(**settings):
    model = recurrent_translator(WORDS + 1, WORDS + 1, width=24, depth=1)
    return TeacherForcing(model, optim.Adam(0.01), batch_size=32, **settings)


def trained(one, steps):
    program = single_program(one, DATA, steps)
    return train_single(program, 0, Plan(steps=steps, evaluate_every=steps, keep="last"))


@pytest.mark.slow
def test_it_learns_and_its_measures_are_those_of_single_sentences():
    one = learner(loss=nn.CrossEntropy())
    fitted = trained(one, 300)
    found = fitted.history[-1]
    assert found["test_accuracy"] > 0.95 and found["test_loss"] < 0.3 < fitted.history[0]["test_loss"]
    apply, loss, right, count = jax.jit(one.model.apply, static_argnums=2), 0.0, 0, 0
    run = Pass()
    for source, target in zip(sentences(DATA.test.source), sentences(DATA.test.target), strict=True):
        tokens = jnp.array([*target, WORDS])
        x = Pair(jnp.array([*source, WORDS])[None], jnp.array([len(source) + 1]), jnp.roll(tokens, 1)[None])
        logits = apply(fitted.variables, x, run)[0]
        loss -= float(jnp.sum(jax.nn.log_softmax(logits)[jnp.arange(len(tokens)), tokens]))
        right += int(jnp.sum(jnp.argmax(logits, axis=1) == tokens))
        count += len(tokens)
    np.testing.assert_allclose([found["test_loss"], found["test_accuracy"]], [loss / count, right / count], rtol=1e-4)


def sentences(side):
    return [side.tokens[a:b] for a, b in zip(side.starts[:-1], side.starts[1:], strict=True)]


def test_chance_is_the_entropy_of_the_target_tokens():
    tokens = [*DATA.test.target.tokens, *[WORDS] * 60]
    shares = np.bincount(tokens) / len(tokens)
    chance = learner().chance(DATA)
    assert np.isclose(chance["test_loss"], -np.sum(shares * np.log(shares)))
    assert np.isclose(chance["test_accuracy"], shares.max())


def some_batch(one):
    return next(iter(one.source(DATA).batches(0, 0, 1)))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_scheduled_sampling_replaces_a_share_of_the_true_tokens(share):
    one = learner(sampling=ScheduledSampling(share))
    variables = one.model.init(jax.random.key(0))
    x = jax.tree.map(jnp.asarray, some_batch(one).x)
    mixed = one.sampling.mixed(one.model, variables, x, jax.random.key(1)).previous
    predicted = np.argmax(one.model.apply(variables, x, Pass()), axis=-1)
    expected = np.array(x.previous) if share == 0 else np.concatenate([x.previous[:, :1], predicted[:, :-1]], 1)
    np.testing.assert_array_equal(mixed, expected)


@pytest.mark.parametrize("share", [-0.1, 1.5, 2])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(Error, match="expected a share from 0 to 1"):
        ScheduledSampling(share)


@pytest.mark.slow
def test_scheduled_sampling_follows_a_schedule_and_learns():
    rising = ScheduledSampling(optim.LinearDecay(0.0, steps=300.0, final=0.5))
    assert trained(learner(sampling=rising), 300).history[-1]["test_accuracy"] > 0.9


def test_no_gradient_flows_through_predictions():
    one = learner(sampling=ScheduledSampling(1.0))
    state = one.init(jax.random.key(0), DATA)
    batch = jax.tree.map(jnp.asarray, some_batch(one))
    key = jax.random.key(2)
    run_key = nn.named_key(key, "sampling")
    mixed = one.sampling.mixed(one.model, state.variables, batch.x, run_key)
    plain = learner()
    np.testing.assert_allclose(
        *(
            jax.flatten_util.ravel_pytree(gradients)[0]
            for gradients in (
                one.gradients(state, batch, key),
                plain.gradients(state, batch._replace(x=mixed), key),
            )
        ),
        rtol=1e-5,
        atol=1e-7,
    )


def test_smoothing_is_refused_outside_its_range():
    with pytest.raises(Error, match=r"smoothing=1\)"):
        nn.SmoothedCrossEntropy(1.0)


def test_smoothed_cross_entropy_is_pytorchs():
    import torch

    logits = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    targets, weights = np.array([[0, 1, 4]] * 4), np.array([[1, 1, 0]] * 4, np.float32)
    found = nn.SmoothedCrossEntropy(0.3)(jnp.array(logits), jnp.array(targets), jnp.array(weights))["loss"]
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(logits).reshape(-1, 5), torch.tensor(targets).ravel(), label_smoothing=0.3, reduction="none"
    ).reshape(4, 3)
    np.testing.assert_allclose(found.total, (expected.numpy() * weights).sum(1), rtol=1e-5)
    np.testing.assert_array_equal(found.weight, weights.sum(1))
