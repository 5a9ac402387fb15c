"""A2C: one step of gradient ascent on the rows of all copies."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.measure import Measures
from waza.core.recipe import at
from waza.rl.policies.actor_critic import ActorCritic, Experience
from waza.rl.policies.policy_agent import PolicyState, normalized


class A2C(ActorCritic):
    r"""The advantage actor-critic with synchronous copies.

    One step on $L = -\frac{1}{N} \sum_i A_i \log \pi(a_i | s_i) + c_v \frac{1}{N} \sum_i (V(s_i) - G_i)^2 - c_e H$ with
    the advantage estimates A, the lambda-returns G and the mean entropy H.

    Source: Mnih et al., "Asynchronous methods for deep reinforcement learning", 2016, without the asynchrony.

    Args:
        normalize: whether the advantages of an update are shifted to the mean 0 and scaled to the deviation 1.
    """

    normalize: bool = False

    def loss(self, variables: dict[str, PyTree[Array]], rows: Experience) -> tuple[Float[Array, ""], Measures]:
        """L, and its parts."""
        distribution = self.policy.distribution(variables["policy"], rows.x)
        advantage = normalized(rows.advantage) if self.normalize else rows.advantage
        gained = jnp.mean(advantage * distribution.log_probability(rows.action))
        value = self.critic_loss(variables, rows)
        entropy = jnp.mean(distribution.entropy())
        loss = -gained + self.value_weight * value - self.entropy_weight * entropy
        return loss, {"loss": loss, "value_loss": value, "entropy": entropy}

    def update(self, state: PolicyState, batch: Any, key: PRNGKeyArray) -> tuple[PolicyState, Measures]:
        """Steps of all copies, and one step of the optimiser."""
        now = at(self, state.step)
        running, gain, rows, met = now.experience(state, key)
        gradients, parts = jax.grad(now.loss, has_aux=True)(state.variables, rows)
        variables, optimizer = now.stepped(state.variables, state.optimizer, gradients)
        return PolicyState(
            variables, optimizer, running, gain, None, state.step + 1
        ), met | parts | now.objective.records(gain)
