"""VHRED: its divergence, prior and posterior, bounds, the normalised posterior, and the bag of words."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models
from waza.core.errors import Error
from waza.models.hred.on_lanes import in_rows
from waza.models.vhred.gaussian_network import Normal
from waza.models.vhred.vhred import divergence_of
from waza.nn import Pass
from waza.nn.normal import normal_log_prob, normal_sample

TYPES, END, WIDTH = 9, 8, 5
LENGTHS = jnp.array([[3, 4, 2], [2, 3, 0]])
WORDS = jnp.array(np.random.RandomState(0).randint(0, END, (2, 3, 4)))
TOKENS = jnp.where(jnp.arange(4) == LENGTHS[..., None] - 1, END, WORDS)
REAL = np.array(LENGTHS) > 0
KEY = jax.random.key(3)


def made(latent=2, **settings):
    model = models.gru_vhred(TYPES, WIDTH, latent, **settings)
    leaves, structure = jax.tree.flatten(model.init(jax.random.key(0)))
    keys = jax.random.split(jax.random.key(1), len(leaves))
    varied = [x + 0.5 * jax.random.normal(k, x.shape) for x, k in zip(leaves, keys, strict=True)]
    return model, jax.tree.unflatten(structure, varied)


def test_divergence_by_monte_carlo():
    random = np.random.RandomState(0)
    q, p = (Normal(jnp.array(random.normal(size=3)), jnp.array(random.normal(size=3))) for _ in range(2))
    z = normal_sample(*q, jax.random.key(0), 200_000)
    ratio = normal_log_prob(z, *q) - normal_log_prob(z, *p)
    error = float(jnp.std(ratio)) / len(z) ** 0.5
    assert float(jnp.sum(divergence_of(q, p))) == pytest.approx(float(jnp.mean(ratio)), abs=4 * error)
    np.testing.assert_allclose(divergence_of(q, q), 0, atol=1e-6)


def test_the_posterior_sees_the_utterance_and_the_prior_does_not():
    model, variables = made()
    read = jax.jit(lambda tokens: model.distributions(variables, in_rows(tokens, LENGTHS), Pass()))
    known, prior, posterior = read(TOKENS)
    changed = TOKENS.at[0, 1, 0].set((TOKENS[0, 1, 0] + 1) % END)  # the first word of the second utterance
    other_known, other_prior, other = read(changed)
    for mine, theirs in ((known, other_known), (prior.mean, other_prior.mean), (prior[1], other_prior[1])):
        np.testing.assert_array_equal(mine[0, :2], theirs[0, :2])
        assert not np.allclose(mine[0, 2], theirs[0, 2], atol=1e-5)  # it is the context of the third one
    np.testing.assert_array_equal(posterior.mean[0, 0], other.mean[0, 0])
    assert not np.allclose(posterior.mean[0, 1], other.mean[0, 1], atol=1e-4)
    np.testing.assert_array_equal(posterior.mean[1], other.mean[1])


def test_bounds_against_numerical_integration():
    """With one latent dimension the likelihood is an integral over a line."""
    model, variables = made(latent=1)
    lanes, grid = in_rows(TOKENS, LENGTHS), jnp.linspace(-8, 8, 401)

    @jax.jit
    def all_of(variables):
        known, prior, _ = model.distributions(variables, lanes, Pass())
        scale = jnp.exp(prior.log_variance / 2)

        def at(u):
            z = prior.mean + u * scale
            conditions = jnp.concatenate([known, z], -1)
            table = variables["embedding"]["weight"]
            return -model.decoder.losses(variables["decoder"], table, lanes, conditions, Pass())

        values = jax.lax.map(at, grid) - grid[:, None, None] ** 2 / 2 - jnp.log(2 * jnp.pi) / 2
        exact = -jax.nn.logsumexp(values, axis=0) - jnp.log(grid[1] - grid[0])
        keys = jax.random.split(KEY, 400)
        scored = jax.lax.map(lambda key: model.score(variables, lanes, Pass(key=key)), keys)
        bound = jnp.mean(scored.loss, 0) + scored.divergence[0, ..., 0]
        return exact, bound, model.weighted(variables, lanes, KEY, 2_000)

    exact, bound, weighted = (np.array(value)[REAL] for value in all_of(variables))
    np.testing.assert_allclose(weighted, exact, atol=0.08)
    assert (bound > exact - 0.02).all() and (bound > exact + 0.02).any()


def test_a_normalised_posterior_keeps_its_divergence():
    model, variables = made(latent=3, norm=0.8)
    assert "bias" not in variables["posterior"]["mean"] and "bias" in variables["prior"]["mean"]
    variables["norm"] |= {"shift": jnp.zeros(3)}
    lanes = in_rows(TOKENS, LENGTHS)

    @jax.jit
    def read(variables):
        run = Pass(training=True, key=KEY)
        _, prior, posterior = model.distributions(variables, lanes, run)
        return prior, posterior, run.followed(variables)

    prior, posterior, followed = read(variables)
    far = ((posterior.mean - prior.mean) / jnp.exp(prior.log_variance / 2))[REAL]
    np.testing.assert_allclose(jnp.mean(far, 0), 0, atol=1e-5)
    np.testing.assert_allclose(jnp.mean(far**2, 0), 0.8**2, rtol=1e-3)
    assert (jnp.mean(divergence_of(posterior, prior)[REAL], 0) > 0.8**2 / 2 - 1e-4).all()
    beside = TOKENS.at[1, 2].set(3)  # where there is no utterance
    other = jax.jit(lambda tokens: model.distributions(variables, in_rows(tokens, LENGTHS), Pass(True, KEY))[2])(beside)
    np.testing.assert_allclose(other.mean[REAL], posterior.mean[REAL], rtol=1e-5, atol=1e-5)
    moved = [followed["norm"][name].value - variables["norm"][name].value for name in ("mean", "variance")]
    assert all(np.isfinite(np.array(one)).all() and np.abs(one).max() > 0 for one in moved)


def test_a_bag_of_words_counts_each_word_alone():
    model, variables = made(bag=True)
    lanes = in_rows(TOKENS, LENGTHS)
    conditions = jnp.array(np.random.RandomState(1).normal(size=(2, 3, WIDTH + 2)).astype(np.float32))
    table, own = variables["embedding"]["weight"], variables["bag"]
    found = model.bag.losses(own, table, lanes, conditions)
    r = np.tanh(conditions @ own["readout"]["weight"].T + own["readout"]["bias"])
    log_p = jax.nn.log_softmax(r @ table.T + own["output"]["bias"])
    for row, turn in np.argwhere(REAL):
        words = TOKENS[row, turn, : LENGTHS[row, turn]]
        np.testing.assert_allclose(found[row, turn], -log_p[row, turn, words].sum(), rtol=1e-5)
    assert found[1, 2] == 0


def test_parts_of_other_sizes():
    decoder = models.gru_vhred(TYPES, WIDTH, 2).decoder
    parts = (models.gru_vhred(TYPES, WIDTH, 2).encoder, models.gru_vhred(TYPES, WIDTH, 2).context)
    with pytest.raises(Error, match="VHRED's norm has the size 3, and is given 2"):
        models.VHRED(decoder, *parts, latent=2, norm=models.PosteriorNorm(3))
    with pytest.raises(Error, match="VHRED's bag has the size 3, and is given 7"):
        models.VHRED(decoder, *parts, latent=2, bag=models.BagOfWords(3, WIDTH, TYPES))
    with pytest.raises(Error, match="has the size 7, and is given 8"):
        models.VHRED(decoder, *parts, latent=3)
