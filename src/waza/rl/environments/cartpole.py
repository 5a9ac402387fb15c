"""CartPole: a pole on a cart is kept upright."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.spaces import Box, Discrete

FARTHEST = 2.4  # metres from the middle
STEEPEST = 12 * 2 * np.pi / 360


class CartPole(Environment):
    """A pole on a cart is kept upright by pushes from the left (action 1) and from the right (action 0).

    The state and the observation are (x, dx/dt, theta, dtheta/dt): the cart's position in metres, and the pole's angle
    from the vertical in radians. With the force F = +-force, the masses m of the pole and M of both, and l half the
    pole's length:

        temp = (F + m l (dtheta/dt)^2 sin theta) / M
        d2theta/dt2 = (g sin theta - cos theta temp) / (l (4/3 - m cos(theta)^2 / M))
        d2x/dt2 = temp - m l d2theta/dt2 cos(theta) / M

    integrated by one Euler step of `time_step` seconds. Each step pays 1. The process ends when the cart is farther
    than 2.4 m from the middle, or the pole is inclined by more than 12 degrees. The first state is uniform in
    [-0.05, 0.05]^4.

    Equal to Gymnasium's CartPole-v1. Source: Barto, Sutton and Anderson (1983).

    Args:
        gravity: g, in m/s^2.
        cart_mass: of the cart alone, in kg.
        pole_mass: m, in kg.
        half_length: l, in m.
        force: of a push, in N.
        time_step: in s.

    >>> state = CartPole().step(jnp.zeros(4), 1, jax.random.key(0)).state
    >>> [round(float(number), 4) for number in state]
    [0.0, 0.1951, 0.0, -0.2927]
    """

    gravity: float = 9.8
    cart_mass: float = 1.0
    pole_mass: float = 0.1
    half_length: float = 0.5
    force: float = 10.0
    time_step: float = 0.02
    time_limit: int | None = 500

    @property
    def actions(self) -> Discrete:
        """A push to the left (0) or to the right (1)."""
        return Discrete(2)

    @property
    def observations(self) -> Box:
        """Position, velocity, angle and angular velocity."""
        high = (2 * FARTHEST, np.inf, 2 * STEEPEST, np.inf)
        return Box((4,), tuple(-bound for bound in high), high)

    def reset(self, key: PRNGKeyArray) -> Float[Array, "4"]:
        """A first state."""
        return jax.random.uniform(key, (4,), minval=-0.05, maxval=0.05)

    def step(self, state: Float[Array, "4"], action: Int[Array, ""] | int, key: PRNGKeyArray) -> Step:
        """One Euler step; the key is not used."""
        _, velocity, angle, turning = state
        mass, moment = self.cart_mass + self.pole_mass, self.pole_mass * self.half_length
        force = jnp.where(action == 1, self.force, -self.force)
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        temp = (force + moment * turning**2 * sin) / mass
        turn = (self.gravity * sin - cos * temp) / (self.half_length * (4 / 3 - self.pole_mass * cos**2 / mass))
        push = temp - moment * turn * cos / mass
        state = state + self.time_step * jnp.stack((velocity, push, turning, turn))
        terminated = (jnp.abs(state[0]) > FARTHEST) | (jnp.abs(state[2]) > STEEPEST)
        return Step(state, jnp.float32(1), terminated)

    def observe(self, state: Float[Array, "4"]) -> Float[Array, "4"]:
        """The state."""
        return state
