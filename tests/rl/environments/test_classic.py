"""CartPole, MountainCar and Acrobot: step for step as Gymnasium's, over random actions from the same states."""

from functools import partial

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.rl.environments import Acrobot, CartPole, MountainCar, advance, begin

PAIRS = {"CartPole-v1": CartPole(), "MountainCar-v0": MountainCar(), "Acrobot-v1": Acrobot()}
pairs = pytest.mark.parametrize("name", PAIRS)


BOUNDS = {  # of the states that steps are compared from; ends and speed limits lie within
    "CartPole-v1": (2.6, 4.0, 0.25, 4.0),
    "MountainCar-v0": (1.2, 0.07),
    "Acrobot-v1": (np.pi, np.pi, 4 * np.pi, 9 * np.pi),
}


@pairs
def test_each_step_is_that_of_gymnasium(name):
    ours, theirs = PAIRS[name], gymnasium.make(name).unwrapped
    random, bounds = np.random.default_rng(1), np.array(BOUNDS[name])
    states = random.uniform(-bounds, bounds, (1500, len(bounds))).astype(np.float32)
    if name == "MountainCar-v0":
        states[:, 0] = states[:, 0] * 0.75 - 0.3
    actions = random.integers(ours.actions.n, size=len(states))
    step = jax.vmap(lambda state, action: ours.step(state, action, jax.random.key(0)))
    after = step(jnp.asarray(states), jnp.asarray(actions))
    seen = jax.vmap(ours.observe)(after.state)
    ends, tolerance = 0, 1e-3 if name == "Acrobot-v1" else 2e-6  # float32; an acrobot at 9 pi rad/s enlarges rounding
    for row, (state, action) in enumerate(zip(states, actions, strict=True)):
        theirs.reset()
        theirs.state = np.asarray(state, np.float64)
        peers, reward, terminated, _, _ = theirs.step(int(action))
        np.testing.assert_allclose(seen[row], peers, rtol=tolerance, atol=tolerance)
        assert (after.reward[row], after.terminated[row]) == (reward, terminated)
        ends += terminated
    assert 20 < ends < 1300


@pairs
def test_a_whole_episode_is_that_of_gymnasium(name):
    """Rewards, length, and whether it was terminated or truncated, from the same first state with the same actions."""
    ours, theirs = PAIRS[name], gymnasium.make(name)
    move = jax.jit(partial(advance, ours))
    random = np.random.default_rng(2)
    for _ in range(3):
        theirs.reset(seed=int(random.integers(100)))
        running = begin(ours, jax.random.key(0))._replace(state=jnp.asarray(theirs.unwrapped.state, jnp.float32))
        earned, done = 0.0, False
        while not done:
            action = int(random.integers(ours.actions.n))
            _, reward, terminated, truncated, _ = theirs.step(action)
            running, transition = move(running, action, jax.random.key(1))
            earned, done = earned + reward, terminated or truncated
            assert (bool(transition.terminated), bool(transition.truncated)) == (terminated, truncated)
        assert transition.earned == earned
        assert running.steps == 0


@pairs
def test_the_time_limit_truncates_and_does_not_terminate(name):
    ours = PAIRS[name]
    limit = gymnasium.spec(name).max_episode_steps
    assert ours.time_limit == limit
    running = begin(ours, jax.random.key(0))._replace(steps=jnp.int32(limit - 1), earned=jnp.float32(-7))
    after, transition = advance(ours, running, jnp.int32(1), jax.random.key(1))
    assert transition.truncated and not transition.terminated and transition.steps == limit
    np.testing.assert_array_equal(
        transition.next_observation, ours.observe(ours.step(running.state, jnp.int32(1), jax.random.key(0)).state)
    )
    assert after.steps == 0 and after.earned == 0
    assert not np.array_equal(ours.observe(after.state), transition.next_observation)


@pairs
def test_the_spaces_are_those_of_gymnasium(name):
    ours, theirs = PAIRS[name], gymnasium.make(name)
    assert ours.actions.n == theirs.action_space.n
    assert ours.observations.shape == theirs.observation_space.shape
    for mine, peer in (("low", theirs.observation_space.low), ("high", theirs.observation_space.high)):
        np.testing.assert_allclose(getattr(ours.observations, mine), peer, rtol=1e-6)


@pairs
def test_first_states_have_the_distribution_of_gymnasium(name):
    ours, theirs = PAIRS[name], gymnasium.make(name)
    mine = np.asarray(jax.vmap(ours.reset)(jax.random.split(jax.random.key(0), 4000)))
    peers = []
    for seed in range(1000):
        theirs.reset(seed=seed)
        peers.append(np.asarray(theirs.unwrapped.state))
    np.testing.assert_allclose(mine.min(0), np.min(peers, 0), atol=2e-3)
    np.testing.assert_allclose(mine.max(0), np.max(peers, 0), atol=2e-3)
    np.testing.assert_allclose(mine.mean(0), np.mean(peers, 0), atol=0.2 * (np.ptp(peers, 0).max()) / 2)


def test_cartpole_of_a_user_with_other_numbers():
    """The numbers are fields: on the moon the pole falls more slowly."""
    tilted = jnp.array([0.0, 0.0, 0.1, 0.0])
    turns = jax.vmap(lambda gravity: CartPole(gravity=gravity).step(tilted, 1, jax.random.key(0)).state[3])
    earth, moon = turns(jnp.array([9.8, 1.62]))
    assert earth > moon


def test_thousands_of_copies_equal_single_ones():
    copies = 2048
    keys = jax.random.split(jax.random.key(0), copies)
    many = jax.jit(jax.vmap(partial(advance, CartPole())))
    running = jax.vmap(partial(begin, CartPole()))(keys)
    actions = jax.random.randint(jax.random.key(1), (60, copies), 0, 2)
    done = 0
    for step in range(60):
        before = running
        running, transition = many(running, actions[step], keys)
        done += int(transition.done.sum())
    last = jax.tree.map(lambda leaf: leaf[77], before)
    alone, one = advance(CartPole(), last, actions[59, 77], keys[77])
    np.testing.assert_allclose(alone.state, running.state[77], rtol=1e-6)
    assert one.earned == transition.earned[77]
    assert done > copies  # random pushes keep the pole up for some 22 steps
