"""The rates that chapters call an optimiser's best are the best of a sweep, with seeds that the chapters do not use."""

import numpy as np
import pytest

from waza import optim
from waza.curriculum.day2a_training import adam_parts, step_sizes, valley
from waza.curriculum.day2a_training.descents import end_of, line
from waza.learners import Descent
from waza.study import Study, geometric, rate_name, run, vary

OPTIMIZERS = {
    "SGD": optim.SGD(),
    "momentum": optim.Momentum(),
    "AdaGrad": optim.AdaGrad(),
    "RMSProp": optim.RMSProp(),
    "Adam": optim.Adam(),
}


def swept(name, rates, steps, every, **settings):
    """The optimiser at all rates, 20 seeds."""
    optimizer = OPTIMIZERS[name]
    variants = {
        rate_name(name, rate): Descent(optimizer=vary(optimizer, learning_rate=rate), **settings) for rate in rates
    }
    return run(
        Study(
            name="sweep",
            data=None,
            variants=variants,
            measure="value",
            seeds=20,
            block=20,
            steps=steps,
            evaluate_every=every,
        )
    )


@pytest.mark.parametrize("name", adam_parts.BEST)
def test_in_the_noisy_valley_each_stands_lowest_at_its_rate(name):
    rates = geometric(1e-3, 1.0, 13)
    results = swept(name, rates, 300, 10, **adam_parts.VALLEY)
    late = results["value"].where(results["step"] >= adam_parts.LATE[0], drop=True).mean("step", skipna=False)
    height = np.log10(late).mean("seed", skipna=False).fillna(np.inf)
    assert rates[int(height.argmin("variant"))] == adam_parts.BEST[name].learning_rate


@pytest.mark.parametrize(
    ("name", "rates", "best"),
    [("SGD", geometric(0.1, 1.78, 6), "SGD 1.78"), ("AdaGrad", geometric(0.1, 10.0, 9), "AdaGrad 3.16")],
)
def test_each_is_soonest_past_the_saddle_at_its_rate(name, rates, best):
    optimizers = [vary(OPTIMIZERS[name], learning_rate=rate) for rate in rates]
    steps = [step_sizes.steps_in_all(optimizer, step_sizes.AFAR).mean() for optimizer in optimizers]
    assert rates[int(np.argmin(steps))] == step_sizes.SADDLE_OPTIMIZERS[best].learning_rate


@pytest.mark.parametrize(
    ("name", "rates", "best", "steps"),
    [
        ("SGD", (0.15, 0.18, 0.19, 2 / 10.1, 0.2), valley.SGD_BEST, 600),
        ("AdaGrad", geometric(0.1, 10.0, 9), valley.ADAGRAD_BEST, 200),
    ],
)
def test_along_the_valley_no_rate_comes_nearer_than_the_best(name, rates, best, steps):
    starts = line(1.0, 2.0, 20, other=1.5)
    distances = []
    for rate in rates:
        ends = end_of(valley.VALLEY, vary(OPTIMIZERS[name], learning_rate=rate), starts, steps)
        distances.append(np.log10(np.hypot(*ends.T).clip(min=valley.FLOOR)).mean())
    at = rates.index(min(rates, key=lambda rate: abs(rate - valley.OPTIMIZERS[best].learning_rate)))
    assert distances[at] == min(distances)


def test_polyaks_momentum_shrinks_by_its_closed_form():
    best = valley.OPTIMIZERS[valley.MOMENTUM_BEST]
    for curvature in (valley.GENTLE, valley.STEEP):
        step = np.array([[1 + best.momentum - best.learning_rate * curvature, -best.momentum], [1, 0]])
        assert max(abs(np.linalg.eigvals(step))) == pytest.approx((10 - 1) / (10 + 1), rel=1e-6)
