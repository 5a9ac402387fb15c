"""Objectives: what a policy is to maximise, the discounted return or the average reward."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from waza.core.measure import Measures
from waza.core.recipe import Recipe
from waza.rl.environments import Transition
from waza.rl.policies.returns import gae


class Objective(Recipe):
    """J of a policy, as the functions that learners need. `gain` is the estimate of the average reward."""

    @property
    def factor(self) -> Any:
        """The discount rate of returns."""
        raise NotImplementedError(f"{type(self).__name__} has no factor")

    def next_gain(self, gain: Array, rewards: Array, real: Any, step: Int[Array, ""]) -> Float[Array, ""]:
        """The estimate after an update with these rewards; only those that are `real` count."""
        return gain

    def records(self, gain: Float[Array, ""]) -> Measures:
        """What an update records of the objective."""
        return {}

    def rewards(self, rewards: Float[Array, "..."], gain: Float[Array, ""]) -> Float[Array, "..."]:
        """The rewards whose sums are returns."""
        return rewards

    def advantages(
        self,
        transition: Transition,
        values: Float[Array, "steps copies"],
        next_values: Float[Array, "steps copies"],
        after: Float[Array, "steps copies"],
        gain: Float[Array, ""],
        trace: Any,
    ) -> Float[Array, "steps copies"]:
        """Generalised advantage estimates.

        Args:
            transition: the steps.
            values: V of each observation.
            next_values: V of each next observation, before a new episode begins.
            after: V of the observation from which the next action starts: after an end, that of a new episode.
            gain: the average reward.
            trace: lambda.
        """
        raise NotImplementedError(f"{type(self).__name__} has no advantages(...)")

    def targets(
        self, advantages: Float[Array, "steps copies"], values: Float[Array, "steps copies"]
    ) -> Float[Array, "steps copies"]:
        """What values are trained towards: the lambda-returns."""
        return advantages + values


class Discounted(Objective):
    r"""$J(\pi) = E[\sum_t \gamma^t r_t]$ from the first state on.

    Source: Sutton and Barto (2018), section 3.3.

    Args:
        discount: gamma, from 0 to 1.
    """

    discount: float = 0.99

    @property
    def factor(self) -> Any:
        """Gamma."""
        return self.discount

    def advantages(
        self,
        transition: Transition,
        values: Float[Array, "steps copies"],
        next_values: Float[Array, "steps copies"],
        after: Float[Array, "steps copies"],
        gain: Float[Array, ""],
        trace: Any,
    ) -> Float[Array, "steps copies"]:
        """See `returns.gae`. Nothing follows a termination; a truncation is followed by its next value."""
        t = transition
        return gae(t.reward, values, next_values, t.terminated, t.truncated, self.discount, trace)


class AverageReward(Objective):
    r"""$J(\pi) = \lim_{T \to \infty} \frac{1}{T} E[\sum_{t<T} r_t]$, the gain: reward a step in the long run.

    Values are differential, $V(s) = E[\sum_t (r_t - J)]$, and are not discounted. The process goes on for ever: after a
    termination it continues in a first state, whose value counts. A time limit is no part of the process: its episode
    is cut off and continued by the value of the next observation, as for discounted returns.

    The gain is the running mean of the rewards of all updates; the first update counts fully. Differential values are
    determined up to a constant only, so `pull` draws the mean of their targets towards zero.

    Sources: Sutton and Barto (2018), sections 10.3 and 13.6; Zhang and Ross, "On-policy deep reinforcement learning for
    the average-reward criterion", 2021; Ma et al., "Average-reward reinforcement learning with trust region methods",
    2021 (the pull, their average value constraint).

    Args:
        rate: by which the gain follows the mean reward of an update.
        pull: the share of the mean value that targets are reduced by.
    """

    rate: float = 0.1
    pull: float = 0.1

    @property
    def factor(self) -> Any:
        """1: nothing is discounted."""
        return 1.0

    def next_gain(self, gain: Array, rewards: Array, real: Any, step: Int[Array, ""]) -> Float[Array, ""]:
        """The gain moved towards the mean reward, as an average of all updates whose weights sum to 1."""
        mean = jnp.sum(jnp.where(real, rewards, 0)) / jnp.maximum(jnp.sum(real), 1)
        return gain + self.rate / (1 - (1 - self.rate) ** (step + 1)) * (mean - gain)

    def records(self, gain: Float[Array, ""]) -> Measures:
        """The gain."""
        return {"gain": gain}

    def rewards(self, rewards: Float[Array, "..."], gain: Float[Array, ""]) -> Float[Array, "..."]:
        """The rewards minus the gain."""
        return rewards - gain

    def advantages(
        self,
        transition: Transition,
        values: Float[Array, "steps copies"],
        next_values: Float[Array, "steps copies"],
        after: Float[Array, "steps copies"],
        gain: Float[Array, ""],
        trace: Any,
    ) -> Float[Array, "steps copies"]:
        """See `returns.gae`. A termination is followed by the value of a first state."""
        t = transition
        never: Bool[Array, "steps copies"] = jnp.zeros_like(t.terminated)
        follows = jnp.where(t.terminated, after, next_values)
        return gae(t.reward - gain, values, follows, never, t.truncated, 1.0, trace)

    def targets(
        self, advantages: Float[Array, "steps copies"], values: Float[Array, "steps copies"]
    ) -> Float[Array, "steps copies"]:
        """The lambda-returns, less a share of the mean value."""
        return advantages + values - self.pull * jnp.mean(values)
