"""A simple recurrent cell without recurrence: each step depends only on its own input."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.nn import Preactivations, SimpleRNN


class Forgetful(SimpleRNN):
    """The same cell with the same variables, but $z_{t-1}$ is zero at every step."""

    def advance(
        self, variables: dict[str, Array], state: Float[Array, "batch units"], preactivation: Preactivations
    ) -> tuple[Float[Array, "batch units"], Float[Array, "batch units"]]:
        """z_t without z_{t-1}."""
        return super().advance(variables, jnp.zeros_like(state), preactivation)
