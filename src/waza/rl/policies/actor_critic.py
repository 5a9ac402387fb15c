"""ActorCritic: what A2C and PPO have in common, the steps that they learn from."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.measure import Measures
from waza.nn import Layer, Pass
from waza.rl.environments import Running
from waza.rl.policies.objectives import Discounted, Objective
from waza.rl.policies.policy_agent import PolicyAgent, PolicyState
from waza.rl.rollouts import ended, roll_out


class Experience(NamedTuple):
    """Rows that a policy and a critic learn from.

    Attributes:
        x: observations as inputs.
        action: what was drawn.
        advantage: its estimate.
        target: of the value.
        value: of the observation, by the critic that met it.
        log_probability: of the action, by the policy that drew it.
    """

    x: Float[Array, "rows inputs"]
    action: Array
    advantage: Float[Array, " rows"]
    target: Float[Array, " rows"]
    value: Float[Array, " rows"]
    log_probability: Float[Array, " rows"]


class ActorCritic(PolicyAgent):
    """An agent whose advantages come from a critic (Sutton and Barto, 2018, section 13.5); a subclass has `update`.

    Args:
        critic: maps an observation to its value, (rows, inputs) to (rows, 1).
        objective: discounted return or average reward.
        copies: of the environment, stepped together.
        steps: of each copy before an update.
        trace: lambda of the advantage estimates.
        value_weight: of the critic's squared error in the loss.
        entropy_weight: of the policy's entropy, which is kept high.
        greedy: whether evaluations play the most probable action.
        episodes: of an evaluation.
        unroll: steps in the body of the loop that plays; a matter of speed alone.
    """

    critic: Layer
    objective: Objective = Discounted(0.99)
    copies: int = 8
    steps: int = 32
    trace: float = 0.95
    value_weight: float = 0.5
    entropy_weight: float = 0.0
    greedy: bool = True
    episodes: int = 100
    unroll: int = 1

    def init(self, key: PRNGKeyArray, data: Any) -> PolicyState:
        """Fresh variables, and episodes that begin."""
        self.check_counts("copies", "steps", "episodes", "unroll")
        return self.started(key, self.critic, running=True, baseline=None)

    def experience(
        self, state: PolicyState, key: PRNGKeyArray
    ) -> tuple[Running, Float[Array, ""], Experience, Measures]:
        """Steps of all copies: where they end, the gain, the rows to learn from, and records of ended episodes."""
        noise_key, run_key = jax.random.split(key)
        variables, act = state.variables, self.acting(state.variables["policy"])
        noise = self.noise(noise_key, self.steps)
        running, (transition, drawn) = roll_out(
            self.environment, state.running, act, noise, run_key, unroll=self.unroll
        )
        last = jax.vmap(self.environment.observe)(running.state)
        seen = jnp.concatenate([transition.observation, last[None]])
        values = self.values(self.critic, variables["critic"], seen)
        next_values = self.values(self.critic, variables["critic"], transition.next_observation)
        gain = self.objective.next_gain(state.gain, transition.reward, True, state.step)
        advantages = self.objective.advantages(transition, values[:-1], next_values, values[1:], gain, self.trace)
        targets = self.objective.targets(advantages, values[:-1])
        x = self.inputs(transition.observation)
        drawn = drawn.reshape(len(x), *drawn.shape[2:])
        log_probability = self.policy.distribution(variables["policy"], x).log_probability(drawn)
        rows = Experience(x, drawn, advantages.ravel(), targets.ravel(), values[:-1].ravel(), log_probability)
        return running, gain, rows, ended(transition)

    def critic_loss(self, variables: dict[str, PyTree[Array]], rows: Experience, clip: Any = None) -> Float[Array, ""]:
        """The critic's mean squared error; with `clip` the larger one of V and of V kept that near its old value."""
        value = self.critic.apply(variables["critic"], rows.x, Pass())[:, 0]
        error = (value - rows.target) ** 2
        if clip is not None:
            near = rows.value + jnp.clip(value - rows.value, -clip, clip)
            error = jnp.maximum(error, (near - rows.target) ** 2)
        return jnp.mean(error)
