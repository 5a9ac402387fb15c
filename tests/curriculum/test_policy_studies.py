"""What the studies of policies compute exactly, against closed forms and other algorithms."""

import numpy as np
import pytest
import scipy.optimize

from waza.curriculum.day4b_reinforcement import corridor, exact_gradients, fatigue, policy_function, policy_gradient
from waza.rl import tabular
from waza.rl.policies.exact import softmax_policy


def test_the_value_of_the_corridor():
    model = tabular.checked(corridor.Corridor().model())
    for right in (0.1, 0.5, corridor.BEST, 0.9):
        exact = tabular.state_values(model, [[1 - right, right]] * 3, 1.0)[0]
        assert corridor.value(right) == pytest.approx(exact)
        assert corridor.limited_return(right) == pytest.approx(exact, abs=1e-3)
    best = scipy.optimize.minimize_scalar(lambda p: -corridor.value(p), bounds=(0.01, 0.99), method="bounded")
    assert best.x == pytest.approx(corridor.BEST, abs=1e-4)
    assert corridor.limited_return(0.0) == corridor.limited_return(1.0) == -1000
    assert policy_function.gained_by_chance() == pytest.approx(1000 - 11.66, abs=0.01)


def test_the_slope_of_the_corridor():
    for logit in (-2.0, 0.3, 1.5):
        slope = (exact_gradients.corridor_value(logit + 1e-6) - exact_gradients.corridor_value(logit - 1e-6)) / 2e-6
        assert exact_gradients.corridor_gradient(logit) == pytest.approx(slope, rel=1e-5)


def test_all_policies_are_at_best_as_good_as_those_of_policy_iteration():
    for model in policy_function.random_models()[:10]:
        optimum = tabular.policy_iteration(model, policy_function.DISCOUNT)
        assert policy_function.best_of_all(model) == pytest.approx(float(model.start @ optimum.state_values))
        assert policy_function.best_deterministic(model) == pytest.approx(policy_function.best_of_all(model))


def test_the_two_objectives_agree_from_five_sixths_on():
    """Waiting is worth 0.3 g 100 / (1 + 0.3 g) a month, a mail 20: equal for g = 5/6."""
    assert fatigue.agreement() == pytest.approx(5 / 6, abs=1e-5)
    assert fatigue.gain(fatigue.average_optimum()) == pytest.approx(100 / (1 + 1 / 0.3))
    assert fatigue.gain(tabular.deterministic([fatigue.MAIL, fatigue.MAIL], 2)) == pytest.approx(20)
    assert policy_gradient.lost_gain() == pytest.approx(1 - 0.2 * (1 + 1 / 0.3))


def test_a_table_improves_by_steps_of_any_size_and_a_shared_logit_does_not():
    logits = exact_gradients.mailing_starts()[:100]
    for rate in (1e-3, 1.0, 1e3):
        assert min(exact_gradients.mailing_rise(one, rate) for one in logits) > -1e-9
    assert exact_gradients.corridor_rise(0.0, 1e-3) > 0 > exact_gradients.corridor_rise(0.0, 3.0)


def test_the_estimates_have_the_mean_of_the_exact_slope():
    def value(logits):
        return tabular.episode_return(fatigue.model(), softmax_policy(logits), fatigue.MONTHS, exact_gradients.DISCOUNT)

    slope = np.zeros((2, 2))
    for at in np.ndindex(2, 2):
        shift = np.zeros((2, 2))
        shift[at] = 1e-5
        slope[at] = (value(shift) - value(-shift)) / 2e-5
    for found in exact_gradients.estimates().values():
        np.testing.assert_allclose(found.mean.reshape(2, 2).T, slope, rtol=1e-4)
    assert policy_gradient.bias() < 1e-5
    ratios = [exact_gradients.variance_ratio(name, "whole") for name in ("to_go", "by_state", "by_time")]
    assert 1 > ratios[0] > ratios[1] > ratios[2] > 0
