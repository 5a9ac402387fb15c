"""Penalties, decay and the proximal step: against PyTorch, closed forms, and one another."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import data, models, nn, optim
from waza.learners import Supervised

RNG = np.random.default_rng(5)
ROWS = data.Split(jnp.asarray(RNG.normal(size=(40, 6)), jnp.float32), jnp.asarray(RNG.integers(0, 3, 40), jnp.int32))
FEW = data.Dataset("few", ROWS, ROWS)


def trained(optimizer, penalty=None, steps=50, norm=None):
    learner = Supervised(
        models.MLP((6, 8, 3), nn.tanh, nn.Xavier(), norm=norm), optimizer, penalty=penalty, batch_size=10, probes=False
    )
    key = jax.random.key(0)
    state = learner.init(key, FEW)
    update = jax.jit(learner.update)
    for step in range(steps):
        state, _ = update(state, learner.batch(FEW, jax.random.fold_in(key, step), step), key)
    return state.variables


def assert_equal_trees(a, b, **tolerance):
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, **tolerance), a, b)


@pytest.mark.parametrize("norm", [None, nn.BatchNorm()])
def test_under_sgd_the_l2_penalty_is_weight_decay(norm):
    penalised = trained(optim.SGD(0.1), nn.L2(0.05), norm=norm)
    decayed = trained(optim.WeightDecay(optim.SGD(0.1), 0.05), norm=norm)
    assert_equal_trees(penalised, decayed, rtol=1e-4, atol=1e-5)


def test_under_adam_it_is_not():
    penalised = trained(optim.Adam(0.01), nn.L2(0.05))
    decayed = trained(optim.WeightDecay(optim.Adam(0.01), 0.05))
    assert np.abs(penalised["output"]["weight"] - decayed["output"]["weight"]).max() > 0.01


@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_the_gradient_is_pytorchs(kind):
    torch = pytest.importorskip("torch")
    w = RNG.normal(size=(4, 3)).astype(np.float32)
    theirs = torch.tensor(w, requires_grad=True)
    (0.3 * theirs.abs().sum() if kind == "l1" else 0.3 * (theirs**2).sum() / 2).backward()
    ours = jax.grad(nn.L1(0.3) if kind == "l1" else nn.L2(0.3))({"w": jnp.asarray(w), "b": jnp.ones(3)})
    np.testing.assert_allclose(ours["w"], theirs.grad.numpy(), rtol=1e-6)
    assert not np.any(ours["b"])


def test_the_proximal_step_gives_exact_zeros_and_the_subgradient_none():
    proximal = trained(optim.ProximalL1(optim.SGD(0.1), 0.05), steps=200)
    subgradient = trained(optim.SGD(0.1), nn.L1(0.05), steps=200)
    zeros = [np.mean(np.asarray(v["hidden"][0]["dense"]["weight"]) == 0) for v in (proximal, subgradient)]
    assert zeros[0] > 0.3
    assert zeros[1] == 0


def test_the_proximal_step_minimises_what_it_says():
    """On 1/2 (w - a)^2 + s |w| the fixed point is the soft threshold of a."""
    a, optimizer = jnp.array([[2.0, -0.3, 0.1, -1.0]]), optim.ProximalL1(optim.SGD(0.5), 0.4)
    w = jnp.zeros_like(a)
    for _ in range(60):
        w = w + optimizer.update(w - a, (), w)[0]
    np.testing.assert_allclose(w, [[1.6, 0.0, 0.0, -0.6]], atol=1e-6)


def test_biases_and_normalisations_are_left_alone():
    still = optim.WeightDecay(optim.SGD(0.1), 1.0)
    parameters = {"weight": jnp.ones((2, 2)), "bias": jnp.ones(2), "mean": None}
    zero = {"weight": jnp.zeros((2, 2)), "bias": jnp.zeros(2), "mean": None}
    updates, _ = still.update(zero, still.init(parameters), parameters)
    np.testing.assert_allclose(updates["weight"], -0.1)
    np.testing.assert_allclose(updates["bias"], 0.0)


def test_the_elastic_net_is_the_sum():
    tree = {"w": jnp.asarray(RNG.normal(size=(4, 3)), jnp.float32)}
    both = nn.Penalties((nn.L1(0.2), nn.L2(0.1)))
    np.testing.assert_allclose(both(tree), nn.L1(0.2)(tree) + nn.L2(0.1)(tree), rtol=1e-6)
