"""BanditLearner: an algorithm on a bandit problem."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures
from waza.core.recipe import at
from waza.learners.learner import Learner
from waza.rl.bandits.algorithm import BanditAlgorithm
from waza.rl.bandits.problem import BanditProblem


class BanditState(NamedTuple):
    """A bandit trial.

    Attributes:
        drawn: what the problem drew for this seed.
        algorithm: the state of the algorithm.
        pulls: made so far.
        regret: the sum of (greatest expected reward - expected reward of the pulled arm).
    """

    drawn: PyTree[Array]
    algorithm: PyTree[Array]
    pulls: Int[Array, ""]
    regret: Float[Array, ""]


class BanditLearner(Learner):
    """An algorithm that pulls arms of a bandit problem. One update makes several pulls.

    Measures: "regret", the cumulative pseudo-regret: the greatest expected reward minus that of the pulled arm, summed
    over all pulls so far. Records: "best_arm", the share of pulls of the arm with the greatest expected reward, and
    "reward", both as means over the pulls since the last evaluation.

    Args:
        problem: the arms.
        algorithm: how arms are chosen. A schedule among its numbers counts pulls.
        pulls: of one update.

    Raises:
        Error: the algorithm needs features and the problem has none, or there is no pull.

    >>> from waza.rl import bandits
    >>> learner = BanditLearner(bandits.Bernoulli((0.1, 0.2)), bandits.UCB1(), pulls=50)
    >>> state, records = learner.update(learner.init(jax.random.key(0), None), None, jax.random.key(1))
    >>> int(state.pulls), int(records["best_arm"].weight)
    (50, 50)
    """

    problem: BanditProblem
    algorithm: BanditAlgorithm
    pulls: int = 100

    def __check_init__(self):
        if self.algorithm.contextual and not self.problem.features:
            raise Error(
                f"{type(self.algorithm).__name__} needs the features of each arm, and {type(self.problem).__name__} "
                "has none: give a contextual problem, such as bandits.Segments, or another algorithm"
            )
        if self.pulls < 1:
            raise Error(f"BanditLearner(pulls={self.pulls}); expected at least 1")

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """Regret, and the records."""
        best = Measure("batch_best_arm", "higher", bounds=(0, 1))
        return Measure("regret", "lower", bounds=(0, math.inf)), best, Measure("batch_reward", "higher")

    def init(self, key: PRNGKeyArray, data: Any) -> BanditState:
        """Before the first pull."""
        algorithm = at(self.algorithm, 0).init(self.problem.arms, self.problem.features)
        return BanditState(self.problem.draw(key), algorithm, jnp.int32(0), jnp.zeros(()))

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """None: the rewards are drawn by `update`, after the choice."""

    def update(self, state: BanditState, batch: Any, key: PRNGKeyArray) -> tuple[BanditState, Measures]:
        """Several pulls."""

        def pull(carry: tuple[BanditState, Any], turn: Int[Array, ""]) -> tuple[Any, None]:
            (drawn, algorithm, pulls, regret), (rights, rewards) = carry
            offered, chosen, rewarded = jax.random.split(jax.random.fold_in(key, turn), 3)
            offer = self.problem.offer(drawn, offered)
            now = at(self.algorithm, pulls)
            choice = now.choose(algorithm, offer.features, chosen)
            mean, best = jnp.sum(choice * offer.means), jnp.max(offer.means)
            reward = self.problem.reward(mean, rewarded)
            algorithm = now.learn(algorithm, offer.features, choice, reward)
            sums = (rights + (mean == best), rewards + reward)
            return (BanditState(drawn, algorithm, pulls + 1, regret + (best - mean)), sums), None

        start = state._replace(regret=jnp.zeros(())), (jnp.zeros(()), jnp.zeros(()))  # short sums lose fewer digits
        (after, (rights, rewards)), _ = jax.lax.scan(pull, start, jnp.arange(self.pulls))
        records = {"best_arm": Mean(rights, self.pulls), "reward": Mean(rewards, self.pulls)}
        return after._replace(regret=state.regret + after.regret), records

    def evaluate(self, state: BanditState, data: Any, key: PRNGKeyArray) -> Measures:
        """The regret of all pulls so far."""
        return {"regret": state.regret}

    def kept(self, state: BanditState) -> PyTree[Array]:
        """The state of the algorithm."""
        return state.algorithm
