"""Hosted: the episodes of Gymnasium itself, as pure functions, also after a resume, and over mapped axes."""

from functools import partial

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.environments import CartPole, Hosted, advance, begin, play
from waza.rl.environments.host import Host, Record, host

CART = Hosted(name="CartPole-v1", time_limit=500)


def started(environment, copies, seed=0):
    return jax.vmap(partial(begin, environment))(jax.random.split(jax.random.key(seed), copies))


@partial(jax.jit, static_argnums=(0, 3))
def walk(environment, running, key, steps):
    """Random steps of all copies."""

    def go(running, key):
        choose, keys = jax.random.split(key)
        copies = running.steps.shape[0]
        if hasattr(environment.actions, "n"):
            actions = jax.random.randint(choose, (copies,), 0, environment.actions.n)
        else:
            actions = jax.random.uniform(choose, (copies, *environment.actions.shape), minval=-3, maxval=3)
        return jax.vmap(partial(advance, environment))(running, actions, jax.random.split(keys, copies))

    return jax.lax.scan(go, running, jax.random.split(key, steps))


def replayed(environment, running, transition):
    """Check every episode of every copy against Gymnasium's, reset with the same seed and given the same actions."""
    steps, copies = transition.reward.shape
    peer = gymnasium.make(environment.name)
    ended = 0
    for copy in range(copies):
        seed = int(running.state.head[copy, Record.seed])
        seen, _ = peer.reset(seed=seed)
        for step in range(steps):
            row = jax.tree.map(lambda leaf, step=step, copy=copy: np.asarray(leaf[step, copy]), transition)
            np.testing.assert_allclose(row.observation, seen, rtol=1e-6)
            action = int(row.action) if row.action.dtype == np.int32 else row.action
            if row.action.dtype != np.int32:
                action = np.clip(action, peer.action_space.low, peer.action_space.high)
            seen, reward, terminated, truncated, _ = peer.step(action)
            np.testing.assert_allclose(row.next_observation, seen, rtol=1e-6)
            assert row.reward == pytest.approx(reward, rel=1e-6)
            assert (row.terminated, row.truncated) == (terminated, truncated)
            if terminated or truncated:
                ended += 1
                break  # the seed of the next episode is drawn by waza
    return ended


def test_episodes_are_those_of_gymnasium():
    running = started(CART, 5)
    _, transition = walk(CART, running, jax.random.key(1), 60)
    assert replayed(CART, running, transition) == 5


def test_actions_of_a_box_are_clipped_and_the_time_limit_truncates():
    pendulum = Hosted(name="Pendulum-v1", time_limit=200)
    running = started(pendulum, 2)
    after, transition = walk(pendulum, running, jax.random.key(1), 203)
    assert replayed(pendulum, running, transition) == 2
    assert transition.truncated[199].all() and not transition.terminated.any()
    assert after.steps.tolist() == [3, 3]
    assert not np.allclose(transition.next_observation[199], transition.observation[200])  # a new episode


def test_a_limit_below_that_of_gymnasium_truncates_too():
    pendulum = Hosted(name="Pendulum-v1", time_limit=5)
    after, transition = walk(pendulum, started(pendulum, 2), jax.random.key(1), 12)
    assert np.flatnonzero(transition.truncated[:, 0]).tolist() == [4, 9]
    assert np.flatnonzero(transition.truncated[:, 1]).tolist() == [4, 9]
    np.testing.assert_array_equal(transition.observation[5], _first(after, transition, 5))


def _first(after, transition, step):
    """The observations at the beginning of the episodes that begin at this step; they differ from the ones before."""
    assert not np.allclose(transition.next_observation[step - 1], transition.observation[step])
    assert transition.steps[step].tolist() == [1, 1]
    return transition.observation[step]


def test_numbered_observations_and_actions_begin_at_0():
    lake = Hosted(name="FrozenLake-v1", time_limit=100)
    running = started(lake, 4)
    _, transition = walk(lake, running, jax.random.key(1), 40)
    assert transition.observation.dtype == jnp.int32
    assert replayed(lake, running, transition) == 4


def test_a_state_that_is_used_twice_leads_to_the_same():
    """The host's copies have moved on, so the episodes are repeated."""
    running, _ = walk(CART, started(CART, 5), jax.random.key(1), 17)
    once, twice = (walk(CART, running, jax.random.key(2), 30) for _ in range(2))
    jax.tree.map(np.testing.assert_array_equal, once, twice)


def test_another_process_goes_on_where_one_has_stopped():
    """As after a resume: nothing is left on the host."""
    running, _ = walk(CART, started(CART, 5), jax.random.key(1), 17)
    straight = walk(CART, running, jax.random.key(2), 30)
    saved = jax.tree.map(np.asarray, running)
    host.cache_clear()
    resumed = walk(CART, jax.tree.map(jnp.asarray, saved), jax.random.key(2), 30)
    jax.tree.map(np.testing.assert_array_equal, straight, resumed)


def test_copies_are_few_and_the_least_recently_used_ones_are_used_again(monkeypatch):
    host.cache_clear()
    made = []
    make = Host._made
    monkeypatch.setattr(Host, "_made", lambda self: made.append(1) or make(self))
    running = started(CART, 20)
    evaluate = jax.jit(lambda key: play(CART, lambda observation, key: jnp.int32(0), key, 20))
    for seed in range(4):
        running, _ = walk(CART, running, jax.random.key(seed), 20)
        evaluate(jax.random.key(seed))
    assert len(made) <= 2 * 20


def test_episodes_are_not_repeated_while_a_training_goes_on(monkeypatch):
    """Evaluations between the segments of a training leave its copies alone."""
    host.cache_clear()
    resets = []
    made = Host._made

    def counted(self):
        copy = made(self)
        reset = copy.reset
        copy.reset = lambda **given: resets.append(1) or reset(**given)
        return copy

    monkeypatch.setattr(Host, "_made", counted)
    running, episodes = started(CART, 8), 8
    evaluate = jax.jit(lambda key: play(CART, lambda observation, key: jnp.int32(0), key, 8))
    for seed in range(4):
        running, transition = walk(CART, running, jax.random.key(seed), 20)
        assert evaluate(jax.random.key(seed)).finished.all()
        episodes += int(transition.done.sum()) + 2 * 8  # each episode of `play`, and the one begun after it
    assert len(resets) == episodes


def test_seeds_and_copies_are_mapped_over():
    """As a study does: two seeds of three copies are the same as each alone."""

    def whole(key):
        first, second = jax.random.split(key)
        running = jax.vmap(partial(begin, CART))(jax.random.split(first, 3))
        return walk(CART, running, second, 20)[1]

    keys = jax.random.split(jax.random.key(0), 2)
    both = jax.jit(jax.vmap(whole))(keys)
    jax.tree.map(lambda one, many: np.testing.assert_array_equal(one, many[1]), jax.jit(whole)(keys[1]), both)


def test_play_counts_whole_episodes():
    """The pole falls to the right when pushed to the left: the same lengths as in our own CartPole."""
    left = partial(lambda observation, key: jnp.int32(0))
    theirs, ours = (play(cart, left, jax.random.key(0), 32) for cart in (CART, CartPole()))
    assert theirs.finished.all() and set(theirs.lengths.tolist()) <= {8, 9, 10, 11}
    assert float(jnp.mean(theirs.lengths)) == pytest.approx(float(jnp.mean(ours.lengths)), abs=0.6)


def test_devices_call_at_the_same_time_without_a_deadlock():
    """Two devices, each with copies of its own and long records; twice as many as processors here."""
    long = Hosted(name="CartPole-v1", time_limit=20_000)
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:2]), ("seeds",))

    def local(keys):
        running = jax.vmap(partial(begin, long))(keys)
        return walk(long, running, keys[0], 30)[1].reward

    keys = jax.random.split(jax.random.key(0), 32)
    specs = {"in_specs": jax.P("seeds"), "out_specs": jax.P(None, "seeds"), "check_vma": False}
    mapped = jax.jit(jax.shard_map(local, mesh=mesh, **specs))
    np.testing.assert_array_equal(mapped(keys), np.ones((30, 32)))


def test_a_hosted_environment_without_a_time_limit_is_an_error():
    with pytest.raises(Error, match="time_limit=None"):
        Hosted(name="CartPole-v1", time_limit=None)


@pytest.mark.parametrize("name", ["FrozenLake-v1", "CartPole-v1", "Pendulum-v1"])
def test_a_single_copy_needs_no_mapping(name):
    one = Hosted(name=name, time_limit=100)
    state = one.reset(jax.random.key(0))
    action = jnp.zeros(one.actions.shape, jnp.int32 if hasattr(one.actions, "n") else jnp.float32)
    after = jax.jit(one.step)(state, action, jax.random.key(1))
    assert one.observe(after.state).shape == one.observations.shape
    assert after.reward.shape == after.terminated.shape == ()


def test_pictures_must_be_asked_for():
    with pytest.raises(Error, match="pictures=True"):
        CART.picture(CART.reset(jax.random.key(0)))
