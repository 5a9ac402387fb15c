"""Sampled tokens: frequencies against probabilities, and the settings at which sampling is greedy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from waza.core.errors import Error
from waza.models.decoding import greedy, sample
from waza.models.decoding.sampling import in_nucleus


def keys(count, seed=0):
    return jax.random.split(jax.random.key(seed), count)


def truncated(log_probabilities, temperature, top_k, nucleus):
    """Probabilities of tokens, by sorting."""
    p = np.exp(log_probabilities / temperature)
    order = np.argsort(-p)[:top_k]
    p = p[order] / p[order].sum()
    p = p[: np.searchsorted(np.cumsum(p), nucleus) + 1]
    whole = np.zeros(len(log_probabilities))
    whole[order[: len(p)]] = p / p.sum()
    return whole


@pytest.mark.parametrize(
    ("temperature", "top_k", "nucleus"),
    [(1.0, None, 1.0), (0.6, None, 1.0), (1.7, 5, 1.0), (1.0, None, 0.8), (1.3, 6, 0.7), (1.0, 50, 0.999)],
)
def test_frequencies_are_probabilities(toy, temperature, top_k, nucleus):
    """Of the first token, and of the second after the most frequent first one (chi-square)."""
    rows = 4000
    one = toy(batch=1, targets=9)
    one.source, one.lengths = np.repeat(one.source, rows, axis=0), np.repeat(one.lengths, rows)
    found = one.run(sample, 2, keys(rows), temperature, top_k, nucleus)
    first = int(np.bincount(found.tokens[found.lengths > 0, 0]).argmax())
    for before, tokens in (([], found.tokens[:, 0]), ([first], found.tokens[found.tokens[:, 0] == first, 1])):
        p = truncated(one.step(0, before)[0], temperature, top_k, nucleus)
        counts = np.bincount(tokens, minlength=9)
        assert not counts[p == 0].any()
        if (p > 0).sum() > 1:
            assert stats.chisquare(counts[p > 0], p[p > 0] * len(tokens)).pvalue > 1e-3
    for row in range(5):
        sentence = found.tokens[row, : min(found.lengths[row] + 1, 2)].tolist()
        np.testing.assert_allclose(found.log_probability[row], one.log_probability(0, sentence), rtol=1e-4)


@pytest.mark.parametrize(
    "settings",
    [{"temperature": 0.0}, {"top_k": 1}, {"nucleus": 0.0}, {"temperature": 1e-30}, {"temperature": 0.0, "top_k": 2}],
)
def test_the_settings_at_which_sampling_is_greedy(toy, settings):
    one = toy(batch=12)
    found, wanted = one.run(sample, 9, keys(12), **settings), one.run(greedy, 9)
    for name in wanted._fields:
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


def test_settings_that_are_numbers_need_no_other_program(toy):
    one = toy(batch=12)

    @jax.jit
    def draw(temperature, nucleus):
        return sample(one.model, one.variables, one.encoded, 9, keys(12), temperature, None, nucleus).tokens

    assert (np.asarray(draw(0.0, 1.0)) == one.run(greedy, 9).tokens).all()
    np.testing.assert_array_equal(draw(0.8, 0.9), one.run(sample, 9, keys(12), 0.8, None, 0.9).tokens)
    assert draw._cache_size() == 1
    assert (np.asarray(draw(1.0, 1.0)) != one.run(sample, 9, keys(12, 1)).tokens).any(), "keys matter"


@pytest.mark.parametrize("nucleus", [0.0, 1e-6, 0.3, 0.9, 0.9999, 1.0])
def test_the_nucleus_is_that_of_sorting(nucleus):
    logits = 3 * np.random.default_rng(0).normal(size=(20, 500)).astype(np.float32)
    found = in_nucleus(jnp.asarray(logits - logits.max(1, keepdims=True)), nucleus)
    for row, kept in zip(logits, np.asarray(found), strict=True):
        p = np.sort(np.exp(row.astype(float)))[::-1]
        count = len(p) if nucleus == 1 else np.searchsorted(np.cumsum(p / p.sum()), nucleus) + 1
        assert kept.sum() == count and row[kept].min() >= row[~kept].max(initial=-np.inf)


def test_mistakes(toy):
    with pytest.raises(Error, match=r"keys of the shape \(3,\) given for 5 rows; .*split\(key, 5\)"):
        toy().run(sample, 4, keys(3))
    with pytest.raises(Error, match="top_k=0 given"):
        toy().run(sample, 4, keys(5), top_k=0)
