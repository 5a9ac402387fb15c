"""PPO: several steps on the same rows, as long as the policy stays near the one that met them."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Measures
from waza.core.recipe import at
from waza.rl.policies.actor_critic import ActorCritic, Experience
from waza.rl.policies.policy_agent import PolicyState, normalized


class PPO(ActorCritic):
    r"""Proximal policy optimisation with the clipped objective.

    Each step of an epoch is one of the optimiser on $L = -\frac{1}{N} \sum_i \min(\rho_i A_i,
    \text{clip}(\rho_i, 1 - \epsilon, 1 + \epsilon) A_i) + c_v \frac{1}{N} \sum_i (V(s_i) - G_i)^2 - c_e H$ with the
    ratio $\rho_i = \pi(a_i | s_i) / \pi_\text{old}(a_i | s_i)$.

    Source: Schulman et al., "Proximal policy optimization algorithms", 2017; Huang et al., "The 37 implementation
    details of proximal policy optimization", 2022.

    Args:
        clip: epsilon; a schedule counts updates, like all others.
        epochs: how often the rows of an update are gone over.
        minibatches: parts of the rows, drawn anew in each epoch; the optimiser makes a step on each.
        normalize: whether the advantages of a minibatch are shifted to the mean 0 and scaled to the deviation 1.
        value_clip: how far the value may move from the one before the update without a larger loss; None: any way.
    """

    clip: float = 0.2
    epochs: int = 10
    minibatches: int = 4
    normalize: bool = True
    value_clip: float | None = None

    def __check_init__(self):
        self.check_counts("copies", "steps", "epochs", "minibatches")
        if (self.copies * self.steps) % self.minibatches:
            raise Error(
                f"PPO's {self.copies} copies x {self.steps} steps are no multiple of minibatches={self.minibatches}: "
                "give a number that divides them"
            )

    def loss(self, variables: dict[str, PyTree[Array]], rows: Experience) -> tuple[Float[Array, ""], Measures]:
        """L, its parts, and the share of rows whose ratio is clipped."""
        distribution = self.policy.distribution(variables["policy"], rows.x)
        advantage = normalized(rows.advantage) if self.normalize else rows.advantage
        ratio = jnp.exp(distribution.log_probability(rows.action) - rows.log_probability)
        gained = jnp.mean(jnp.minimum(ratio * advantage, jnp.clip(ratio, 1 - self.clip, 1 + self.clip) * advantage))
        value = self.critic_loss(variables, rows, self.value_clip)
        entropy = jnp.mean(distribution.entropy())
        loss = -gained + self.value_weight * value - self.entropy_weight * entropy
        clipped = jnp.mean(jnp.abs(ratio - 1) > self.clip)
        return loss, {"loss": loss, "value_loss": value, "entropy": entropy, "clipped": clipped}

    def update(self, state: PolicyState, batch: Any, key: PRNGKeyArray) -> tuple[PolicyState, Measures]:
        """Steps of all copies, and the epochs on them."""
        now = at(self, state.step)
        play_key, order_key = jax.random.split(key)
        running, gain, rows, met = now.experience(state, play_key)
        count = self.copies * self.steps

        def one(carry: Any, chosen: Array | None) -> Any:
            part = rows if chosen is None else jax.tree.map(lambda leaf: leaf[chosen], rows)
            gradients, parts = jax.grad(now.loss, has_aux=True)(carry[0], part)
            return now.stepped(*carry, gradients), parts

        orders, length = None, self.epochs
        if self.minibatches > 1:
            length = self.epochs * self.minibatches
            keys = jax.random.split(order_key, self.epochs)
            orders = jax.vmap(lambda key: jax.random.permutation(key, count))(keys).reshape(length, -1)
        (variables, optimizer), parts = jax.lax.scan(one, (state.variables, state.optimizer), orders, length)
        records = jax.tree.map(jnp.mean, parts)
        return PolicyState(
            variables, optimizer, running, gain, None, state.step + 1
        ), met | records | now.objective.records(gain)
