"""Variational bounds: closed forms, free bits, annealing, and the order of importance-weighted bounds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn, optim
from waza.core.errors import Error
from waza.core.recipe import at
from waza.nn import LatentTerms, VariationalBound

RANDOM = np.random.RandomState(0)


def numbers(*shape):
    return jnp.asarray(RANDOM.normal(size=shape).astype(np.float32))


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-5, atol=1e-5)


def terms(samples, batch=4, latent=3):
    return LatentTerms(numbers(samples, batch), numbers(samples, batch), numbers(batch, latent) ** 2)


def test_one_sample():
    one = terms(1)
    found = VariationalBound(0.3)(one, None)
    close(found["loss"], -one.log_likelihood[0] + 0.3 * one.divergence.sum(1))
    close(found["kl"], one.divergence.sum(1))
    close(found["reconstruction"], -one.log_likelihood[0])


def test_one_sample_without_a_closed_form():
    one = terms(1)._replace(divergence=None)
    found = VariationalBound(0.3)(one, None)
    close(found["loss"], -one.log_likelihood[0] - 0.3 * one.log_ratio[0])
    close(found["kl"], -one.log_ratio[0])


def test_importance_weighting():
    several = terms(5)
    weights = np.exp(np.float64(several.log_likelihood + 0.3 * several.log_ratio))
    close(VariationalBound(0.3)(several, None)["loss"], -np.log(weights.mean(0)))


def test_the_importance_weighted_bound_rises_with_the_number_of_samples():
    """Of the same 64 samples in groups of k: the mean of the groups' bounds rises, by Jensen's inequality."""
    log_weights = 5 * numbers(64, 10)

    def bound(k):
        of_group = jax.vmap(lambda group: VariationalBound()(LatentTerms(group, 0 * group), None)["loss"])
        return -jnp.mean(of_group(log_weights.reshape(-1, k, 10)), axis=0)

    bounds = jax.jit(lambda: jnp.stack([bound(k) for k in (1, 2, 8, 64)]))()
    assert np.all(np.diff(bounds, axis=0) > 0)


def test_free_bits():
    divergence = jnp.array([[0.0, 1.0, 3.0], [0.2, 2.0, 1.0]])  # means 0.1, 1.5, 2
    one = LatentTerms(jnp.zeros((1, 2)), jnp.zeros((1, 2)), divergence)
    bound = VariationalBound(2.0, free_bits=1.5)
    close(bound(one, None)["loss"], [2 * (1.5 + 1.5 + 2)] * 2)
    close(bound(one, None)["kl"], divergence.sum(1))
    gradient = jax.grad(lambda d: bound(one._replace(divergence=d), None)["loss"].mean())(divergence)
    close(gradient[:, 0], [0, 0])
    close(gradient[:, 2], [1, 1])


def test_a_schedule_anneals_beta():
    bound = VariationalBound(optim.WarmUp(1.0, steps=4))
    assert [float(at(bound, step).beta) for step in (0, 1, 3, 9)] == [0.25, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("given", [terms(2), terms(1)._replace(divergence=None)])
def test_free_bits_need_one_sample_and_a_closed_form(given):
    with pytest.raises(Error, match="expected one sample and a standard normal prior"):
        VariationalBound(free_bits=0.1)(given, None)


@pytest.mark.parametrize("wrong", [{"beta": -1.0}, {"free_bits": -0.5}])
def test_weights_are_not_negative(wrong):
    with pytest.raises(Error, match="at least 0"):
        VariationalBound(**wrong)


def test_the_loss_of_plain_reconstructions():
    close(nn.NegativeLogLikelihood()(jnp.array([-2.0, 1.0]), None)["loss"], [2.0, -1.0])
