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


MODEL, VARIABLES, EXPECTED = linear()


def test_the_terms_of_a_model_whose_log_likelihood_is_known():
    terms = jax.jit(lambda: MODEL.terms(VARIABLES, X, Pass(), jax.random.key(0), 20_000))()
    assert terms.log_likelihood.shape == (20_000, 6)
    weights = terms.log_likelihood + terms.log_ratio  # of the exact posterior: equal for all samples
    np.testing.assert_allclose(weights, np.broadcast_to(EXPECTED, weights.shape), rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(terms.log_likelihood.mean(0) - terms.divergence.sum(1), EXPECTED, atol=0.05)


def estimate(model, variables, samples):
    return jax.jit(lambda key: models.importance_estimate(model, variables, X, key, samples))(jax.random.key(1))


@pytest.mark.parametrize("samples", [1, 1_500])
def test_the_importance_estimate_of_a_model_whose_log_likelihood_is_known(samples):
    np.testing.assert_allclose(estimate(MODEL, VARIABLES, samples), EXPECTED, rtol=1e-3, atol=1e-3)


def test_the_importance_estimate_rises_with_its_samples():
    """With a posterior that is twice too wide, towards the log-likelihood."""
    bias = VARIABLES["encoder"]["output"]["bias"].at[LATENT:].add(2 * np.log(2))
    output = VARIABLES["encoder"]["output"] | {"bias": bias}
    wide = VARIABLES | {"encoder": {"output": output}}
    means = [float(estimate(MODEL, wide, count).mean()) for count in (1, 20, 2_000)]
    assert means == sorted(means) and abs(means[-1] - EXPECTED.mean()) < 0.1


def test_an_importance_estimate_needs_samples():
    with pytest.raises(Error, match="at least 1"):
        models.importance_estimate(MODEL, VARIABLES, X, jax.random.key(0), 0)


def test_training_draws_and_evaluation_takes_the_mean():
    @jax.jit
    def outputs(key):
        mean = MODEL.decode(VARIABLES, MODEL.encode(VARIABLES, X, Pass()).mean, Pass())
        drawn = [MODEL.apply(VARIABLES, X, Pass(training=True, key=one)) for one in jax.random.split(key)]
        return mean, MODEL.apply(VARIABLES, X, Pass()), *drawn

    mean, evaluated, first, second = outputs(jax.random.key(0))
    np.testing.assert_array_equal(mean, evaluated)
    assert not np.allclose(first, second) and not np.allclose(first, mean)


def test_samples_of_a_linear_model():
    rows = np.asarray(jax.jit(lambda key: MODEL.sample(VARIABLES, key, 20_000))(jax.random.key(0)))
    weight, bias = (np.asarray(VARIABLES["decoder"]["output"][name]) for name in ("weight", "bias"))
    np.testing.assert_allclose(rows.mean(0), bias, atol=0.05)
    np.testing.assert_allclose(np.cov(rows.T), weight @ weight.T, atol=0.1)


VAMP = models.dense_vae(FEATURES, LATENT, (4,), prior=models.VampPrior(3))


@pytest.fixture(scope="module")
def vamp():
    """The variables of a VAE with a VampPrior, and its prior as PyTorch's mixture."""
    variables = VAMP.init(jax.random.key(0))
    inputs = jax.nn.sigmoid(variables["prior"]["inputs"])
    assert inputs.shape == (3, FEATURES)
    mean, log_variance = (torch.tensor(np.asarray(one)) for one in VAMP.encode(variables, inputs, Pass()))
    parts = torch.distributions.Independent(torch.distributions.Normal(mean, torch.exp(log_variance / 2)), 1)
    return variables, torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(3)), parts)


def test_vamp_prior_is_a_mixture_of_posteriors(vamp):
    variables, mixture = vamp
    z = RANDOM.normal(size=(4, 6, LATENT)).astype(np.float32)
    found = jax.jit(lambda z: VAMP.log_prior(variables, z, Pass()))(z)
    np.testing.assert_allclose(found, mixture.log_prob(torch.tensor(z)), rtol=1e-4, atol=1e-4)


def test_samples_of_a_vamp_prior(vamp):
    variables, mixture = vamp

    def encode(rows):
        return VAMP.encode(variables, rows, Pass())

    z = jax.jit(lambda key: VAMP.prior.sample(variables["prior"], key, 20_000, LATENT, encode))(jax.random.key(1))
    np.testing.assert_allclose(z.mean(0), mixture.mean, atol=0.05)
    np.testing.assert_allclose(z.var(0), mixture.variance, rtol=0.05)


def test_gradients_reach_the_pseudo_inputs(vamp):
    def loss(variables):
        terms = VAMP.terms(variables, X, Pass(), jax.random.key(0))
        assert terms.divergence is None
        return nn.VariationalBound()(terms, None)["loss"].mean()

    gradients = jax.jit(jax.grad(loss))(vamp[0])["prior"]["inputs"]
    assert np.all(np.any(np.asarray(gradients) != 0, axis=1))


def test_a_convolutional_vae():
    model = models.convolutional_vae((6, 6, 1), 2, (2, 3))

    def both(key):
        variables = model.init(key)
        return model.encode(variables, jnp.ones((3, 6, 6, 1)), Pass()).mean, model.sample(variables, key, 5)

    mean, rows = jax.eval_shape(both, jax.random.key(0))
    assert mean.shape == (3, 2) and rows.shape == (5, 6, 6, 1)


def test_an_encoder_with_another_number_of_outputs():
    model = models.VAE(models.MLP((5, 3)), models.MLP((2, 5)), 2, (5,))
    with pytest.raises(Error, match="expected 4, a mean and a log-variance for each of 2"):
        jax.eval_shape(lambda key: model.encode(model.init(key), X, Pass()), jax.random.key(0))


def test_a_vamp_prior_without_components():
    with pytest.raises(Error, match="at least 1"):
        models.VampPrior(0)
