"""Schedules against optax and PyTorch, alone and inside a learner."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from waza import data, models, nn, optim
from waza.core.errors import Error
from waza.core.recipe import at
from waza.learners import Supervised
from waza.study import vary

STEPS = np.arange(60)
CASES = {
    "step": (optim.StepDecay(0.1, 20, 0.5), optax.exponential_decay(0.1, 20, 0.5, staircase=True)),
    "exponential": (optim.ExponentialDecay(0.1, 20, 0.5), optax.exponential_decay(0.1, 20, 0.5)),
    "cosine": (optim.CosineDecay(0.1, 40, 0.01), optax.cosine_decay_schedule(0.1, 40, 0.1)),
    "warm-up": (
        optim.WarmUp(optim.CosineDecay(0.1, 40), 5),
        optax.join_schedules([optax.linear_schedule(0.02, 0.1, 4), optax.cosine_decay_schedule(0.1, 40)], [5]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rates_are_optaxs(name):
    ours, theirs = CASES[name]
    np.testing.assert_allclose(
        [float(ours(step)) for step in STEPS], [float(theirs(step)) for step in STEPS], rtol=1e-5, atol=1e-8
    )


@pytest.mark.parametrize("kind", ["StepLR", "ExponentialLR", "CosineAnnealingLR"])
def test_the_rates_are_pytorchs(kind):
    torch = pytest.importorskip("torch")
    ours, settings = {
        "StepLR": (optim.StepDecay(0.1, 20, 0.5), (20, 0.5)),
        "ExponentialLR": (optim.ExponentialDecay(0.1, 1, 0.9), (0.9,)),
        "CosineAnnealingLR": (optim.CosineDecay(0.1, 60, 0.01), (60, 0.01)),
    }[kind]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule, theirs = getattr(torch.optim.lr_scheduler, kind)(optimizer, *settings), []
    for _ in STEPS:
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    np.testing.assert_allclose([float(ours(step)) for step in STEPS], theirs, rtol=1e-4, atol=1e-7)


def test_a_learner_follows_its_schedules_wherever_they_stand():
    rows = data.Split(jnp.eye(4, dtype=jnp.float32), jnp.arange(4))
    few, key = data.Dataset("few", rows, rows), jax.random.key(0)
    model = models.MLP((4, 4))
    base = Supervised(model, optim.SGD(0.1), batch_size=4, probes=False)
    scheduled = vary(
        base, optimizer={"learning_rate": optim.StepDecay(0.1, 2, 0.5)}, penalty=nn.L2(optim.WarmUp(0.2, 4))
    )
    state = other = base.init(key, few)
    for step in range(5):
        batch = base.batch(few, jax.random.fold_in(key, step), step)
        state, _ = scheduled.update(state, batch, key)
        rate = 0.1 * 0.5 ** (step // 2)
        plain = vary(base, optimizer={"learning_rate": rate}, penalty=nn.L2(0.2 * min((step + 1) / 4, 1)))
        other, _ = plain.update(other, batch, key)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), state, other)
    assert int(state.step) == 5
    assert at(base, 3) == base


@pytest.mark.parametrize("kind", [optim.CosineDecay, optim.StepDecay, optim.ExponentialDecay])
@pytest.mark.parametrize("steps", [0, -5])
def test_a_schedule_of_no_steps_is_refused(kind, steps):
    with pytest.raises(Error, match=rf"{kind.__name__}\((steps|every)={steps:g}\); expected a number of steps above 0"):
        kind(0.1, steps)


def test_no_warm_up_is_the_rate_itself():
    assert [float(optim.WarmUp(0.5, 0)(step)) for step in (0, 3)] == [0.5, 0.5]
    with pytest.raises(Error, match=r"WarmUp\(steps=-1\)"):
        optim.WarmUp(0.5, -1)
