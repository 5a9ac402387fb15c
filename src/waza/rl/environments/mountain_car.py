"""MountainCar: an engine that is too weak for the hill."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.spaces import Box, Discrete

LEFTMOST, RIGHTMOST, GOAL, FASTEST = -1.2, 0.6, 0.5, 0.07


class MountainCar(Environment):
    """A car in a valley has to build up momentum to reach the top of the hill on its right.

    The state and the observation are (x, v), position and velocity. Actions: 0 to the left, 1 nothing, 2 to the right.

        v <- v + force (action - 1) - gravity cos(3 x), within [-0.07, 0.07]
        x <- x + v, within [-1.2, 0.6]; at -1.2 the car stops

    Each step pays -1. The process ends at x >= 0.5 with at least the velocity `goal_velocity`. The first position is
    uniform in [-0.6, -0.4], at rest.

    Equal to Gymnasium's MountainCar-v0. Source: Moore (1990); Sutton and Barto (2018, example 10.1).

    Args:
        force: of the engine, per step.
        gravity: along the slope, per step.
        goal_velocity: the least velocity with which the top counts as reached.

    >>> state = MountainCar().step(jnp.array([-0.5, 0.0]), 2, jax.random.key(0)).state
    >>> [round(float(number), 6) for number in state]
    [-0.499177, 0.000823]
    """

    force: float = 0.001
    gravity: float = 0.0025
    goal_velocity: float = 0.0
    time_limit: int | None = 200

    @property
    def actions(self) -> Discrete:
        """To the left, nothing, to the right."""
        return Discrete(3)

    @property
    def observations(self) -> Box:
        """Position and velocity."""
        return Box((2,), (LEFTMOST, -FASTEST), (RIGHTMOST, FASTEST))

    def reset(self, key: PRNGKeyArray) -> Float[Array, "2"]:
        """A first state."""
        return jnp.stack((jax.random.uniform(key, minval=-0.6, maxval=-0.4), jnp.float32(0)))

    def step(self, state: Float[Array, "2"], action: Int[Array, ""] | int, key: PRNGKeyArray) -> Step:
        """One step; the key is not used."""
        position, velocity = state
        velocity = velocity + (action - 1) * self.force - jnp.cos(3 * position) * self.gravity
        velocity = jnp.clip(velocity, -FASTEST, FASTEST)
        position = jnp.clip(position + velocity, LEFTMOST, RIGHTMOST)
        velocity = jnp.where((position <= LEFTMOST) & (velocity < 0), 0, velocity)
        terminated = (position >= GOAL) & (velocity >= self.goal_velocity)
        return Step(jnp.stack((position, velocity)), jnp.float32(-1), terminated)

    def observe(self, state: Float[Array, "2"]) -> Float[Array, "2"]:
        """The state."""
        return state
