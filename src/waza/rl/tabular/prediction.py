"""Prediction: tabular learning of the state values and the action values of a given policy."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures
from waza.core.recipe import at
from waza.learners import Learner
from waza.rl.environments.environment import Environment
from waza.rl.environments.episodes import Running, advance, begin
from waza.rl.tabular.backups import Backup, NStep, Seen, Table
from waza.rl.tabular.evaluation import action_values, state_values
from waza.rl.tabular.known import check_discrete, model_of, visited
from waza.rl.tabular.policies import checked_policy, draw, uniform


class PredictionState(NamedTuple):
    """Both tables with their counts, the backup's memories of both, the episode and its next action, updates done."""

    states: Table
    actions: Table
    memories: tuple[PyTree[Array], PyTree[Array]]
    running: Running
    action: Int[Array, ""]
    step: Int[Array, ""]


class Prediction(Learner):
    r"""TD and Monte Carlo prediction: $V \to v_\pi$ and $Q \to q_\pi$ from the same steps under a policy.

    V learns from states, with the bootstrap $V(s')$; Q learns from states and actions, with the bootstrap $Q(s', a')$
    of the next action. Step sizes are as in `Control`. Sutton and Barto (2018), chapters 5 to 7 and 12.

    Measures, over the states that the policy visits: "state_error" and "action_error", the root mean square distance of
    V and Q from the exact values; "gap", the greatest $|V(s) - \sum_a \pi(a|s) Q(s,a)|$.

    Args:
        environment: with discrete observations and actions, and a model.
        policy: for each state the probability of each action; None: all equal.
        backup: NStep(n), Traces(trace_decay) or MonteCarlo(visits).
        discount: of the next step's value. With 1 the policy must end every episode.
        learning_rate, decay: of the step sizes; 1/n with 1 and 1.
        initial: the first value of all entries.
        steps: of the environment in one update.
    """

    environment: Environment
    policy: tuple[tuple[float, ...], ...] | None = None
    backup: Backup = NStep()
    discount: float = 0.99
    learning_rate: float = 0.1
    decay: float = 0.0
    initial: float = 0.0
    steps: int = 100

    def __check_init__(self):
        check_discrete("Prediction", self.environment)
        if isinstance(self.discount, float) and not 0 <= self.discount <= 1:
            raise Error(f"Prediction(discount={self.discount}); expected a number from 0 to 1")

    @property
    def shape(self) -> tuple[int, int]:
        """States and actions."""
        return self.environment.observations.n, self.environment.actions.n  # type: ignore[union-attr]

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The distances from the exact values, and that of both tables from each other."""
        names = ("state_error", "action_error", "gap")
        return *(Measure(name, "lower") for name in names), Measure("batch_return"), Measure("batch_length")

    def init(self, key: PRNGKeyArray, data: Any) -> PredictionState:
        """Tables of initial values, and the first episode."""
        model_of(self.environment) if self.policy is None else checked_policy(self.policy, model_of(self.environment))
        start_key, act_key = jax.random.split(key)
        running = begin(self.environment, start_key)
        states, actions = self.shape
        tables = [Table(jnp.full(n, jnp.float32(self.initial)), jnp.zeros(n)) for n in (states, states * actions)]
        memories = self.backup.init(states), self.backup.init(states * actions)
        action = draw(self._probabilities[self.environment.observe(running.state)], act_key)
        return PredictionState(tables[0], tables[1], memories, running, action, jnp.int32(0))

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """Nothing: `update` acts."""
        return None

    def update(self, state: PredictionState, batch: Any, key: PRNGKeyArray) -> tuple[PredictionState, Measures]:
        """Some steps in the environment, with an update of both tables after each."""
        now = at(self, state.step)
        keys = jax.random.split(key, self.steps)
        state, (earned, lengths, done) = jax.lax.scan(lambda last, own: now._step(last, own), state, keys)
        episodes = jnp.sum(done)
        records = {"return": Mean(jnp.sum(earned * done), episodes), "length": Mean(jnp.sum(lengths * done), episodes)}
        return state._replace(step=state.step + 1), records

    def _step(self, state: PredictionState, key: PRNGKeyArray) -> tuple[PredictionState, tuple[Array, Array, Array]]:
        """One step: act, observe, draw the next action, learn."""
        step_key, act_key = jax.random.split(key)
        running, after = advance(self.environment, state.running, state.action, step_key)
        policy, count = self._probabilities, self.shape[1]
        following, before = after.next_observation, after.observation
        tried = draw(policy[following], act_key)
        entries = before, before * count + state.action
        nexts = state.states.values[following], state.actions.values[following * count + tried]
        learned = [
            self.backup.learn(
                table,
                memory,
                Seen(entry, after.reward, value, after.terminated, after.done, jnp.bool_(True)),
                self.discount,
                lambda n: self.learning_rate / n**self.decay,
            )
            for table, memory, entry, value in zip(
                (state.states, state.actions), state.memories, entries, nexts, strict=True
            )
        ]
        (states, first), (actions, second) = learned
        action = draw(policy[self.environment.observe(running.state)], act_key)
        new = PredictionState(states, actions, (first, second), running, action, state.step)
        return new, (after.earned, after.steps, after.done)

    @property
    def _probabilities(self) -> Float[Array, "S A"]:
        if self.policy is None:
            return jnp.full(self.shape, 1 / self.shape[1])
        return jnp.stack([jnp.stack([jnp.float32(p) for p in row]) for row in self.policy])

    def evaluate(self, state: PredictionState, data: Any, key: PRNGKeyArray) -> tuple[Measures, PyTree[Array]]:
        """Both tables, for `judge`."""
        return {}, self.kept(state)

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The distances from the exact values."""
        policy, states, actions, seen = exact_of(self.environment, self.policy, self.discount)
        v, q = (np.asarray(outputs[name], np.float64)[seen] for name in ("states", "actions"))
        return {
            "state_error": float(np.sqrt(np.mean((v - states[seen]) ** 2))),
            "action_error": float(np.sqrt(np.mean((q - actions[seen])[policy[seen] > 0] ** 2))),
            "gap": float(np.max(np.abs(v - (policy[seen] * q).sum(1)))),
        }

    def kept(self, state: PredictionState) -> PyTree[Array]:
        """The state values (S,) and the action values (S, A)."""
        return {"states": state.states.values, "actions": state.actions.values.reshape(self.shape)}


@functools.lru_cache(maxsize=16)
def exact_of(
    environment: Environment, policy: tuple[tuple[float, ...], ...] | None, discount: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of a policy: its table, the exact state values, the exact action values, and whether each state is visited."""
    model = model_of(environment)
    table = uniform(model) if policy is None else checked_policy(policy, model)
    states = state_values(model, table, discount)
    return table, states, action_values(model, states, discount), visited(model, table)
