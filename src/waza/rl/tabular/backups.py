"""Backups: how far a reward is passed back to the entries of a table."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe

Rate = Callable[[Any], Any]


class Seen(NamedTuple):
    """One step, as a table learns from it.

    Attributes:
        entry: of the table, that the step started from.
        reward: of the step.
        next_value: of what follows, at present.
        terminated: whether nothing follows.
        over: whether the episode is over, by a termination or by a time limit. Then `next_value` is of the last state.
        follows: whether the action is one of the policy that is learned; returns are not passed back beyond it if not.
    """

    entry: Int[Array, ""]
    reward: Float[Array, ""]
    next_value: Float[Array, ""]
    terminated: Bool[Array, ""]
    over: Bool[Array, ""]
    follows: Bool[Array, ""]

    def bootstrapped(self, discount: Any) -> Float[Array, ""]:
        r"""$\gamma v(s')$, and 0 after a termination."""
        return jnp.where(self.terminated, 0.0, discount * self.next_value)


class Table(NamedTuple):
    """Learned values, and how often each was updated."""

    values: Float[Array, " entries"]
    counts: Float[Array, " entries"]


class Backup(Recipe):
    """Moves entries of a table towards returns, by a memory of the episode so far."""

    def init(self, entries: int) -> PyTree[Array]:
        """The memory at the beginning of an episode, for a table with so many entries."""
        raise NotImplementedError(f"{type(self).__name__} has no init(entries)")

    def learn(self, table: Table, memory: Any, seen: Seen, discount: Any, rate: Rate) -> tuple[Table, PyTree[Array]]:
        """The table and the memory after a step; `rate(n)` is the step size of an entry's n-th update."""
        raise NotImplementedError(f"{type(self).__name__} has no learn(table, memory, seen, discount, rate)")


class NStep(Backup):
    r"""The n-step return: $V(s_t) \mathrel{+}= \alpha [\sum_{k<n} \gamma^k r_{t+k+1} + \gamma^n V(s_{t+n}) - V(s_t)]$.

    With n = 1 it is TD(0), SARSA or Q-learning. Where an episode ends, the states that still wait get the return to its
    end, the oldest first. Sutton and Barto (2018), sections 6.1 and 7.1.

    Args:
        n: steps of real rewards before the bootstrap.
    """

    n: int = 1

    def __check_init__(self):
        if self.n < 1:
            raise Error(f"NStep(n={self.n}); expected a number of steps of at least 1")

    def init(self, entries: int) -> tuple[Array, ...]:
        """The last n steps, the oldest first: entry, return so far, weight of what follows, whether it waits."""
        return jnp.zeros(self.n, jnp.int32), jnp.zeros(self.n), jnp.zeros(self.n), jnp.zeros(self.n, bool)

    def learn(
        self, table: Table, memory: tuple[Array, ...], seen: Seen, discount: Any, rate: Rate
    ) -> tuple[Table, tuple[Array, ...]]:
        """The oldest step's update, and at an episode's end that of all."""
        new = (seen.entry, 0.0, 1.0, True)
        entries, returns, weights, waits = (
            jnp.roll(old, -1).at[-1].set(one) for old, one in zip(memory, new, strict=True)
        )
        returns, before, weights = returns + weights * seen.reward, weights, weights * discount
        targets = returns + before * seen.bootstrapped(discount)
        due = waits & (seen.over | (jnp.arange(self.n) == 0))

        def update(table: Table, one: Any) -> tuple[Table, None]:
            entry, target, due = one
            counts = table.counts.at[entry].add(due)
            change = rate(counts[entry]) * (target - table.values[entry])
            return Table(table.values.at[entry].add(jnp.where(due, change, 0.0)), counts), None

        table, _ = jax.lax.scan(update, table, (entries, targets, due))
        return table, (entries, returns, weights, waits & ~seen.over)


class Traces(Backup):
    r"""TD($\lambda$): $V \mathrel{+}= \alpha \delta_t z_t$ with $\delta_t = r_{t+1} + \gamma V(s_{t+1}) - V(s_t)$.

    All eligibility traces decay, $z_t = \gamma\lambda z_{t-1}$, and that of the state at hand is raised by 1
    ("accumulating") or set to 1 ("replacing"). With Q-learning they are cut at an action that is not greedy: Watkins's
    Q($\lambda$). Sutton and Barto (2018), sections 12.2 and 12.10; Singh and Sutton (1996).

    Args:
        trace_decay: lambda; 0 is TD(0), and 1 a Monte Carlo method that learns within the episode.
        kind: of the traces.
    """

    trace_decay: float = 0.9
    kind: Literal["accumulating", "replacing"] = "accumulating"

    def __check_init__(self):
        if self.kind not in ("accumulating", "replacing"):
            raise Error(f"Traces(kind={self.kind!r}); expected 'accumulating' or 'replacing'")
        if isinstance(self.trace_decay, float) and not 0 <= self.trace_decay <= 1:
            raise Error(f"Traces(trace_decay={self.trace_decay}); expected a number from 0 to 1")

    def init(self, entries: int) -> Float[Array, " entries"]:
        """The traces."""
        return jnp.zeros(entries)

    def learn(
        self, table: Table, memory: Float[Array, " entries"], seen: Seen, discount: Any, rate: Rate
    ) -> tuple[Table, Float[Array, " entries"]]:
        """One error, passed back along the traces."""
        traces = jnp.where(seen.follows, discount * self.trace_decay, 0.0) * memory
        here = traces.at[seen.entry]
        traces = here.add(1.0) if self.kind == "accumulating" else here.set(1.0)
        counts = table.counts.at[seen.entry].add(1.0)
        error = seen.reward + seen.bootstrapped(discount) - table.values[seen.entry]
        values = table.values + rate(jnp.maximum(counts, 1)) * error * traces
        return Table(values, counts), jnp.where(seen.over, 0.0, traces)


class MonteCarlo(Backup):
    r"""The return to the end of the episode: $V(s) \mathrel{+}= \alpha [G - V(s)]$ for each visit, when it is over.

    With step sizes 1/n the values are the means of all returns. The m returns of an entry in an episode count together,
    with $\min(1, m\alpha)$ times the mean of their errors. A return that a time limit cut off is completed by the value
    of the last state. Sutton and Barto (2018), section 5.1; Singh and Sutton (1996) for the two kinds of visits.

    Args:
        visits: the returns that count: that of the "first" visit to an entry in an episode, or of "every" visit.
    """

    visits: Literal["first", "every"] = "first"

    def __check_init__(self):
        if self.visits not in ("first", "every"):
            raise Error(f"MonteCarlo(visits={self.visits!r}); expected 'first' or 'every'")

    def init(self, entries: int) -> tuple[Array, ...]:
        """For each entry the visits that count, the sum of their discounts up to now, and the sum of their returns."""
        return jnp.zeros(entries), jnp.zeros(entries), jnp.zeros(entries)

    def learn(
        self, table: Table, memory: tuple[Array, ...], seen: Seen, discount: Any, rate: Rate
    ) -> tuple[Table, tuple[Array, ...]]:
        """The sums go on, and at the end of the episode the table learns from them."""
        visits, weights, returns = memory
        counts_now = jnp.float32(1) if self.visits == "every" else (visits[seen.entry] == 0).astype(jnp.float32)
        visits, weights = visits.at[seen.entry].add(counts_now), weights.at[seen.entry].add(counts_now)
        returns = returns + weights * seen.reward
        total = returns + weights * seen.bootstrapped(discount)
        counts = table.counts + visits
        share = jnp.minimum(1.0, rate(jnp.maximum(counts, 1)) * visits)
        values = table.values + share * (total / jnp.maximum(visits, 1) - table.values)
        learned = jax.tree.map(lambda new, old: jnp.where(seen.over, new, old), Table(values, counts), table)
        kept = jnp.where(seen.over, 0.0, jnp.stack([visits, discount * weights, returns]))
        return learned, (kept[0], kept[1], kept[2])
