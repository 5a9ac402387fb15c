"""Trials on logs of campaigns: customers are ranked by their response or by the learned gain, and the rest judges."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from waza.data.redrawn import drawn_rows
from waza.learners import Measure, Measures
from waza.nn import named_key
from waza.rl.logs import FoldedLog, LogPolicy, above, at_budget, scores
from waza.rl.logs.learner import PolicyState

BUDGETS = (10, 20, 30)  # percent
PER = 1000  # customers, to which gains and profits refer
COST, VALUE = 0.05, 1.0  # of a mail, and of a visit
SCALE = 0.35  # of the rewards, about their standard deviation
FEATURES = 6  # of a simulated customer
HELD = 1  # the "fold" of held-out rows


class Ranked(LogPolicy):
    """A `LogPolicy` that is judged by what is gained at a budget, and by its profit.

    Measures: "gain_10", "gain_20", "gain_30": the additional rewards of 1,000 customers, of whom this percentage is
    mailed, over mailing nobody. "profit": of 1,000 customers, over mailing nobody, where those are mailed for whom a
    profit is expected: by the learned gain, or by a response that is worth more than the mail.

    Args:
        rank: 1 to rank by the learned gain, 0 by the response to a mail.
    """

    rank: float = 1.0
    fold: float = float(HELD)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The gains and the profit; the losses of the batches."""
        gains = (Measure(f"gain_{budget}", "higher") for budget in BUDGETS)
        losses = (Measure(f"batch_{name}_loss", "lower") for name in ("gain", "response"))
        return *gains, Measure("profit", "higher"), *losses

    def outcomes(
        self, variables: PyTree[Array], x: Float[Array, "rows features"], values: Float[Array, "rows arms"]
    ) -> Measures:
        """The measures on customers whose rewards by arm are known or estimated without bias (`values`)."""
        arms = values.shape[1]
        response, gain = self.responses(variables, x)[:, 1:], self.gains(variables, x)
        ranking = jnp.where(self.rank > 0.5, gain, response)
        score, choice = jnp.max(ranking, axis=1), 1 + jnp.argmax(ranking, axis=1)

        def gained(policy: Float[Array, "rows arms"]) -> Float[Array, ""]:
            return PER * jnp.mean(jnp.sum(policy * values, axis=1) - values[:, 0])

        found = {f"gain_{budget}": gained(at_budget(score, choice, 0, arms, budget / 100)) for budget in BUDGETS}
        mailing = above(VALUE * SCALE * score - COST, choice, 0, arms)
        profit = VALUE * gained(mailing) - PER * COST * jnp.mean(1 - mailing[:, 0])
        return {**found, "profit": profit}


class Customers(NamedTuple):
    """A log of which each seed holds out other customers.

    Args:
        log: all rows; `fold` is not used.
        held: how many are held out.
    """

    log: FoldedLog
    held: int

    @property
    def overlap(self) -> float:
        """The share of all rows that a seed holds out: intervals widen by it, since the customers are the sample."""
        return self.held / len(self.log.arm)


class HeldState(NamedTuple):
    """The state of a policy, the rows that are held out, and for each row whether it is one of them."""

    policy: PolicyState
    rows: Int[Array, " held"]
    held: Bool[Array, " all"]


class OnLog(Ranked):
    """Learns from the rows of a real log, and is judged on the others by the doubly robust scores."""

    def init(self, key: PRNGKeyArray, data: Customers) -> HeldState:
        """Fresh networks, and the rows that this seed holds out."""
        count = len(data.log.arm)
        rows = drawn_rows(named_key(key, "held"), data.held, count)
        return HeldState(super().init(key, data.log), rows, jnp.zeros(count, bool).at[rows].set(True))

    def batch(self, data: Customers, key: PRNGKeyArray, step: Any) -> FoldedLog:
        """Rows of the log; `fold` is each one's number, by which `update` knows whether it is held out."""
        return super().batch(data.log._replace(fold=jnp.arange(len(data.log.arm))), key, step)

    def update(self, state: HeldState, batch: FoldedLog, key: PRNGKeyArray) -> tuple[HeldState, Measures]:
        """One step on the rows that are not held out."""
        marked = batch._replace(fold=state.held[batch.fold].astype(jnp.int32))
        policy, records = super().update(state.policy, marked, key)
        return state._replace(policy=policy), records

    def evaluate(self, state: HeldState, data: Customers, key: PRNGKeyArray) -> Measures:
        """The measures on the held-out rows; the response models have not seen them."""
        rows = jax.tree.map(lambda leaf: jnp.asarray(leaf)[state.rows], data.log)
        model = self.responses(state.policy.variables, rows.features)
        values = SCALE * jnp.asarray(scores(rows.arm, rows.reward, rows.propensity, model))
        return self.outcomes(state.policy.variables, rows.features, values)

    def kept(self, state: HeldState) -> PyTree[Array]:
        """The variables of the networks."""
        return state.policy.variables


class SimulatedState(NamedTuple):
    """The state of a policy, and the log from which it learns."""

    policy: PolicyState
    log: FoldedLog


class OnSimulated(Ranked):
    r"""Learns from a log that each seed draws, and is judged by the true rewards of 20,000 other customers.

    Customers are standard normal x in six dimensions; $u = \Phi(x_0)$ and $v = \Phi(x_1)$. Half of them are mailed. The
    probability of a visit without mail, and what the mail adds to it, are

    - apart: $0.02 + 0.3 u$ and $0.12 \, \Phi(2 (x_1 - x_0))$: those who come anyway are moved least;
    - not apart: $0.02 + 0.1 u$ and $0.12 u$: both rise with $x_0$.

    Args:
        apart: 1 or 0.
        rows: of the log, and of the customers that judge.
    """

    apart: float = 1.0
    rows: int = 20_000

    def probabilities(self, x: Float[Array, "rows features"]) -> Float[Array, "rows arms"]:
        """The probability of a visit without and with mail."""
        u = norm.cdf(x[:, 0])
        without = 0.02 + jnp.where(self.apart > 0.5, 0.3, 0.1) * u
        added = 0.12 * jnp.where(self.apart > 0.5, norm.cdf(2 * (x[:, 1] - x[:, 0])), u)
        return jnp.stack([without, without + added], axis=1)

    def draw(self, key: PRNGKeyArray) -> FoldedLog:
        """A log, whose rewards are divided by their scale."""
        x = jax.random.normal(named_key(key, "customers"), (self.rows, FEATURES))
        arm = jax.random.bernoulli(named_key(key, "arms"), 0.5, (self.rows,)).astype(jnp.int32)
        chance = jnp.take_along_axis(self.probabilities(x), arm[:, None], axis=1)[:, 0]
        reward = jax.random.bernoulli(named_key(key, "visits"), chance) / SCALE
        half = jax.random.bernoulli(named_key(key, "halves"), 0.5, (self.rows,)).astype(jnp.int32)
        return FoldedLog(x, arm, reward, jnp.full(self.rows, 0.5), jnp.zeros(self.rows, jnp.int32), half)

    def init(self, key: PRNGKeyArray, data: Any) -> SimulatedState:
        """Fresh networks, and the log of this seed."""
        return SimulatedState(super().init(key, data), self.draw(named_key(key, "log")))

    def batch(self, data: Any, key: PRNGKeyArray, step: Any) -> None:
        """Nothing: `update` draws rows of the seed's own log."""
        return

    def update(self, state: SimulatedState, batch: None, key: PRNGKeyArray) -> tuple[SimulatedState, Measures]:
        """One step on rows of the log."""
        rows = super().batch(state.log, key, 0)
        policy, records = super().update(state.policy, rows, key)
        return state._replace(policy=policy), records

    def evaluate(self, state: SimulatedState, data: Any, key: PRNGKeyArray) -> Measures:
        """The measures by the true probabilities."""
        x = jax.random.normal(key, (self.rows, FEATURES))
        return self.outcomes(state.policy.variables, x, self.probabilities(x))

    def kept(self, state: SimulatedState) -> PyTree[Array]:
        """The variables of the networks."""
        return state.policy.variables
