"""Every optimiser against optax and PyTorch, over 100 steps of one noisy problem."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from waza import optim

torch = pytest.importorskip("torch")

STEPS = 100
RNG = np.random.default_rng(7)
START = RNG.normal(size=(4, 3)).astype(np.float32)
CURVATURE = RNG.uniform(0.1, 3.0, size=(4, 3)).astype(np.float32)
NOISE = RNG.normal(scale=0.3, size=(STEPS, 4, 3)).astype(np.float32)

CASES = {
    "sgd": (optim.SGD(0.1), optax.sgd(0.1), lambda p: torch.optim.SGD(p, 0.1)),
    "momentum": (optim.Momentum(0.05, 0.9), optax.sgd(0.05, 0.9), lambda p: torch.optim.SGD(p, 0.05, 0.9)),
    "nesterov": (
        optim.Nesterov(0.05, 0.9),
        optax.sgd(0.05, 0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, 0.05, 0.9, nesterov=True),
    ),
    "sgd_weight_decay": (
        optim.WeightDecay(optim.SGD(0.1), 0.2),
        optax.chain(optax.add_decayed_weights(0.2), optax.sgd(0.1)),
        lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.2),
    ),
    "adamw": (
        optim.WeightDecay(optim.Adam(0.02), 0.1),
        optax.adamw(0.02, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, 0.02, weight_decay=0.1),
    ),
    "adagrad": (
        optim.AdaGrad(0.1, 1e-7),
        None,  # optax puts epsilon under the root
        lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-7),
    ),
    "rmsprop": (
        optim.RMSProp(0.01, 0.99, 1e-7),
        optax.rmsprop(0.01, 0.99, 1e-7, eps_in_sqrt=False),
        lambda p: torch.optim.RMSprop(p, 0.01, 0.99, 1e-7),
    ),
    "adam": (
        optim.Adam(0.02, 0.9, 0.999, 1e-8),
        optax.adam(0.02, 0.9, 0.999, 1e-8),
        lambda p: torch.optim.Adam(p, 0.02, (0.9, 0.999), 1e-8),
    ),
    "from_optax": (
        optim.FromOptax(optax.adamw, {"learning_rate": 0.02, "weight_decay": 0.1}),
        optax.adamw(0.02, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, 0.02, weight_decay=0.1),
    ),
}


def descend(optimizer):
    w, state = jnp.asarray(START), optimizer.init(jnp.asarray(START))
    path = []
    for noise in NOISE:
        updates, state = optimizer.update(CURVATURE * w + noise, state, w)
        w = w + updates
        path.append(w)
    return np.stack(path)


@pytest.mark.parametrize("name", CASES)
def test_the_path_is_pytorchs(name):
    ours, _, theirs = CASES[name]
    w = torch.nn.Parameter(torch.tensor(START))
    optimizer = theirs([w])
    path = []
    for noise in NOISE:
        w.grad = torch.tensor(CURVATURE) * w.detach() + torch.tensor(noise)
        optimizer.step()
        path.append(w.detach().numpy().copy())
    np.testing.assert_allclose(descend(ours), np.stack(path), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[1] is not None])
def test_the_path_is_optaxs(name):
    ours, theirs, _ = CASES[name]
    np.testing.assert_allclose(descend(ours), descend(theirs), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", CASES)
def test_a_stacked_float32_number_does_not_promote_bfloat16(name):
    optimizer = jax.tree.map(lambda x: jnp.float32(x) if isinstance(x, float) else x, CASES[name][0])
    if name == "from_optax":
        pytest.skip("optax's own arithmetic")
    w = jnp.ones(3, jnp.bfloat16)
    updates, state = optimizer.update(w, optimizer.init(w), w)
    updates, _ = optimizer.update(w, state, w)
    assert updates.dtype == jnp.bfloat16
