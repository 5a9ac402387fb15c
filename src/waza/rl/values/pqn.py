"""PQN: parallel Q-learning with layer normalisation, without replay memory and target network."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures
from waza.core.recipe import at
from waza.nn import Layer, LayerNorm, Norm, named_key
from waza.optim import Adam, ClipByNorm, Optimizer, add
from waza.optim.linear_decay import LinearDecay
from waza.rl.environments import Environment, Running, Transition
from waza.rl.rollouts import begin_copies, ended
from waza.rl.values.q_network import q_network
from waza.rl.values.targets import lambda_targets
from waza.rl.values.value_agent import ValueAgent


class PQNState(NamedTuple):
    """The network's variables, the optimiser's state, the running episodes, and the number of updates."""

    variables: PyTree[Array]
    optimizer: PyTree[Array]
    running: Running
    step: Int[Array, ""]


class PQN(ValueAgent):
    r"""Parallel Q-learning: $Q(s, a)$ is moved to the Q($\lambda$) return of steps that were just made in many copies.

    Layer normalisation keeps the values stable without a target network, and many copies make the steps of a batch
    different enough without a replay memory. An update makes `steps` steps in each copy, computes the targets once, and
    goes `epochs` times over these steps in `minibatches` parts. Schedules follow the number of updates.

    The defaults are the paper's settings for CartPole-v1, of 500,000 steps in all (244 updates), with Adam in place of
    RAdam; a truncated episode is not taken for a terminated one.

    Source: Gallici et al., "Simplifying deep temporal difference learning", 2024 (algorithm 1).

    Args:
        environment: where it learns; its actions are discrete.
        hidden: units of each hidden layer.
        optimizer: turns gradients into updates.
        discount: gamma.
        trace: lambda.
        epsilon: the share of explorative actions.
        norm: of the hidden layers, before the activation; None: none.
        reward_scale: rewards are multiplied by it.
        copies: of the environment.
        steps: of each copy in an update.
        epochs: passes over the steps of an update.
        minibatches: parts of a pass, one gradient step each.
        episodes: of an evaluation.
    """

    environment: Environment
    hidden: tuple[int, ...] = (256, 256)
    optimizer: Optimizer = ClipByNorm(Adam(LinearDecay(1e-4, steps=244)), 10.0)
    discount: float = 0.99
    trace: float = 0.95
    epsilon: float = LinearDecay(1.0, steps=49, final=0.2)  # type: ignore[assignment]  # a schedule stands for a number
    norm: Norm | None = LayerNorm()
    reward_scale: float = 0.1
    copies: int = 32
    steps: int = 64
    epochs: int = 4
    minibatches: int = 16
    episodes: int = 32

    def __check_init__(self):
        if self.copies * self.steps % self.minibatches:
            raise Error(
                f"PQN(minibatches={self.minibatches}) does not divide the {self.copies * self.steps} steps of an "
                "update: give a divisor"
            )
        _ = self.network  # refuses an environment without discrete actions

    @property
    def network(self) -> Layer:
        """The normalised perceptron."""
        return q_network(self.environment, self.hidden, "PQN", norm=self.norm)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """Those of an agent, and the loss."""
        return *super().measures(data), Measure("batch_loss", "lower")

    def init(self, key: PRNGKeyArray, data: Any) -> PQNState:
        """Fresh variables and new episodes."""
        variables = self.network.init(named_key(key, "network"))
        running = begin_copies(self.environment, named_key(key, "episodes"), self.copies)
        return PQNState(variables, self.optimizer.init(variables), running, jnp.zeros((), jnp.int32))

    def update(self, state: PQNState, batch: None, key: PRNGKeyArray) -> tuple[PQNState, Measures]:
        """Steps in the environment, then epochs over them; records the episodes that ended, and the mean loss."""
        now = at(self, state.step)
        running, rollout = now.explore(state.variables, state.running, now.epsilon, named_key(key, "explore"))
        made = rollout.transition
        goals = now.targets(state.variables, made).reshape(-1)
        observations, actions = (leaf.reshape(-1, *leaf.shape[2:]) for leaf in (made.observation, made.action))

        def learn(carry: tuple[PyTree[Array], PyTree[Array]], rows: Int[Array, " rows"]) -> Any:
            return now.gradient_step(*carry, observations[rows], actions[rows], goals[rows])

        keys = jax.random.split(named_key(key, "order"), self.epochs)
        order = jax.vmap(lambda one: jax.random.permutation(one, len(goals)))(keys)
        carry, losses = jax.lax.scan(
            learn, (state.variables, state.optimizer), order.reshape(self.epochs * self.minibatches, -1)
        )
        records = {**ended(made), "loss": Mean(jnp.sum(losses), losses.size)}
        return PQNState(*carry, running, state.step + 1), records

    def gradient_step(
        self,
        variables: PyTree[Array],
        optimizer: PyTree[Array],
        observations: Array,
        actions: Int[Array, " rows"],
        goals: Float[Array, " rows"],
    ) -> tuple[tuple[PyTree[Array], PyTree[Array]], Float[Array, ""]]:
        """The variables and the optimiser's state after a gradient step on these rows, and their loss before it."""

        def loss(variables: PyTree[Array]) -> Float[Array, ""]:
            values = jnp.take_along_axis(self.values(variables, observations), actions[:, None], axis=1)[:, 0]
            return jnp.mean((values - goals) ** 2) / 2

        value, gradients = jax.value_and_grad(loss)(variables)
        updates, optimizer = self.optimizer.update(gradients, optimizer, variables)
        return (add(variables, updates), optimizer), value

    def targets(self, variables: PyTree[Array], made: Transition) -> Float[Array, "steps copies"]:
        """The Q(lambda) return of each step."""
        reward = self.reward_scale * made.reward
        next_value = jnp.max(self.values(variables, made.next_observation), axis=-1)
        return lambda_targets(reward, made.terminated, made.truncated, next_value, self.discount, self.trace)

    def kept(self, state: PQNState) -> PyTree[Array]:
        """The network's variables."""
        return state.variables
