"""FrozenLake, CliffWalking and Taxi: their tables are those of Gymnasium, and their steps follow their models."""

from functools import partial

import gymnasium
import jax
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.environments import CliffWalking, FrozenLake, Taxi, advance, begin, play
from waza.rl.environments.frozen_lake import LARGE
from waza.rl.tabular.model import checked

PAIRS = {
    "FrozenLake": (FrozenLake(), ("FrozenLake-v1", {})),
    "FrozenLake, not slippery": (FrozenLake(slippery=False), ("FrozenLake-v1", {"is_slippery": False})),
    "FrozenLake, 0.8": (FrozenLake(success=0.8), ("FrozenLake-v1", {"success_rate": 0.8})),
    "FrozenLake8x8": (FrozenLake(rows=LARGE, time_limit=200), ("FrozenLake8x8-v1", {})),
    "CliffWalking": (CliffWalking(time_limit=None), ("CliffWalking-v1", {})),
    "CliffWalking, slippery": (CliffWalking(slippery=True, time_limit=None), ("CliffWalkingSlippery-v1", {})),
    "Taxi": (Taxi(), ("Taxi-v4", {})),
    "Taxi, rainy": (Taxi(rainy=True), ("Taxi-v4", {"is_rainy": True})),
    "Taxi, rainy, 0.5": (Taxi(rainy=True, steady=0.5), ("Taxi-v4", {"is_rainy": True, "rainy_probability": 0.5})),
}
pairs = pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS)


@pairs
def test_the_tables_are_those_of_gymnasium(ours, theirs):
    peer = gymnasium.make(theirs[0], **theirs[1]).unwrapped
    model = checked(ours.model())
    states, actions = model.reward.shape
    assert (states, actions) == (peer.observation_space.n, peer.action_space.n)
    transition, reward = np.zeros_like(model.transition), np.zeros_like(model.reward)
    ending = np.zeros_like(reward)
    for state in range(states):
        for action in range(actions):
            for probability, following, gain, terminated in peer.P[state][action]:
                reward[state, action] += probability * gain
                if terminated:
                    ending[state, action] += probability
                else:
                    transition[state, action, following] += probability
    if isinstance(ours, CliffWalking):  # Gymnasium's table goes on from the goal, which no episode does
        transition[ours.goal], reward[ours.goal], ending[ours.goal] = 0, 0, 1
    np.testing.assert_allclose(model.transition, transition, atol=1e-12)
    np.testing.assert_allclose(model.reward, reward, atol=1e-12)
    np.testing.assert_allclose(model.ending, ending, atol=1e-12)
    np.testing.assert_allclose(model.start, peer.initial_state_distrib, atol=1e-15)


@pairs
def test_the_time_limit_is_that_of_gymnasium(ours, theirs):
    assert ours.time_limit == gymnasium.spec(theirs[0]).max_episode_steps


@pairs
def test_steps_follow_the_model(ours, theirs):
    """States met by random walks: the mean reward, and which states follow, against the model's probabilities."""
    model = ours.model()
    copies, steps = 256, 30
    move = jax.jit(jax.vmap(partial(advance, ours)))
    running = jax.vmap(partial(begin, ours))(jax.random.split(jax.random.key(0), copies))
    surprise, chance, ending, ended = [], [], [], []
    for step in range(steps):
        keys = jax.random.split(jax.random.key(step + 1), copies)
        actions = jax.random.randint(jax.random.key(100 + step), (copies,), 0, ours.actions.n)
        running, after = move(running, actions, keys)
        at = np.asarray(after.observation), np.asarray(after.action)
        surprise.append(after.reward - model.reward[at])
        chance.append(model.transition[(*at, np.asarray(after.next_observation))])
        ending.append(1 - model.transition[at].sum(-1))
        ended.append(after.terminated)
    surprise, chance, ending, ended = (np.concatenate(rows) for rows in (surprise, chance, ending, ended))
    assert (chance[~ended] > 0).all()
    count = len(surprise)
    assert np.mean(surprise) == pytest.approx(0, abs=5 * np.std(surprise) / np.sqrt(count) + 1e-5)
    assert np.sum(ended) == pytest.approx(np.sum(ending), abs=5 * np.sqrt(np.sum(ending * (1 - ending))) + 1e-6)


def test_the_best_policies_earn_what_gymnasium_says():
    """The optimal values of the first states, by value iteration, and by playing the greedy policy."""
    for ours, best, length in ((CliffWalking(), -13, 13), (FrozenLake(slippery=False), 1, 6)):
        model, values = ours.model(), np.zeros(ours.observations.n)
        for _ in range(200):
            gains = model.reward + 0.9999 * model.transition @ values
            values = gains.max(1)
        greedy = jax.numpy.asarray(gains.argmax(1))
        played = play(ours, lambda observation, key, greedy=greedy: greedy[observation], jax.random.key(0), 4)
        assert played.returns.tolist() == [best] * 4 and played.lengths.tolist() == [length] * 4


def test_a_lake_without_a_start_is_an_error():
    with pytest.raises(Error, match=r"FrozenLake: the map \('FG',\) has no cell to begin in: add 'S'"):
        FrozenLake(rows=("FG",))
    with pytest.raises(Error, match="'FF' has 2 cells"):
        FrozenLake(rows=("SFG", "FF"))
