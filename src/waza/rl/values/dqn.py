"""DQN: deep Q-learning with a replay memory and a target network."""

from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures
from waza.core.recipe import at
from waza.nn import Layer, named_key
from waza.optim import Adam, ClipByNorm, Optimizer, add
from waza.optim.linear_decay import LinearDecay
from waza.rl.environments import Environment, Running
from waza.rl.rollouts import begin_copies, ended
from waza.rl.values.q_network import fan_in_uniform, q_network
from waza.rl.values.replay import Replay, empty, insert, sample
from waza.rl.values.targets import one_step_targets
from waza.rl.values.value_agent import ValueAgent

Loss = Literal["huber", "squared"]


class Experience(NamedTuple):
    """A step as the replay memory stores it. After a truncation, `terminated` is False: the next state has a value."""

    observation: Array
    action: Int[Array, "..."]
    reward: Float[Array, "..."]
    next_observation: Array
    terminated: Bool[Array, "..."]


class Learned(NamedTuple):
    """What gradient steps change: the variables of both networks, the optimiser's state, and the number of steps."""

    variables: PyTree[Array]
    target: PyTree[Array]
    optimizer: PyTree[Array]
    steps: Int[Array, ""]


class DQNState(NamedTuple):
    """What was learned, the memory, the running episodes, and the number of updates."""

    learned: Learned
    replay: Replay
    running: Running
    step: Int[Array, ""]


class DQN(ValueAgent):
    r"""Deep Q-learning: $Q(s, a)$ is moved to $r + \gamma (1 - d) \max_{a'} \bar Q(s', a')$, with the values $\bar Q$
    of a target network, on steps drawn from a replay memory.

    An update makes `steps` steps in each copy of the environment, then `gradient_steps` gradient steps. Schedules
    follow the number of updates. Weights and biases begin with random values (`fan_in_uniform`). The defaults are the
    settings for CartPole-v1 of RL Baselines3 Zoo (a step of 256, 128 gradient steps), with 8 copies in place of one.

    Source: Mnih et al., "Human-level control through deep reinforcement learning", 2015.

    Args:
        environment: where it learns; its actions are discrete.
        hidden: units of each hidden layer.
        optimizer: turns gradients into updates.
        discount: gamma.
        epsilon: the share of explorative actions.
        double: whether the online network chooses the action whose target value counts (van Hasselt et al., 2016).
        dueling: whether the network has streams for the state's value and the advantages (Wang et al., 2016).
        loss: "huber" (quadratic up to an error of 1, linear above), or "squared".
        copies: of the environment.
        steps: of each copy in an update.
        gradient_steps: of an update.
        batch_size: rows of a gradient step.
        capacity: rows of the replay memory.
        learning_starts: the rows that must be there before the first gradient step.
        target_every: gradient steps between two moves of the target network.
        target_rate: tau of such a move, $\bar w \leftarrow (1 - \tau) \bar w + \tau w$.
        episodes: of an evaluation.
    """

    environment: Environment
    hidden: tuple[int, ...] = (256, 256)
    optimizer: Optimizer = ClipByNorm(Adam(2.3e-3), 10.0)
    discount: float = 0.99
    epsilon: float = LinearDecay(1.0, steps=31, final=0.04)  # type: ignore[assignment]  # a schedule stands for a number
    double: bool = False
    dueling: bool = False
    loss: Loss = "huber"
    copies: int = 8
    steps: int = 32
    gradient_steps: int = 128
    batch_size: int = 64
    capacity: int = 100_000
    learning_starts: float = 1000.0
    target_every: float = 128.0
    target_rate: float = 1.0
    episodes: int = 32

    def __check_init__(self):
        if self.loss not in get_args(Loss):
            raise Error(f"DQN(loss={self.loss!r}); expected 'huber' or 'squared'")
        if self.capacity < self.copies * self.steps:
            raise Error(
                f"DQN(capacity={self.capacity}), and an update makes {self.copies * self.steps} steps: give a larger "
                "capacity"
            )
        _ = self.network  # refuses an environment without discrete actions

    @property
    def network(self) -> Layer:
        """The perceptron or the dueling network."""
        return q_network(self.environment, self.hidden, "DQN", dueling=self.dueling)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """Those of an agent, and the loss."""
        return *super().measures(data), Measure("batch_loss", "lower")

    def init(self, key: PRNGKeyArray, data: Any) -> DQNState:
        """Fresh variables, the same in both networks; an empty memory; and new episodes."""
        network_key = named_key(key, "network")
        variables = fan_in_uniform(self.network.init(network_key), network_key)
        running = begin_copies(self.environment, named_key(key, "episodes"), self.copies)
        observation = self.environment.observe(jax.tree.map(lambda leaf: leaf[0], running.state))
        row = Experience(observation, jnp.int32(0), jnp.float32(0), observation, jnp.bool_(False))
        zero = jnp.zeros((), jnp.int32)
        learned = Learned(variables, variables, self.optimizer.init(variables), zero)
        return DQNState(learned, empty(self.capacity, row), running, zero)

    def update(self, state: DQNState, batch: None, key: PRNGKeyArray) -> tuple[DQNState, Measures]:
        """Steps in the environment, then gradient steps; records the episodes that ended, and the mean loss."""
        now = at(self, state.step)
        running, rollout = now.explore(state.learned.variables, state.running, now.epsilon, named_key(key, "explore"))
        made = rollout.transition
        rows = Experience(made.observation, made.action, made.reward, made.next_observation, made.terminated)
        replay = insert(state.replay, jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), rows))
        count = jnp.where(replay.size >= now.learning_starts, self.gradient_steps, 0)

        def learn(i: Array, carry: tuple[Learned, Array]) -> tuple[Learned, Array]:
            drawn = sample(replay, jax.random.fold_in(named_key(key, "replay"), i), self.batch_size)
            learned, loss = now.gradient_step(carry[0], drawn)
            return learned, carry[1] + loss

        learned, total = jax.lax.fori_loop(0, count, learn, (state.learned, jnp.float32(0)))
        return DQNState(learned, replay, running, state.step + 1), {**ended(made), "loss": Mean(total, count)}

    def gradient_step(self, old: Learned, rows: Experience) -> tuple[Learned, Float[Array, ""]]:
        """What was learned after a gradient step on these rows, and their mean loss before it."""
        moves = jnp.mod(old.steps, self.target_every) < 1
        rate = jnp.where(moves, self.target_rate, 0.0)
        target = jax.tree.map(lambda late, new: (1 - rate) * late + rate * new, old.target, old.variables)
        goal = self.targets(old.variables, target, rows)

        def loss(variables: PyTree[Array]) -> Float[Array, ""]:
            values = self.values(variables, rows.observation)
            error = jnp.take_along_axis(values, rows.action[:, None], axis=1)[:, 0] - goal
            return jnp.mean(huber(error) if self.loss == "huber" else error**2 / 2)

        value, gradients = jax.value_and_grad(loss)(old.variables)
        updates, optimizer = self.optimizer.update(gradients, old.optimizer, old.variables)
        return Learned(add(old.variables, updates), target, optimizer, old.steps + 1), value

    def targets(self, variables: PyTree[Array], target: PyTree[Array], rows: Experience) -> Float[Array, " batch"]:
        """What the values of the rows' actions are moved to."""
        next_values = self.values(target, rows.next_observation)
        chosen_by = self.values(variables, rows.next_observation) if self.double else None
        return one_step_targets(rows.reward, rows.terminated, next_values, self.discount, chosen_by)

    def kept(self, state: DQNState) -> PyTree[Array]:
        """The online network's variables."""
        return state.learned.variables


def huber(error: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""$e^2/2$ for $|e| \le 1$, and $|e| - 1/2$ above: the gradient of a large error is bounded.

    Source: Huber, "Robust estimation of a location parameter", 1964.

    >>> huber(jnp.array([0.5, -3.0])).tolist()
    [0.125, 2.5]
    """
    size = jnp.abs(error)
    return jnp.where(size <= 1, size**2 / 2, size - 0.5)
