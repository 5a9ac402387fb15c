"""PolicyAgent: an agent that follows a policy and adjusts it by gradients."""

from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.nn import Layer, Pass, named_key
from waza.optim import Optimizer, add
from waza.rl.agents import Agent
from waza.rl.policies.objectives import Objective
from waza.rl.policies.policy import Policy, outputs_of
from waza.rl.rollouts import Act, as_inputs, begin_copies, input_size


class PolicyState(NamedTuple):
    """The state of a training.

    Attributes:
        variables: of the policy, "policy", and of the critic, "critic".
        optimizer: the optimiser's state.
        running: the episodes of all copies of the environment (`Running`); None where each update begins new ones.
        gain: the estimated average reward; 0 where the objective needs none.
        baseline: what a moving average has seen.
        step: updates done.
    """

    variables: dict[str, PyTree[Array]]
    optimizer: PyTree[Array]
    running: PyTree[Array]
    gain: Float[Array, ""]
    baseline: PyTree[Array]
    step: Int[Array, ""]


class PolicyAgent(Agent):
    """What learners of policies have in common: how the policy acts and what is kept.

    Evaluations play the policy's modes where `greedy`, and draw actions otherwise. The policy's variables are kept.
    """

    policy: Policy
    optimizer: Optimizer
    objective: eqx.AbstractVar[Objective]
    copies: eqx.AbstractVar[int]
    greedy: eqx.AbstractVar[bool]

    def check_counts(self, *names: str) -> None:
        """Check that these fields are whole numbers of at least 1."""
        for name in names:
            if not isinstance(count := getattr(self, name), int) or count < 1:
                raise Error(f"{type(self).__name__}({name}={count!r}); expected a whole number of at least 1")

    def started(self, key: PRNGKeyArray, critic: Layer | None, running: bool, baseline: PyTree[Array]) -> PolicyState:
        """The state before the first update.

        Raises:
            Error: the policy or the critic does not fit the environment.
        """
        inputs, actions = input_size(self.environment.observations), self.environment.actions
        self.policy.check(inputs, actions)
        variables = {"policy": self.policy.init(named_key(key, "policy"), actions)}
        if critic is not None:
            if (found := outputs_of(critic, inputs)) != (1,):
                raise Error(f"the critic's outputs have the shape {found}; expected (1,), the value of an observation")
            variables["critic"] = critic.init(named_key(key, "critic"))
        episodes = begin_copies(self.environment, named_key(key, "episodes"), self.copies) if running else None
        optimizer = self.optimizer.init(variables)
        return PolicyState(variables, optimizer, episodes, jnp.zeros(()), baseline, jnp.zeros((), jnp.int32))

    def inputs(self, observations: Array) -> Float[Array, "rows inputs"]:
        """Observations of any leading axes as the rows of a model's input."""
        x = as_inputs(self.environment.observations, observations)
        return x.reshape(-1, x.shape[-1])

    def values(self, critic: Layer, variables: PyTree[Array], observations: Array) -> Float[Array, "..."]:
        """V of observations (..., *shape)."""
        leading = observations.shape[: observations.ndim - len(self.environment.observations.shape)]
        return critic.apply(variables, self.inputs(observations), Pass()).reshape(leading)

    def acting(self, variables: PyTree[Array]) -> Act:
        """The actions of all copies; the drawn ones, before bounds are applied, are kept."""
        policy, actions = self.policy, self.environment.actions

        def act(observations: Array, noise: Array) -> tuple[Array, Array]:
            drawn = policy.distribution(variables, self.inputs(observations)).sample(noise)
            return policy.allowed(drawn, actions), drawn

        return act

    def noise(self, key: PRNGKeyArray, steps: int) -> Float[Array, "..."]:
        """The noise of the actions of so many steps of all copies."""
        return self.policy.noise(key, (steps, self.copies), self.environment.actions)

    def stepped(
        self, variables: dict[str, PyTree[Array]], optimizer: PyTree[Array], gradients: PyTree[Array]
    ) -> tuple[dict[str, PyTree[Array]], PyTree[Array]]:
        """The variables and the optimiser's state after a step along the gradients."""
        updates, optimizer = self.optimizer.update(gradients, optimizer, variables)
        return add(variables, updates), optimizer

    def act(self, variables: PyTree[Array], observation: Array, key: PRNGKeyArray) -> Any:
        """The most probable action, or a drawn one."""
        actions = self.environment.actions
        distribution = self.policy.distribution(variables, self.inputs(observation[None]))
        drawn = distribution.mode() if self.greedy else distribution.sample(self.policy.noise(key, (1,), actions))
        return self.policy.allowed(drawn[0], actions)

    def kept(self, state: PolicyState) -> PyTree[Array]:
        """The policy's variables."""
        return state.variables["policy"]


def normalized(x: Float[Array, "..."], real: Any = True) -> Float[Array, "..."]:
    """Shifted to the mean 0 and scaled to the standard deviation 1 of the real entries; the others are 0.

    >>> normalized(jnp.array([1.0, 3.0, 9.0]), jnp.array([True, True, False])).round(3).tolist()
    [-1.0, 1.0, 0.0]
    """
    real = jnp.broadcast_to(real, x.shape)
    count = jnp.maximum(jnp.sum(real), 1)
    centred = jnp.where(real, x - jnp.sum(jnp.where(real, x, 0)) / count, 0)
    return centred / (jnp.sqrt(jnp.sum(centred**2) / count) + 1e-8)
