"""Control: tabular learning of action values and of the policy that is greedy in them."""

from typing import Any, Literal, NamedTuple, get_args

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
from waza.rl.environments.playing import play
from waza.rl.tabular.backups import Backup, MonteCarlo, NStep, Seen, Table
from waza.rl.tabular.known import check_discrete, has_model, model_of, value_of
from waza.rl.tabular.policies import draw, epsilon_greedy, greedy

Rule = Literal["q_learning", "sarsa", "expected_sarsa"]
EPISODES = 100  # that an agent plays where the model is unknown


class ControlState(NamedTuple):
    """The tables with their counts, the backup's memory, the episode and its next action, the gain, updates done."""

    table: Table
    memory: PyTree[Array]
    running: Running
    action: Int[Array, ""]
    gain: Float[Array, ""]
    step: Int[Array, ""]


class Control(Learner):
    r"""Q-learning, SARSA and their kin: $Q(s,a) \mathrel{+}= \alpha_n [r + \gamma \hat v(s') - Q(s,a)]$.

    Actions are $\epsilon$-greedy. $\hat v(s')$ is $\max_{a'} Q(s',a')$ in Q-learning, $Q(s',a')$ of the next action in
    SARSA, and the mean of Q over the $\epsilon$-greedy policy in expected SARSA; 0 after a termination, and as usual
    after a time limit. `backup` passes rewards back over one step, n steps, traces or whole episodes. The step size of
    an entry's n-th update is `learning_rate` / n^`decay`: constant by default, 1/n with rate 1 and decay 1. Sutton and
    Barto (2018), sections 5.4, 6.4 to 6.7, 7.2 and 12.7; Watkins (1989); van Hasselt (2010); for average reward Wan,
    Naik and Sutton (2021).

    Measures: of an environment with a model "value", the exact value of the greedy policy from the start, and
    "estimate", what the table says of it; of any other "value", the mean return of 100 greedy episodes. "batch_return"
    and "batch_length" are of the episodes of the training.

    Args:
        environment: with discrete observations and actions.
        rule: "q_learning", "sarsa" or "expected_sarsa".
        backup: NStep(n), Traces(trace_decay) or MonteCarlo(visits).
        double: whether two tables are learned, each with the other's values of its own best actions, which removes the
            bias of the maximum; one step only.
        average: whether the reward per step is maximised instead of the discounted return. Rewards then count relative
            to a learned gain, and the process goes on after a termination with its next episode.
        discount: of the next step's value; not used with `average`.
        epsilon: the probability of an action that is drawn from all.
        learning_rate, decay: of the step sizes.
        initial: the first value of all entries; a large one is optimistic, and explores.
        gain_rate: the gain's step size relative to the table's, with `average`.
        steps: of the environment in one update.
    """

    environment: Environment
    rule: Rule = "q_learning"
    backup: Backup = NStep()
    double: bool = False
    average: bool = False
    discount: float = 0.99
    epsilon: float = 0.1
    learning_rate: float = 0.1
    decay: float = 0.0
    initial: float = 0.0
    gain_rate: float = 0.1
    steps: int = 100

    def __check_init__(self):
        check_discrete("Control", self.environment)
        if self.rule not in get_args(Rule):
            raise Error(f"Control(rule={self.rule!r}); expected one of {', '.join(map(repr, get_args(Rule)))}")
        one_step = isinstance(self.backup, NStep) and self.backup.n == 1
        if self.rule == "q_learning" and not one_step and isinstance(self.backup, NStep | MonteCarlo):
            raise Error(
                f"q_learning with {self.backup} would learn from actions that are not greedy: give rule='sarsa', or "
                "Traces, which are cut there"
            )
        if self.double and (self.average or not one_step):
            raise Error("double learns from single steps and discounted returns: give backup=NStep(1), average=False")
        if self.average and isinstance(self.backup, MonteCarlo):
            raise Error("average reward is of a process that goes on, and MonteCarlo waits for its end: give NStep(1)")
        for name in ("discount", "epsilon"):
            value = getattr(self, name)
            if isinstance(value, float) and not 0 <= value <= 1:
                raise Error(f"Control({name}={value}); expected a number from 0 to 1")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Tables, states and actions."""
        return 2 if self.double else 1, self.environment.observations.n, self.environment.actions.n  # type: ignore[union-attr]

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The value of the greedy policy, and what was earned while learning."""
        estimate = [Measure("estimate")] if has_model(self.environment) else []
        return Measure("value", "higher"), *estimate, Measure("batch_return", "higher"), Measure("batch_length")

    def init(self, key: PRNGKeyArray, data: Any) -> ControlState:
        """A table of initial values, and the first episode."""
        start_key, act_key = jax.random.split(key)
        running = begin(self.environment, start_key)
        size = self.shape[0] * self.shape[1] * self.shape[2]
        table = Table(jnp.full(size, jnp.float32(self.initial)), jnp.zeros(size))
        action = jax.random.randint(act_key, (), 0, self.shape[2])
        return ControlState(table, self.backup.init(size), running, action, jnp.float32(0), jnp.int32(0))

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """Nothing: `update` acts."""
        return None

    def update(self, state: ControlState, batch: Any, key: PRNGKeyArray) -> tuple[ControlState, Measures]:
        """Some steps in the environment, with an update of the table after each."""
        now = at(self, state.step)
        keys = jax.random.split(key, self.steps)
        state, (earned, lengths, done) = jax.lax.scan(lambda last, own: now._step(last, own), state, keys)
        episodes = jnp.sum(done)
        records = {"return": Mean(jnp.sum(earned * done), episodes), "length": Mean(jnp.sum(lengths * done), episodes)}
        return state._replace(step=state.step + 1), records

    def _step(self, state: ControlState, key: PRNGKeyArray) -> tuple[ControlState, tuple[Array, Array, Array]]:
        """One step: act, observe, choose the next action, learn."""
        step_key, act_key, side_key = jax.random.split(key, 3)
        running, after = advance(self.environment, state.running, state.action, step_key)
        first = self.environment.observe(running.state)  # where the next action is taken
        following, terminated, over = after.next_observation, after.terminated, after.done
        if self.average:  # an end is followed by the next episode
            following = jnp.where(terminated, first, following)
            terminated, over = jnp.bool_(False), after.truncated
        tables, side = state.table.values.reshape(self.shape), jnp.int32(0)
        if self.double:
            side = jax.random.randint(side_key, (), 0, 2)
        before, action = after.observation, state.action
        tried = self._act(tables, following, act_key)
        of_states = jnp.mean(tables, axis=0)[before]
        seen = Seen(
            entry=(side * self.shape[1] + before) * self.shape[2] + action,
            reward=after.reward - state.gain,
            next_value=self._next_value(tables, side, following, tried),
            terminated=terminated,
            over=over,
            follows=(of_states[action] == jnp.max(of_states)) | (self.rule != "q_learning"),
        )
        discount = 1.0 if self.average else self.discount
        table, memory = self.backup.learn(state.table, state.memory, seen, discount, self._rate)
        gain = state.gain
        if self.average:
            error = seen.reward + seen.next_value - state.table.values[seen.entry]
            gain = gain + self.gain_rate * self._rate(state.table.counts[seen.entry] + 1) * error
        action = self._act(table.values.reshape(self.shape), first, act_key)
        if self.rule == "sarsa":
            action = jnp.where(over, action, tried)
        new = ControlState(table, memory, running, action, gain, state.step)
        return new, (after.earned, after.steps, after.done)

    def _rate(self, n: Any) -> Any:
        return self.learning_rate / n**self.decay

    def _act(self, tables: Float[Array, "T S A"], observation: Int[Array, ""], key: PRNGKeyArray) -> Int[Array, ""]:
        return draw(epsilon_greedy(jnp.mean(tables, axis=0)[observation], self.epsilon), key)

    def _next_value(self, tables: Float[Array, "T S A"], side: Array, state: Array, action: Array) -> Float[Array, ""]:
        """What follows, by the rule; with two tables by the other one."""
        own, other = tables[side, state], tables[-1 - side, state]
        if self.rule == "q_learning":
            return other[jnp.argmax(own)]
        if self.rule == "sarsa":
            return other[action]
        return epsilon_greedy(jnp.mean(tables, axis=0)[state], self.epsilon) @ other

    def evaluate(self, state: ControlState, data: Any, key: PRNGKeyArray) -> tuple[Measures, PyTree[Array]] | Measures:
        """The table for `judge` where the model is known; else the mean return of greedy episodes."""
        values = self.kept(state)["values"]
        if has_model(self.environment):
            return {}, {"values": values, "gain": state.gain}
        played = play(self.environment, lambda observation, _: jnp.argmax(values[observation]), key, EPISODES)
        return {"value": jnp.mean(played.returns)}

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The exact value of the greedy policy, and the table's estimate of it."""
        values = np.asarray(outputs["values"], np.float64)
        estimate = float(outputs["gain"])
        if not self.average:
            estimate = float(model_of(self.environment).start @ values.max(1))
        return {"value": value_of(self.environment, greedy(values), self.discount, self.average), "estimate": estimate}

    def kept(self, state: ControlState) -> PyTree[Array]:
        """The action values (S, A)."""
        return {"values": jnp.mean(state.table.values.reshape(self.shape), axis=0)}
