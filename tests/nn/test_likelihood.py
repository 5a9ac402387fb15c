"""Likelihoods and normal distributions against torch.distributions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from waza import nn
from waza.core.errors import Error

RANDOM = np.random.RandomState(0)


def normal(*shape):
    return jnp.asarray(RANDOM.normal(size=shape).astype(np.float32))


def torched(*arrays):
    return [torch.tensor(np.asarray(one)) for one in arrays]


def close(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=tolerance, atol=tolerance)


def test_bernoulli_likelihood():
    outputs, x = 8 * normal(5, 3, 4), jnp.round(jax.nn.sigmoid(normal(5, 3, 4)))
    logits, target = torched(outputs, x)
    expected = torch.distributions.Bernoulli(logits=logits).log_prob(target).sum((1, 2))
    close(nn.BernoulliLikelihood().log_prob(outputs, x), expected)
    grey = jax.nn.sigmoid(normal(5, 3, 4))
    cross = torch.nn.functional.binary_cross_entropy_with_logits(*torched(outputs, grey), reduction="none")
    close(nn.BernoulliLikelihood().log_prob(outputs, grey), -cross.sum((1, 2)))


def test_bernoulli_likelihood_of_large_logits():
    def total(outputs):
        return nn.BernoulliLikelihood().log_prob(outputs, jnp.ones((1, 3))).sum()

    value, gradient = jax.jit(jax.value_and_grad(total))(jnp.array([[300.0, -300.0, 0.0]]))
    close(value, -300 - np.log(2))
    close(gradient, [[0, 1, 0.5]])


def test_gaussian_likelihood():
    outputs, x = normal(5, 3), normal(5, 3)
    mean, target = torched(outputs, x)
    expected = torch.distributions.Normal(mean, 0.3).log_prob(target).sum(1)
    close(nn.GaussianLikelihood(0.3).log_prob(outputs, x), expected)


@pytest.mark.parametrize("likelihood", [nn.BernoulliLikelihood(), nn.GaussianLikelihood(0.5)])
def test_samples_have_the_mean(likelihood):
    outputs = jnp.broadcast_to(jnp.array([-1.0, 0.0, 2.0]), (20_000, 3))
    close(likelihood.sample(outputs, jax.random.key(0)).mean(0), likelihood.mean(outputs[0]), 0.02)


@pytest.mark.parametrize("likelihood", [nn.BernoulliLikelihood(), nn.GaussianLikelihood(0.5)])
def test_chance_is_the_best_of_constant_outputs(likelihood):
    x = RANDOM.uniform(size=(50, 4)).astype(np.float32)

    def loss(outputs):
        return -likelihood.log_prob(jnp.broadcast_to(outputs, x.shape), jnp.asarray(x)).mean()

    mean = x.mean(0)
    best = np.log(mean / (1 - mean)) if isinstance(likelihood, nn.BernoulliLikelihood) else mean
    value, gradient = jax.jit(jax.value_and_grad(loss))(best)
    close(likelihood.chance(x), value)
    close(gradient, np.zeros(4))
    known = RANDOM.uniform(size=(30, 4)).astype(np.float32)
    other = known.mean(0)
    close(likelihood.chance(x, known), loss(np.log(other / (1 - other)) if mean is not best else other))
    assert likelihood.chance(x, known) > likelihood.chance(x)


def test_chance_of_features_that_are_always_black_is_finite():
    assert 0 <= nn.BernoulliLikelihood().chance(np.zeros((3, 2), np.float32)) < 1e-3


@pytest.mark.parametrize("std", [0.0, -1.0, float("nan")])
def test_a_standard_deviation_is_above_0(std):
    with pytest.raises(Error, match=r"expected a standard deviation above 0|expected a number"):
        nn.GaussianLikelihood(std)


def test_normal_log_prob_and_divergence():
    z, mean, log_variance = normal(5, 3), normal(5, 3), normal(5, 3)
    given, centre, std = torched(z, mean, np.exp(log_variance / 2))
    own = torch.distributions.Normal(centre, std)
    close(nn.normal_log_prob(z, mean, log_variance), own.log_prob(given).sum(1))
    expected = torch.distributions.kl_divergence(own, torch.distributions.Normal(0.0, 1.0))
    close(nn.standard_normal_divergence(mean, log_variance), expected)


def test_the_divergence_is_the_mean_log_ratio_of_samples():
    mean, log_variance = jnp.array([[0.5, -1.0]]), jnp.array([[-1.0, 0.3]])

    @jax.jit
    def ratio():
        z = nn.normal_sample(mean, log_variance, jax.random.key(0), 100_000)
        return nn.normal_log_prob(z, mean, log_variance) - nn.normal_log_prob(z, 0 * mean, 0 * log_variance)

    close(ratio().mean(), nn.standard_normal_divergence(mean, log_variance).sum(), 0.02)


def test_gradients_through_samples():
    """Of E[f(z)] for f = z^2 + z^3: closed forms, and finite differences with the same noise."""
    at, step = (jnp.array([[0.5]]), jnp.array([[-0.4]])), 0.01

    def objective(mean, log_variance):
        z = nn.normal_sample(mean, log_variance, jax.random.key(0), 200_000)
        return jnp.mean(z**2 + z**3)

    @jax.jit
    def found(mean, log_variance):
        ends = [objective(mean + side, log_variance) for side in (step, -step)]
        ends += [objective(mean, log_variance + side) for side in (step, -step)]
        return jax.grad(objective, argnums=(0, 1))(mean, log_variance), ends

    (of_mean, of_log_variance), ends = found(*at)
    m, v = 0.5, np.exp(-0.4)  # E[z^2] = m^2 + v, E[z^3] = m^3 + 3 m v
    close(of_mean, [[2 * m + 3 * m**2 + 3 * v]], 0.03)
    close(of_log_variance, [[v + 3 * m * v]], 0.03)
    close((ends[0] - ends[1]) / (2 * step), of_mean[0, 0], 2e-3)
    close((ends[2] - ends[3]) / (2 * step), of_log_variance[0, 0], 2e-3)
