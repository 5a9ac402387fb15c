"""REINFORCE: the policy gradient from whole episodes."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray, PyTree

from waza.core.measure import Measures
from waza.core.recipe import at
from waza.rl.environments import Transition
from waza.rl.policies.baselines import Baseline, Learned, MovingAverage
from waza.rl.policies.objectives import Discounted, Objective
from waza.rl.policies.policy_agent import PolicyAgent, PolicyState, normalized
from waza.rl.policies.returns import rewards_to_go
from waza.rl.rollouts import ended, time_limit_of, whole_episodes


class Reinforce(PolicyAgent):
    r"""Monte Carlo policy gradients, $\nabla J = E[\sum_t (G_t - b_t) \nabla \log \pi(a_t | s_t)]$.

    Each update plays one episode in each copy, from its beginning to its end, and makes one step of the optimiser on
    the mean over the episodes. A time limit ends an episode: its return is the one up to there.

    With `to_go`, $G_t$ is the discounted return from step t on; without, it is that of the whole episode, which has the
    same mean and a larger variance, since rewards that came before an action do not depend on it. With
    `discount_steps`, the term of step t has the factor $\gamma^t$ that the gradient of the discounted return has
    (Sutton and Barto, 2018, section 13.3); without, as usual, later steps count fully.

    For the average reward, returns are sums of rewards minus the gain over an episode, a cycle from a first state to
    the next: with the true gain the mean is the gradient of the average reward, times the mean length of a cycle.

    Source: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992.

    Args:
        objective: discounted return or average reward.
        baseline: what is subtracted from returns: learned, a moving average, or None.
        copies: episodes of an update.
        to_go: whether an action is judged by what follows it, or by the whole episode.
        discount_steps: whether step t has the weight gamma^t.
        normalize: whether the differences G - b of an update are shifted to the mean 0 and scaled to the deviation 1.
        entropy_weight: of the policy's mean entropy, which is kept high.
        greedy: whether evaluations play the most probable action.
        episodes: of an evaluation.
    """

    objective: Objective = Discounted(0.99)
    baseline: Baseline | None = None
    copies: int = 8
    to_go: bool = True
    discount_steps: bool = False
    normalize: bool = False
    entropy_weight: float = 0.0
    greedy: bool = True
    episodes: int = 100

    def init(self, key: PRNGKeyArray, data: Any) -> PolicyState:
        """Fresh variables.

        Raises:
            Error: the environment has no time limit, or a model does not fit it.
        """
        self.check_counts("copies", "episodes")
        steps = time_limit_of(self.environment)
        seen = self.baseline.start(steps) if isinstance(self.baseline, MovingAverage) else None
        critic = self.baseline.model if isinstance(self.baseline, Learned) else None
        return self.started(key, critic, running=False, baseline=seen)

    def returns(
        self, transition: Transition, live: Bool[Array, "steps copies"], gain: Float[Array, ""]
    ) -> Float[Array, "steps copies"]:
        """G of each step."""
        rewards = jnp.where(live, self.objective.rewards(transition.reward, gain), 0)
        returns = rewards_to_go(rewards, transition.done, self.objective.factor)
        return returns if self.to_go else jnp.broadcast_to(returns[0], returns.shape)

    def compared(
        self, variables: dict[str, PyTree[Array]], transition: Transition, baseline: Any
    ) -> Float[Array, "..."]:
        """b of each step; 0 without a baseline. `baseline` is what a moving average has seen."""
        if isinstance(self.baseline, Learned):
            return self.values(self.baseline.model, variables["critic"], transition.observation)
        if isinstance(self.baseline, MovingAverage):
            return baseline.mean[:, None]
        return jnp.zeros((len(transition.reward), 1))

    def loss(
        self,
        variables: dict[str, PyTree[Array]],
        transition: Transition,
        drawn: Array,
        live: Bool[Array, "steps copies"],
        returns: Float[Array, "steps copies"],
        baseline: Any,
    ) -> tuple[Float[Array, ""], Measures]:
        """Minus the sum of (G - b) log pi over the steps of an episode, with the baseline's loss and the entropy."""
        x = self.inputs(transition.observation)
        distribution = self.policy.distribution(variables["policy"], x)
        log_probability = distribution.log_probability(drawn.reshape(len(x), *drawn.shape[2:])).reshape(live.shape)
        compared = self.compared(variables, transition, baseline)
        value_loss = jnp.zeros(())
        if isinstance(self.baseline, Learned):
            value_loss, compared = _mean((compared - returns) ** 2, live), jax.lax.stop_gradient(compared)
        better = returns - compared
        if self.normalize:
            better = normalized(better, live)
        if self.discount_steps:
            better = better * self.objective.factor ** jnp.arange(len(live))[:, None]
        gained = jnp.sum(jnp.where(live, better * log_probability, 0)) / self.copies
        entropy = _mean(distribution.entropy().reshape(live.shape), live)
        weight = self.baseline.weight if isinstance(self.baseline, Learned) else 0.0
        loss = -gained + weight * value_loss - self.entropy_weight * entropy
        return loss, {"loss": loss, "value_loss": value_loss, "entropy": entropy}

    def update(self, state: PolicyState, batch: Any, key: PRNGKeyArray) -> tuple[PolicyState, Measures]:
        """An episode of each copy, and one step of the optimiser."""
        now = at(self, state.step)
        gradients, (gain, seen, records) = now.gradients(state, key)
        variables, optimizer = now.stepped(state.variables, state.optimizer, gradients)
        return PolicyState(variables, optimizer, None, gain, seen, state.step + 1), records

    def gradients(self, state: PolicyState, key: PRNGKeyArray) -> tuple[PyTree[Array], tuple[Any, Any, Measures]]:
        """The gradients of the loss from one episode of each copy; the gain, the baseline's state, and records."""
        noise_key, run_key = jax.random.split(key)
        act = self.acting(state.variables["policy"])
        noise = self.noise(noise_key, time_limit_of(self.environment))
        (transition, drawn), live = whole_episodes(self.environment, act, noise, run_key, self.copies)
        gain = self.objective.next_gain(state.gain, transition.reward, live, state.step)
        returns = self.returns(transition, live, gain)
        gradients, parts = jax.grad(self.loss, has_aux=True)(
            state.variables, transition, drawn, live, returns, state.baseline
        )
        seen = state.baseline
        if isinstance(self.baseline, MovingAverage):
            seen = self.baseline.follow(seen, returns, live)
        first = transition._replace(terminated=transition.terminated & live, truncated=transition.truncated & live)
        return gradients, (gain, seen, ended(first) | parts | self.objective.records(gain))


def _mean(values: Float[Array, "steps copies"], live: Bool[Array, "steps copies"]) -> Float[Array, ""]:
    """The mean over the steps of episodes."""
    return jnp.sum(jnp.where(live, values, 0)) / jnp.maximum(jnp.sum(live), 1)
