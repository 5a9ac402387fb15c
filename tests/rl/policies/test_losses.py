"""The losses of PPO and A2C against PyTorch, distributions against SciPy, and what is refused."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from scipy import stats

from waza import nn, optim
from waza.core.errors import Error
from waza.nn.orthogonal import Orthogonal
from waza.optim.linear_decay import LinearDecay
from waza.rl.environments import Box, Discrete, probes
from waza.rl.policies import (
    A2C,
    PPO,
    Categorical,
    CategoricalPolicy,
    Gaussian,
    GaussianPolicy,
    Reinforce,
    mlp_critic,
    mlp_policy,
)
from waza.rl.policies.actor_critic import Experience

ROWS = 12


def rows(seed=0):
    rng = np.random.default_rng(seed)
    x, action = rng.normal(size=(ROWS, 3)), rng.integers(0, 2, ROWS)
    advantage, target, value = rng.normal(size=(3, ROWS))
    log_probability = -0.7 + 0.2 * rng.normal(size=ROWS)  # so that some ratios are clipped
    return x, action, advantage, target, value, log_probability


def learner(kind, **fields):
    """On an environment whose observations do not matter here."""
    policy = CategoricalPolicy(nn.Dense(3, 2, nn.Gaussian(0.5)))
    critic = nn.Dense(3, 1, nn.Gaussian(0.5))
    fields = {"value_weight": 0.5, "entropy_weight": 0.01} | fields
    return kind(probes.ActionReward(), policy, optim.SGD(0.1), critic, copies=3, steps=4, **fields)


def in_torch(variables, kind, normalize, clip, value_clip):
    """The loss and its gradients, written as in Stable-Baselines3."""
    x, action, advantage, target, old_value, old = (torch.tensor(one) for one in rows())
    weight, bias, critic, shift = (
        torch.tensor(np.asarray(leaf, np.float64), requires_grad=True)
        for leaf in (
            variables["policy"]["model"]["weight"],
            variables["policy"]["model"]["bias"],
            variables["critic"]["weight"],
            variables["critic"]["bias"],
        )
    )
    distribution = torch.distributions.Categorical(logits=x @ weight.T + bias)
    value = (x @ critic.T + shift)[:, 0]
    if normalize:
        advantage = (advantage - advantage.mean()) / (advantage.std(unbiased=False) + 1e-8)
    log_probability = distribution.log_prob(action)
    if kind is A2C:
        gained = (advantage * log_probability).mean()
    else:
        ratio = torch.exp(log_probability - old)
        gained = torch.min(advantage * ratio, advantage * torch.clamp(ratio, 1 - clip, 1 + clip)).mean()
    error = (value - target) ** 2
    if value_clip is not None:
        near = old_value + torch.clamp(value - old_value, -value_clip, value_clip)
        error = torch.max(error, (near - target) ** 2)
    loss = -gained + 0.5 * error.mean() - 0.01 * distribution.entropy().mean()
    return loss.item(), [one.numpy() for one in torch.autograd.grad(loss, (weight, bias, critic, shift))]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (PPO, {"normalize": True, "clip": 0.2}),
        (PPO, {"normalize": False, "clip": 0.05, "value_clip": 0.1}),
        (A2C, {"normalize": False}),
        (A2C, {"normalize": True}),
    ],
)
def test_the_loss_and_its_gradients_are_those_of_pytorch(kind, fields):
    one = learner(kind, **fields)
    variables = {
        "policy": one.policy.init(jax.random.key(0), Discrete(2)),
        "critic": one.critic.init(jax.random.key(1)),
    }
    given = Experience(*(jnp.asarray(part, jnp.int32 if i == 1 else jnp.float32) for i, part in enumerate(rows())))
    (loss, parts), gradients = jax.value_and_grad(one.loss, has_aux=True)(variables, given)
    expected = in_torch(variables, kind, fields["normalize"], fields.get("clip", 0.2), fields.get("value_clip"))
    assert float(loss) == pytest.approx(expected[0], rel=1e-5)
    found = [gradients["policy"]["model"]["weight"], gradients["policy"]["model"]["bias"]]
    found += [gradients["critic"]["weight"], gradients["critic"]["bias"]]
    for mine, theirs in zip(found, expected[1], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)
    if kind is PPO:
        assert float(parts["clipped"]) > 0


def test_distributions_against_scipy():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(5, 3))
    found, probabilities = Categorical(jnp.asarray(logits)), np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(found.entropy(), stats.entropy(probabilities, axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.log_probability(jnp.full(5, 2)), np.log(probabilities[:, 2]), rtol=1e-5)
    mean, log_std, action = rng.normal(size=(5, 2)), np.array([0.3, -0.4]), rng.normal(size=(5, 2))
    normal = Gaussian(jnp.asarray(mean), jnp.asarray(log_std))
    density = stats.norm(mean, np.exp(log_std))
    np.testing.assert_allclose(normal.log_probability(jnp.asarray(action)), density.logpdf(action).sum(1), rtol=1e-5)
    np.testing.assert_allclose(normal.entropy(), density.entropy().sum(1), rtol=1e-5)


def test_samples_have_the_probabilities_of_the_policy():
    logits = jnp.log(jnp.array([0.2, 0.5, 0.3]))
    policy = CategoricalPolicy(nn.Dense(1, 3))
    drawn = Categorical(logits).sample(policy.noise(jax.random.key(0), (20_000,), Discrete(3)))
    np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 20_000, [0.2, 0.5, 0.3], atol=0.015)
    space = Box((2,), (-1.0, -2.0), (1.0, 2.0))
    given = GaussianPolicy(nn.Dense(1, 2))
    drawn = Gaussian(jnp.ones(2), jnp.log(jnp.array([0.5, 4.0]))).sample(given.noise(jax.random.key(1), (9999,), space))
    np.testing.assert_allclose(np.std(drawn, axis=0), [0.5, 4.0], rtol=0.05)
    done = given.allowed(drawn, space)
    assert done.min(0).tolist() == [-1.0, -2.0] and done.max(0).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("shape", [(64, 4), (2, 64), (3, 3, 8, 16)])
def test_orthogonal_weights(shape):
    weight = np.asarray(Orthogonal(1.5)(jax.random.key(0), shape, 1, 1)).reshape(-1, shape[-1])
    product = weight @ weight.T if weight.shape[0] < weight.shape[1] else weight.T @ weight
    np.testing.assert_allclose(product, 1.5**2 * np.eye(len(product)), atol=1e-5)


def test_the_usual_networks_begin_with_equal_actions():
    environment = probes.ObservedActionReward()
    variables = mlp_policy(environment).init(jax.random.key(0), environment.actions)
    logits = mlp_policy(environment).distribution(variables, jnp.array([[1.0], [-1.0]])).logits
    assert np.abs(logits).max() < 0.05
    assert mlp_critic(environment, (8,)).init(jax.random.key(0))["layers"][0]["weight"].shape == (8, 1)
    assert float(LinearDecay(0.2, steps=10)(20)) == 0


def test_what_does_not_fit_is_refused():
    environment, optimizer = probes.ActionReward(), optim.SGD(0.1)
    start = lambda one: one.init(jax.random.key(0), None)  # noqa: E731
    with pytest.raises(Error, match=r"GaussianPolicy draws numbers: give a CategoricalPolicy"):
        start(Reinforce(environment, GaussianPolicy(nn.Dense(1, 1)), optimizer))
    with pytest.raises(Error, match=r"shape \(3,\); expected \(2,\), one an action"):
        start(Reinforce(environment, CategoricalPolicy(nn.Dense(1, 3)), optimizer))
    with pytest.raises(Error, match=r"does not take the 1 numbers of an observation"):
        start(Reinforce(environment, CategoricalPolicy(nn.Dense(4, 2)), optimizer))
    with pytest.raises(Error, match=r"critic's outputs have the shape \(2,\); expected \(1,\)"):
        start(A2C(environment, mlp_policy(environment), optimizer, nn.Dense(1, 2)))
    with pytest.raises(Error, match=r"has no time limit, and whole episodes are needed"):
        start(Reinforce(probes.ActionReward(time_limit=None), mlp_policy(environment), optimizer))
    with pytest.raises(Error, match=r"8 copies x 32 steps are no multiple of minibatches=7"):
        PPO(environment, mlp_policy(environment), optimizer, mlp_critic(environment), minibatches=7)
    with pytest.raises(Error, match=r"PPO\(epochs=0\); expected a whole number of at least 1"):
        PPO(environment, mlp_policy(environment), optimizer, mlp_critic(environment), epochs=0)
    assert math.isinf(Box((1,)).high)
