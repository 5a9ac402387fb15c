"""What the bandit chapters compute: against enumeration of all outcomes, and the best epsilon with its interval."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import xarray as xr

from waza.curriculum.day4b_reinforcement import exploration, greedy_choice
from waza.curriculum.day4b_reinforcement.two_arms import expected_regret, finds_better, worse_pulled

RATES = (Fraction(3, 5), Fraction(1, 4))


def enumerated(epsilon, pulls, initial, weight):
    """The probability of the worse arm at each pull, by recursion over all choices and rewards with fractions."""
    found = [Fraction(0)] * pulls

    def value(count, total):
        return (weight * initial + total) / (weight + count) if weight + count else initial

    def go(at, chance, counts, totals):
        if at == pulls:
            return
        one, other = (value(counts[arm], totals[arm]) for arm in (0, 1))
        greedy = Fraction(1, 2) if one == other else Fraction(one > other)
        first = epsilon / 2 + (1 - epsilon) * greedy
        for arm, chosen in ((0, first), (1, 1 - first)):
            found[at] += chance * chosen * (arm == 1)
            for reward, happens in ((1, RATES[arm]), (0, 1 - RATES[arm])):
                if chosen:
                    after = [count + (i == arm) for i, count in enumerate(counts)]
                    sums = [total + reward * (i == arm) for i, total in enumerate(totals)]
                    go(at + 1, chance * chosen * happens, after, sums)

    go(0, Fraction(1), (0, 0), (0, 0))
    return np.array(found, float)


@pytest.mark.parametrize("epsilon", [Fraction(0), Fraction(1, 3), Fraction(1)])
@pytest.mark.parametrize("initial,weight", [(Fraction(0), 0), (Fraction(1), 2), (Fraction(1, 2), 0)])
def test_the_sum_over_counts_is_that_over_all_outcomes(epsilon, initial, weight):
    rates = tuple(map(float, RATES))
    found = worse_pulled(rates, [float(epsilon)], 5, float(initial), weight)[0]
    np.testing.assert_allclose(found, enumerated(epsilon, 5, initial, weight), rtol=1e-12)


def test_greedy_choice_keeps_the_first_arm_that_is_answered():
    """From an estimate of 0: the first answer comes from an arm in proportion to its rate, and ends all changes."""
    assert worse_pulled((0.6, 0.3), [0.0], 60)[0, -1] == pytest.approx(0.3 / 0.9, abs=1e-6)


@pytest.mark.parametrize("tries", [1, 2, 3])
def test_finding_back_is_that_over_all_outcomes(tries):
    rates, pulls, waiting, all_of_them = (0.6, 0.3), 5, 0.0, 0.0
    for before in itertools.product((0, 1), repeat=2 * tries):
        chance = np.prod([(r if x else 1 - r) for x, r in zip(before, np.repeat(rates, tries), strict=True)])
        mine, other = sum(before[:tries]), sum(before[tries:])
        if mine >= other:
            continue
        all_of_them += chance
        for later in itertools.product((0, 1), repeat=pulls):
            stays, total = chance, other
            for at, answer in enumerate(later):
                ahead = Fraction(mine, tries) - Fraction(total, tries + at)
                stays *= 0 if ahead > 0 else 0.5 if ahead == 0 else 1
                stays *= rates[1] if answer else 1 - rates[1]
                total += answer
            waiting += stays
    assert finds_better(rates, tries, pulls)[-1] == pytest.approx(1 - waiting / all_of_them)


def test_an_arm_without_an_answer_is_never_found_and_random_choice_learns_nothing():
    assert finds_better((0.9, 0.1), 0, 200)[-1] == finds_better((0.9, 0.1), 1, 200)[-1] == 0
    assert exploration.last_to_first() == pytest.approx(1)
    np.testing.assert_allclose(expected_regret((0.2, 0.1), (1.0,), 20)[0], 0.05 * np.arange(1, 21))


def results_of(regret):
    """Made-up results: the regret (epsilon, seed) at 1,000 and 10,000 mails, after no pull and 100 as well."""
    names = list(exploration.INSIDE)
    values = np.zeros((len(names), regret.shape[-1], 4))
    values[:, :, 2:] = np.moveaxis(regret, 0, -1)
    axes = {"variant": names, "seed": range(regret.shape[-1]), "step": [0, 1, 10, 100]}
    return xr.Dataset({"regret": (tuple(axes), values)}, axes)


def test_the_best_epsilon_is_found_with_its_standard_error():
    rng, log = np.random.default_rng(0), np.log10(exploration.GRID)
    best = np.array([-0.8, -1.1])
    curve = 50 + 20 * (log - best[:, None]) ** 2
    exact = results_of(np.repeat(curve[..., None], 3, axis=2))
    np.testing.assert_allclose(exploration.shift(exact), 0.3, atol=1e-6)
    assert exploration.best_epsilon(1000)(exact) == pytest.approx(10**-0.8)
    means, errors = [], []
    for _ in range(40):
        shifts = exploration.shift(results_of(curve[..., None] + 10 * rng.normal(size=(2, len(log), 200)))).values
        means.append(shifts.mean())
        errors.append(shifts.std(ddof=1) / np.sqrt(200))
    assert np.mean(means) == pytest.approx(0.3, abs=0.05)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.35)


def test_a_seed_that_switches_was_on_another_arm_at_first():
    share = np.array([[[0.0, 0.2, 0.9], [0.0, 0.2, 0.1], [0.0, 0.8, 0.9], [0.0, 0.5, 0.2]]])
    axes = {"variant": ["greedy"], "seed": range(4), "step": [0, 1, 2]}
    results = xr.Dataset({"batch_best_arm": (tuple(axes), share)}, axes)
    assert greedy_choice.switches(results) == pytest.approx(100 / 3)
