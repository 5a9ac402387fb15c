"""Every wrapper around every optimiser, FromOptax included; masks and schedules; against optax and closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from waza import nn, optim
from waza.core.errors import Error
from waza.core.recipe import at
from waza.engine.describe import describe

RNG = np.random.default_rng(3)
W = {
    "hidden": [{"weight": jnp.asarray(RNG.normal(size=(2, 3)), jnp.float32), "bias": jnp.ones(3)}],
    "output": {"weight": jnp.asarray(RNG.normal(size=(3, 2)), jnp.float32), "mean": None},
}
G = jax.tree.map(lambda w: 2 * w + 0.1, W)
RATE, DECAY, LIMIT = 0.1, 0.3, 0.5


def unrated(momentum):
    """A transformation with no setting called learning_rate."""
    return optax.chain(optax.trace(momentum), optax.scale(-RATE))


def output_only(path, parameter):
    return path.startswith("output.")


OPTIMIZERS = {
    "sgd": optim.SGD(RATE),
    "momentum": optim.Momentum(RATE),
    "nesterov": optim.Nesterov(RATE),
    "adagrad": optim.AdaGrad(RATE),
    "rmsprop": optim.RMSProp(RATE),
    "adam": optim.Adam(RATE),
    "optax": optim.FromOptax(optax.adam, {"learning_rate": RATE}),
    "optax, no rate": optim.FromOptax(unrated, {"momentum": 0.9}),
}


def decay(optimizer, **settings):
    return optim.WeightDecay(optimizer, DECAY, rate=None if _has_rate(optimizer) else RATE, **settings)


def proximal(optimizer, **settings):
    return optim.ProximalL1(optimizer, DECAY, rate=None if _has_rate(optimizer) else RATE, **settings)


def clip(optimizer):
    return optim.ClipByNorm(optimizer, LIMIT)


def _has_rate(optimizer):
    return getattr(optimizer, "learning_rate", None) is not None


def clipped(gradients):
    norm = np.sqrt(sum(np.sum(np.square(leaf)) for leaf in jax.tree.leaves(gradients)))
    return jax.tree.map(lambda leaf: leaf * min(1, LIMIT / norm), gradients)


def decayed(update, w):
    return jax.tree.map(lambda u, p: u - RATE * DECAY * p if p.ndim >= 2 else u, update, w)


def shrunk(update, w):
    def one(u, p):
        z = p + u
        return np.where(np.abs(z) > RATE * DECAY, z - np.sign(z) * RATE * DECAY, 0) - p if p.ndim >= 2 else u

    return jax.tree.map(one, update, w)


def same(gradients):
    return gradients


WRAPPERS = {  # the wrapper, what it does to the gradients, and what it does to the inner update
    "decay": (decay, same, decayed),
    "proximal": (proximal, same, shrunk),
    "clip": (clip, clipped, lambda update, w: update),
    "decay of clip": (lambda one: decay(clip(one)), clipped, decayed),
    "clip of decay": (lambda one: clip(decay(one)), clipped, decayed),
    "proximal of decay of clip": (
        lambda one: optim.ProximalL1(decay(clip(one)), DECAY, rate=RATE),
        clipped,
        lambda update, w: shrunk(decayed(update, w), w),
    ),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_every_wrapper_takes_every_optimizer(wrapper):
    wrap, before, after = WRAPPERS[wrapper]
    wrapped = {name: wrap(inner) for name, inner in OPTIMIZERS.items()}

    @jax.jit
    def two_steps(gradients, w):
        def steps(optimizer):
            first, state = optimizer.update(gradients, optimizer.init(w), w)
            return first, optimizer.update(gradients, state, optim.add(w, first))[0]

        return {name: steps(optimizer) for name, optimizer in wrapped.items()}

    ours = two_steps(G, W)
    for name, inner in OPTIMIZERS.items():
        update, state = inner.update(before(G), inner.init(W), W)
        first = after(update, W)
        second = after(inner.update(before(G), state, W)[0], optim.add(W, first))
        for one, wanted in zip(ours[name], (first, second), strict=True):
            jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), one, wanted)


def follow(optimizer, gradients, w, steps=4):
    state = optimizer.init(w)
    for _ in range(steps):
        updates, state = optimizer.update(gradients, state, w)
        w = jax.tree.map(jnp.add, w, updates)
    return w


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            optim.WeightDecay(optim.FromOptax(optax.adam, {"learning_rate": RATE}), DECAY, mask=output_only),
            optax.adamw(RATE, weight_decay=DECAY, mask={"hidden": False, "output": True}),
        ),
        (
            optim.WeightDecay(optim.SGD(RATE), DECAY, mask=optim.everything),
            optax.chain(optax.add_decayed_weights(DECAY), optax.sgd(RATE)),
        ),
        (
            optim.WeightDecay(optim.Momentum(RATE), DECAY, mask=output_only, rate=1.0),
            optax.chain(
                optax.sgd(RATE, 0.9), optax.add_decayed_weights(-DECAY, mask={"hidden": False, "output": True})
            ),
        ),
        (
            optim.ClipByNorm(optim.WeightDecay(optim.Adam(RATE), DECAY), LIMIT),
            optax.chain(
                optax.clip_by_global_norm(LIMIT),
                optax.adamw(RATE, weight_decay=DECAY, mask=lambda tree: jax.tree.map(lambda p: p.ndim > 1, tree)),
            ),
        ),
    ],
    ids=["adamw", "all parameters", "own rate", "clipped adamw"],
)
def test_the_path_is_optaxs(ours, theirs):
    w = jax.tree.map(lambda p: p, {"hidden": W["hidden"][0], "output": {"weight": W["output"]["weight"]}})
    g = jax.tree.map(lambda p: 2 * p + 0.1, w)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6), follow(ours, g, w), follow(theirs, g, w)
    )


def test_numbers_of_wrappers_and_of_optax_follow_schedules():
    warm, halved = optim.WarmUp(RATE, 4), optim.StepDecay(DECAY, 2, 0.5)
    scheduled = optim.ClipByNorm(
        optim.WeightDecay(optim.FromOptax(optax.sgd, {"learning_rate": warm}), halved), optim.CosineDecay(1.0, 10, 0.1)
    )
    for step in range(4):
        now = at(scheduled, step)
        rate, share, limit = (
            RATE * (step + 1) / 4,
            DECAY * 0.5 ** (step // 2),
            float(optim.CosineDecay(1.0, 10, 0.1)(step)),
        )
        plain = optim.ClipByNorm(optim.WeightDecay(optim.SGD(rate), share), limit)
        ours, wanted = (one.update(G, one.init(W), W)[0] for one in (now, plain))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), ours, wanted)


@pytest.mark.parametrize("wrap", [optim.WeightDecay, optim.ProximalL1])
def test_without_a_rate_there_is_one_line(wrap):
    inner = optim.FromOptax(unrated, {"momentum": 0.9})
    message = (
        rf"{wrap.__name__} multiplies by the learning rate, but its \w+ has none: give {wrap.__name__}\(\.\.\., rate"
    )
    for one in (inner, optim.ClipByNorm(inner), optim.FromOptax(optax.sgd, {"learning_rate": lambda step: RATE})):
        with pytest.raises(Error, match=message) as raised:
            wrap(one)
        assert "\n" not in str(raised.value)


@pytest.mark.wrong_types
def test_a_mask_is_a_function():
    for make in (
        lambda: optim.WeightDecay(optim.SGD(), mask={"hidden": True}).update(G, (), W),
        lambda: nn.L2(0.1, {})(W),
    ):
        with pytest.raises(Error, match=r"mask is .*; expected a function"):
            make()


def test_masks_choose_what_is_penalised():
    output, hidden = W["output"]["weight"], W["hidden"][0]["weight"]
    np.testing.assert_allclose(nn.L2(0.2, output_only)(W), 0.1 * jnp.sum(output**2), rtol=1e-6)
    np.testing.assert_allclose(nn.L1(0.2, optim.everything)({"bias": jnp.ones(3)}), 0.6, rtol=1e-6)
    both = nn.Penalties((nn.L1(0.2), nn.L2(0.1, output_only)))
    wanted = 0.2 * (jnp.abs(output).sum() + jnp.abs(hidden).sum()) + 0.05 * jnp.sum(output**2)
    np.testing.assert_allclose(both(W), wanted, rtol=1e-6)


def test_the_defaults_leave_descriptions_as_they_were():
    assert describe(optim.WeightDecay(optim.SGD(0.1), 0.2))["fields"] == {
        "optimizer": {"class": "optim.SGD", "fields": {"learning_rate": 0.1}},
        "decay": 0.2,
    }
    assert set(describe(optim.ProximalL1(optim.SGD(0.1)))["fields"]) == {"optimizer", "strength"}
    assert set(describe(nn.L2())["fields"]) == set(describe(nn.L1())["fields"]) == {"strength"}
    told = describe(optim.WeightDecay(optim.SGD(0.1), mask=optim.everything, rate=1))["fields"]
    assert told["mask"] == {"function": "optim.everything"} and told["rate"] == 1.0
