"""DQN and PQN: their parts against NumPy, their values against exact ones, and the laws of learners."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import waza as wz
from waza import optim
from waza.core.errors import Error
from waza.core.recipe import at
from waza.learners.keys import step_key, trial_key
from waza.nn import Pass
from waza.optim.linear_decay import LinearDecay
from waza.rl.environments import CartPole, probes
from waza.rl.values import DQN, PQN, Dueling, epsilon_greedy, huber
from waza.rl.values.dqn import Experience
from waza.rl.values.exploration import draws

from .problems import Chain, Loop, Once, Steered, chain_values

DISCOUNT = 0.8
FALLING = optim.Adam(LinearDecay(0.01, steps=300))  # at a constant rate, Adam leaves a reached solution at times


def small_dqn(environment, **more):
    settings = {
        "hidden": (24, 24),
        "optimizer": FALLING,
        "discount": DISCOUNT,
        "epsilon": 0.5,
        "copies": 4,
        "steps": 8,
        "gradient_steps": 8,
        "batch_size": 32,
        "capacity": 512,
        "learning_starts": 64.0,
        "target_every": 16.0,
        "episodes": 4,
    }
    return DQN(environment, **{**settings, **more})


def small_pqn(environment, **more):
    settings = {
        "hidden": (24, 24),
        "optimizer": FALLING,
        "discount": DISCOUNT,
        "epsilon": 0.5,
        "copies": 8,
        "steps": 8,
        "epochs": 2,
        "minibatches": 2,
        "reward_scale": 1.0,
        "episodes": 4,
    }
    return PQN(environment, **{**settings, **more})


def trained(agent, updates, seed=0):
    """The agent's state after some updates, with the engine's keys."""
    key = trial_key(seed, "update")

    def body(step, state):
        return agent.update(state, None, step_key(key, step))[0]

    return jax.jit(lambda: jax.lax.fori_loop(0, updates, body, agent.init(trial_key(seed, "init"), None)))()


def values_of(agent, state, observations):
    return np.asarray(agent.values(agent.kept(state), jnp.asarray(observations)))


@pytest.mark.parametrize("of", [small_dqn, small_pqn])
def test_a_time_limit_is_bootstrapped_and_an_end_is_not(of):
    loop = values_of(agent := of(Loop(), epsilon=1.0), trained(agent, 250), [[1.0]])
    np.testing.assert_allclose(loop, 1 / (1 - DISCOUNT), rtol=0.05)  # 3.4 if a truncation were an end
    once = values_of(agent := of(Once(), epsilon=1.0), trained(agent, 60), [[1.0]])
    np.testing.assert_allclose(once, 1, rtol=0.05)


@pytest.mark.parametrize(
    "agent",
    [
        small_dqn(Chain()),
        small_dqn(Chain(), double=True, dueling=True),
        small_dqn(Chain(), loss="squared", target_every=1.0, target_rate=0.05),
        small_pqn(Chain(), trace=0.0),
    ],
    ids=["dqn", "double and dueling", "squared and averaged target", "pqn"],
)
def test_the_values_approach_the_exact_ones(agent):
    found = values_of(agent, trained(agent, 300), np.arange(3))
    np.testing.assert_allclose(found, chain_values(DISCOUNT), atol=0.03)


@pytest.mark.parametrize("of", [small_dqn, small_pqn])
@pytest.mark.parametrize(
    ("probe", "values"),
    [
        (probes.ConstantValue, {0.0: [1.0]}),
        (probes.ObservedValue, {-1.0: [-1.0], 1.0: [1.0]}),
        (probes.DiscountedValue, {0.0: [DISCOUNT], 1.0: [1.0]}),
        (probes.ActionReward, {0.0: [-1.0, 1.0]}),
        (probes.ObservedActionReward, {-1.0: [1.0, -1.0], 1.0: [-1.0, 1.0]}),
    ],
)
def test_a_probe_is_solved(of, probe, values):
    agent = of(probe())
    found = values_of(agent, trained(agent, 300), np.array(list(values))[:, None])
    np.testing.assert_allclose(found, list(values.values()), atol=0.05)


def test_pqn_finds_the_best_path_with_long_traces():
    """Peng's Q(lambda) follows explorative actions too: its values are not the best policy's, but its choices are."""
    agent = small_pqn(Chain(), epsilon=LinearDecay(1.0, steps=100, final=0.05), trace=0.9)
    assert values_of(agent, trained(agent, 200), np.arange(3)).argmax(-1).tolist() == [1, 1, 1]


@pytest.mark.parametrize("double", [False, True])
def test_the_targets_of_dqn_are_those_of_numpy(double):
    agent = small_dqn(Loop(), double=double)
    online, target = (agent.network.init(jax.random.key(seed)) for seed in (1, 2))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 6, 1)).astype("f4")
    rows = Experience(x[0], np.zeros(6, np.int32), rng.normal(size=6).astype("f4"), x[1], rng.random(6) < 0.4)

    def forward(variables, x):
        for layer in variables["hidden"]:
            x = np.maximum(x @ np.asarray(layer["dense"]["weight"]).T + np.asarray(layer["dense"]["bias"]), 0)
        return x @ np.asarray(variables["output"]["weight"]).T + np.asarray(variables["output"]["bias"])

    best = forward(online if double else target, x[1]).argmax(1)
    expected = rows.reward + DISCOUNT * ~rows.terminated * forward(target, x[1])[range(6), best]
    np.testing.assert_allclose(agent.targets(online, target, jax.tree.map(jnp.asarray, rows)), expected, rtol=1e-5)
    assert rows.terminated.any() and not rows.terminated.all()


def test_the_dueling_network_adds_its_streams():
    model = Dueling((3, 8, 8, 4))
    variables, x = model.init(jax.random.key(0)), np.random.default_rng(0).normal(size=(5, 3)).astype("f4")

    def dense(layer, x):
        return x @ np.asarray(layer["weight"]).T + np.asarray(layer["bias"])

    shared = np.maximum(dense(variables["shared"][0]["dense"], x), 0)
    value, advantage = (
        dense(stream["output"], np.maximum(dense(stream["hidden"][0]["dense"], shared), 0))
        for stream in (variables["value"], variables["advantage"])
    )
    found = np.asarray(model.apply(variables, jnp.asarray(x), Pass()))
    np.testing.assert_allclose(found, value + advantage - advantage.mean(1, keepdims=True), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.mean(1), value[:, 0], rtol=1e-4, atol=1e-5)  # the value is the mean of Q


def test_huber_is_torchs_smooth_l1():
    error = np.linspace(-3, 3, 25).astype("f4")
    expected = torch.nn.functional.smooth_l1_loss(torch.tensor(error), torch.zeros(25), reduction="none")
    np.testing.assert_allclose(huber(jnp.asarray(error)), expected, rtol=1e-6)


def test_the_target_network_moves_at_its_steps_alone():
    agent = at(small_dqn(Loop(), target_every=3.0, target_rate=0.25), 0)
    learned = agent.init(trial_key(0, "init"), None).learned
    x, ones = jnp.ones((4, 1)), jnp.ones(4)
    rows = Experience(x, ones.astype(jnp.int32), ones, x, ones < 0)
    step = jax.jit(lambda learned, rows: agent.gradient_step(learned, rows))  # a method with numbers has no hash
    targets, onlines = [], []
    for _ in range(7):
        onlines.append(np.asarray(learned.variables["output"]["bias"]))
        learned, _ = step(learned, rows)
        targets.append(np.asarray(learned.target["output"]["bias"]))
    for i in range(1, 7):
        moved = 0.75 * targets[i - 1] + 0.25 * onlines[i] if i % 3 == 0 else targets[i - 1]
        np.testing.assert_allclose(targets[i], moved, rtol=1e-6)
    assert not np.array_equal(targets[2], targets[3])


@pytest.mark.parametrize("dueling", [False, True])
def test_weights_and_biases_begin_uniform_as_in_pytorch(dueling):
    learned = small_dqn(Loop(), hidden=(400, 300), dueling=dueling).init(trial_key(0, "init"), None).learned
    layers = jax.tree.leaves(learned.variables, is_leaf=lambda node: isinstance(node, dict) and "weight" in node)
    assert len(layers) == (5 if dueling else 3)
    for layer in layers:
        peer = torch.nn.Linear(*reversed(layer["weight"].shape))
        for name, theirs in (("weight", peer.weight), ("bias", peer.bias)):
            ours, reach = np.asarray(layer[name]), 1 / np.sqrt(layer["weight"].shape[1])
            assert len(np.unique(ours)) > 0.99 * ours.size and np.abs(ours).max() <= reach
            if ours.size > 200:
                assert ours.std() == pytest.approx(float(theirs.detach().std()), rel=0.1)
    for online, target in zip(*map(jax.tree.leaves, (learned.variables, learned.target)), strict=True):
        np.testing.assert_array_equal(online, target)


@pytest.mark.slow
def test_values_stay_within_what_rewards_allow_although_the_target_network_moves_often():
    """With biases that begin at 0 they exceed 500: the ends of CartPole look like the states before them."""
    agent = DQN(CartPole(), optimizer=optim.Adam(5e-4), epsilon=0.1, steps=8, gradient_steps=32, target_every=32.0)
    state = trained(agent, 140)
    seen = state.replay.rows.observation[: int(state.replay.size)]
    assert np.abs(values_of(agent, state, seen)).max() < 1.1 / (1 - 0.99)


def test_learning_starts_when_the_memory_has_enough_rows():
    agent = small_dqn(Loop(), learning_starts=65.0)
    state, update = agent.init(trial_key(0, "init"), None), jax.jit(agent.update)
    weights = []
    for i in range(3):
        state, records = update(state, None, jax.random.key(i))
        weights.append(int(records["loss"].weight))
    assert weights == [0, 0, 8] and int(state.learned.steps) == 8 and int(state.replay.size) == 96


def test_the_share_of_explorative_actions_is_epsilon():
    values = jnp.tile(jnp.array([0.0, 1.0, 0.0, 0.0]), (20_000, 1))
    chosen = epsilon_greedy(values, draws(jax.random.key(0), (20_000,), 4), 0.4)
    shares = np.bincount(np.asarray(chosen), minlength=4) / 20_000
    np.testing.assert_allclose(shares, [0.1, 0.7, 0.1, 0.1], atol=0.012)  # 3.7 standard errors


def test_schedules_follow_the_updates():
    agent = small_dqn(Chain(), epsilon=LinearDecay(1.0, steps=2), learning_starts=1e9)
    agent_key, state = jax.random.key(3), agent.init(trial_key(0, "init"), None)
    update, lengths = jax.jit(agent.update), []
    for i in range(4):
        state, _ = update(state, None, jax.random.fold_in(agent_key, i))
        rows = state.replay.rows.action[32 * i : 32 * (i + 1)]
        greedy = values_of(agent, state, np.asarray(state.replay.rows.observation[32 * i : 32 * (i + 1)])).argmax(-1)
        lengths.append(float(np.mean(np.asarray(rows) == greedy)))
    assert lengths[0] < 0.8 and lengths[2] == lengths[3] == 1


@pytest.mark.slow
@pytest.mark.parametrize("of", [small_dqn, small_pqn])
def test_agents_keep_the_laws_of_learners(of):
    wz.testing.check_learner(of(Chain(), epsilon=LinearDecay(1.0, steps=4, final=0.1)), None)


@pytest.mark.parametrize("of", [DQN, PQN])
def test_continuous_actions_are_refused(of):
    with pytest.raises(Error, match=f"{of.__name__} learns a value for each action, and Steered has continuous"):
        of(Steered())


@pytest.mark.wrong_types
def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(Error, match=r"DQN\(capacity=10\), and an update makes 256 steps"):
        DQN(Loop(), capacity=10)
    with pytest.raises(Error, match=r"DQN\(loss='absolute'\); expected 'huber' or 'squared'"):
        DQN(Loop(), loss="absolute")
    with pytest.raises(Error, match=r"PQN\(minibatches=7\) does not divide the 2048 steps"):
        PQN(Loop(), minibatches=7)
    with pytest.raises(Error, match=r"Dueling.*expected input, hidden and output"):
        DQN(Loop(), hidden=(), dueling=True)
