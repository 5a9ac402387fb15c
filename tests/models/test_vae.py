"""VAEs against closed forms of a linear model, and priors against direct mixtures."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from waza import models, nn
from waza.core.errors import Error
from waza.nn import Pass

FEATURES, LATENT, STD = 5, 2, 0.4
RANDOM = np.random.RandomState(0)
X = jnp.asarray(RANDOM.normal(size=(6, FEATURES)).astype(np.float32))


def linear():
    """Probabilistic principal components with their exact posterior: x = W z + b + noise, W's columns orthogonal.

    The bounds are then equal to log p(x) = log N(x; b, W W^T + s^2), for any number of samples.
    """
    columns, _ = np.linalg.qr(RANDOM.normal(size=(FEATURES, LATENT)))
    weight, bias = columns * np.array([1.5, 0.7]), RANDOM.normal(size=FEATURES)
    variance = 1 / (1 + np.sum(weight**2, axis=0) / STD**2)
    to_mean = variance[:, None] * weight.T / STD**2
    variables = {
        "encoder": {
            "output": {
                "weight": np.concatenate([to_mean, 0 * to_mean]),
                "bias": np.concatenate([-to_mean @ bias, np.log(variance)]),
            }
        },
        "decoder": {"output": {"weight": weight, "bias": bias}},
        "prior": {},
    }
    model = models.dense_vae(FEATURES, LATENT, (), nn.GaussianLikelihood(STD))
    covariance = torch.tensor(weight @ weight.T + STD**2 * np.eye(FEATURES))
    normal = torch.distributions.MultivariateNormal(torch.tensor(bias), covariance)
    variables = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), variables)
    return model, variables, normal.log_prob(torch.tensor(np.asarray(X, np.float64))).numpy()


@pytest.mark.parametrize("samples", [1, 7])
def test_the_terms_of_a_model_whose_log_likelihood_is_known(samples):
    model, variables, expected = linear()
    terms = model.terms(variables, X, Pass(), jax.random.key(0), samples)
    assert terms.log_likelihood.shape == (samples, 6)
    weights = terms.log_likelihood + terms.log_ratio  # of the exact posterior: equal for all samples
    np.testing.assert_allclose(weights, np.broadcast_to(expected, weights.shape), rtol=1e-3, atol=1e-3)


def test_the_evidence_lower_bound_with_its_exact_divergence():
    model, variables, expected = linear()
    terms = model.terms(variables, X, Pass(), jax.random.key(0), 20_000)
    bound = terms.log_likelihood.mean(0) - terms.divergence.sum(1)
    np.testing.assert_allclose(bound, expected, atol=0.05)


@pytest.mark.parametrize("samples", [1, 50, 1_500])
def test_the_importance_estimate_of_a_model_whose_log_likelihood_is_known(samples):
    model, variables, expected = linear()
    found = models.importance_estimate(model, variables, X, jax.random.key(0), samples)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_the_importance_estimate_rises_with_its_samples():
    model = models.dense_vae(FEATURES, LATENT, (8,), nn.GaussianLikelihood(0.2))
    variables = model.init(jax.random.key(0))
    key = jax.random.key(1)
    means = [models.importance_estimate(model, variables, X, key, count).mean() for count in (1, 10, 100, 2_000)]
    assert means == sorted(means)


def test_an_importance_estimate_needs_samples():
    model, variables, _ = linear()
    with pytest.raises(Error, match="at least 1"):
        models.importance_estimate(model, variables, X, jax.random.key(0), 0)


def test_training_draws_and_evaluation_takes_the_mean():
    model, variables, _ = linear()
    outputs = [model.apply(variables, X, Pass(training=True, key=jax.random.key(seed))) for seed in (0, 1)]
    assert not jnp.allclose(*outputs)
    mean = model.decode(variables, model.encode(variables, X, Pass()).mean, Pass())
    np.testing.assert_array_equal(model.apply(variables, X, Pass()), mean)


def test_samples_of_a_linear_model():
    model, variables, _ = linear()
    rows = np.asarray(model.sample(variables, jax.random.key(0), 20_000))
    weight, bias = (np.asarray(variables["decoder"]["output"][name]) for name in ("weight", "bias"))
    np.testing.assert_allclose(rows.mean(0), bias, atol=0.05)
    np.testing.assert_allclose(np.cov(rows.T), weight @ weight.T, atol=0.1)


def vamp(components=3):
    model = models.dense_vae(FEATURES, LATENT, (4,), prior=models.VampPrior(components))
    return model, model.init(jax.random.key(0))


def mixture(model, variables):
    inputs = jax.nn.sigmoid(variables["prior"]["inputs"])
    assert inputs.shape == (model.prior.components, FEATURES)
    mean, log_variance = (torch.tensor(np.asarray(one)) for one in model.encode(variables, inputs, Pass()))
    parts = torch.distributions.Independent(torch.distributions.Normal(mean, torch.exp(log_variance / 2)), 1)
    return torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(len(mean))), parts)


def test_vamp_prior_is_a_mixture_of_posteriors():
    model, variables = vamp()
    z = RANDOM.normal(size=(4, 6, LATENT)).astype(np.float32)
    expected = mixture(model, variables).log_prob(torch.tensor(z))
    np.testing.assert_allclose(model.log_prior(variables, z, Pass()), expected, rtol=1e-4, atol=1e-4)
    terms = model.terms(variables, X, Pass(), jax.random.key(0), 4)
    assert terms.divergence is None and terms.log_ratio.shape == (4, 6)


def test_samples_of_a_vamp_prior():
    model, variables = vamp(2)
    z = model.prior.sample(
        variables["prior"], jax.random.key(1), 20_000, LATENT, lambda rows: model.encode(variables, rows, Pass())
    )
    expected = mixture(model, variables)
    np.testing.assert_allclose(z.mean(0), expected.mean, atol=0.05)
    np.testing.assert_allclose(z.var(0), expected.variance, rtol=0.05)


def test_gradients_reach_the_pseudo_inputs():
    model, variables = vamp()

    def loss(variables):
        terms = model.terms(variables, X, Pass(), jax.random.key(0))
        return nn.VariationalBound()(terms, None)["loss"].mean()

    assert jnp.all(jax.grad(loss)(variables)["prior"]["inputs"] != 0)


def test_a_convolutional_vae():
    model = models.convolutional_vae((6, 6, 1), 2, (2, 3))
    variables = model.init(jax.random.key(0))
    assert model.encode(variables, jnp.ones((3, 6, 6, 1)), Pass()).mean.shape == (3, 2)
    assert model.sample(variables, jax.random.key(0), 5).shape == (5, 6, 6, 1)


def test_an_encoder_with_another_number_of_outputs():
    model = models.VAE(models.MLP((5, 3)), models.MLP((2, 5)), 2, (5,))
    with pytest.raises(Error, match="expected 4, a mean and a log-variance for each of 2"):
        model.encode(model.init(jax.random.key(0)), X, Pass())


def test_a_vamp_prior_without_components():
    with pytest.raises(Error, match="at least 1"):
        models.VampPrior(0)
