"""Backups on recorded episodes, against the pseudocode of Sutton and Barto in plain Python."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.tabular import MonteCarlo, NStep, Traces
from waza.rl.tabular.backups import Seen, Table

STATES, DISCOUNT, RATE = 5, 0.9, 0.1


def episodes(seed=0, count=8, truncated=False, revisits=True):
    """Episodes as lists of (state, reward), with the last state, and whether a time limit ended them."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        length = rng.integers(1, 9)
        path = rng.integers(STATES, size=length + 1) if revisits else rng.permutation(STATES)
        made.append((list(zip(path[:-1], rng.normal(size=len(path) - 1), strict=True)), path[-1], truncated))
    return made


def learned(backup, made, decay=0.0, rate=RATE):
    """The values after these episodes."""
    table, memory = Table(jnp.linspace(-1, 1, STATES), jnp.zeros(STATES)), backup.init(STATES)
    learn = jax.jit(lambda *given: backup.learn(*given, DISCOUNT, lambda n: rate / n**decay))
    for steps, last, truncated in made:
        for i, (state, reward) in enumerate(steps):
            final = i == len(steps) - 1
            follower = last if final else steps[i + 1][0]
            seen = Seen(
                jnp.int32(state),
                jnp.float32(reward),
                table.values[follower],
                jnp.bool_(final and not truncated),
                jnp.bool_(final),
                jnp.bool_(True),
            )
            table, memory = learn(table, memory, seen)
    return np.asarray(table.values)


def n_step(made, n):
    """Section 7.1: n-step TD."""
    v = np.linspace(-1, 1, STATES)
    for steps, last, truncated in made:
        states, rewards = [s for s, _ in steps] + [last], [r for _, r in steps]
        end = len(rewards)
        for t in range(end + n - 1):
            tau = t - n + 1
            if tau < 0:
                continue
            stop = min(tau + n, end)
            ret = sum(DISCOUNT ** (i - tau) * rewards[i] for i in range(tau, stop))
            if stop < end or truncated:
                ret += DISCOUNT ** (stop - tau) * v[states[stop]]
            v[states[tau]] += RATE * (ret - v[states[tau]])
    return v


def td_lambda(made, trace_decay, kind):
    """Section 12.2, with V updated at each step."""
    v = np.linspace(-1, 1, STATES)
    for steps, last, truncated in made:
        z = np.zeros(STATES)
        for i, (state, reward) in enumerate(steps):
            final = i == len(steps) - 1
            follows = 0 if final and not truncated else v[last if final else steps[i + 1][0]]
            z *= DISCOUNT * trace_decay
            z[state] = z[state] + 1 if kind == "accumulating" else 1
            v = v + RATE * (reward + DISCOUNT * follows - v[state]) * z
    return v


def returns_of(made, visits):
    """Section 5.1: the returns of each state, of its first or every visit in an episode."""
    found = [[] for _ in range(STATES)]
    for steps, _, _ in made:
        for i, (state, _) in enumerate(steps):
            if visits == "every" or state not in [s for s, _ in steps[:i]]:
                found[state].append(sum(DISCOUNT**k * reward for k, (_, reward) in enumerate(steps[i:])))
    return found


@pytest.mark.parametrize("n", [1, 2, 4, 20])
@pytest.mark.parametrize("truncated", [False, True])
def test_n_step_returns(n, truncated):
    """But for the last steps of a truncated episode, whose bootstraps are all made before the first of them learns."""
    made = episodes(truncated=truncated, revisits=not truncated)
    np.testing.assert_allclose(learned(NStep(n), made), n_step(made, n), atol=1e-5)


@pytest.mark.parametrize("kind", ["accumulating", "replacing"])
@pytest.mark.parametrize("trace_decay", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("truncated", [False, True])
def test_traces(trace_decay, kind, truncated):
    made = episodes(truncated=truncated)
    np.testing.assert_allclose(learned(Traces(trace_decay, kind), made), td_lambda(made, trace_decay, kind), atol=1e-5)


def test_without_decay_of_the_traces_td_is_monte_carlo_and_with_full_decay_it_is_one_step():
    made = episodes(revisits=False)
    np.testing.assert_allclose(learned(Traces(1.0), made), learned(MonteCarlo(), made), atol=1e-5)
    made = episodes()
    np.testing.assert_allclose(learned(Traces(0.0), made), learned(NStep(1), made), atol=1e-6)


@pytest.mark.parametrize("visits", ["first", "every"])
def test_monte_carlo_with_rate_1_over_n_is_the_mean_return(visits):
    made = episodes(count=20)
    means = [np.mean(found) for found in returns_of(made, visits)]
    np.testing.assert_allclose(learned(MonteCarlo(visits), made, decay=1.0, rate=1.0), means, atol=1e-5)


def test_a_return_that_a_time_limit_cut_off_is_completed_by_the_last_value():
    made = [([(0, 1.0), (1, 2.0)], 4, True)]
    values = learned(MonteCarlo(), made, decay=1.0, rate=1.0)
    assert values[0] == pytest.approx(1 + 0.9 * 2 + 0.81 * 1) and values[1] == pytest.approx(2 + 0.9 * 1)


def test_traces_are_cut_where_the_action_is_not_of_the_policy_that_is_learned():
    backup, table = Traces(1.0), Table(jnp.zeros(3), jnp.zeros(3))
    no, yes, nothing = jnp.bool_(False), jnp.bool_(True), jnp.float32(0)
    memory = backup.init(3)
    for entry, reward, follows in ((0, 0.0, yes), (1, 0.0, no), (2, 1.0, yes)):
        seen = Seen(jnp.int32(entry), jnp.float32(reward), nothing, no, no, follows)
        table, memory = backup.learn(table, memory, seen, 1.0, lambda n: 1.0)
    np.testing.assert_array_equal(table.values, [0, 1, 1])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NStep(0), "at least 1"),
        (lambda: Traces(1.5), r"trace_decay=1.5\); expected a number from 0 to 1"),
        (lambda: Traces(0.5, "dutch"), "expected 'accumulating' or 'replacing'"),
        (lambda: MonteCarlo("last"), "expected 'first' or 'every'"),
    ],
)
@pytest.mark.wrong_types
def test_settings_that_are_none(make, words):
    with pytest.raises(Error, match=words):
        make()
