"""Acrobot: two links that swing up by a torque at the joint between them."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.spaces import Box, Discrete

FASTEST = np.array([4 * np.pi, 9 * np.pi], np.float32)  # angular velocities of the two links, in rad/s
GRAVITY, CENTRE, INERTIA = 9.8, 0.5, 1.0  # links of 1 m and 1 kg, their centres of mass and moments of inertia


class Acrobot(Environment):
    """Two links hang from a fixed point, and swing up by a torque at the joint between them.

    The state is (theta1, theta2, dtheta1/dt, dtheta2/dt): the first link's angle from hanging down, and the second's
    from the first's direction. The observation is (cos theta1, sin theta1, cos theta2, sin theta2, dtheta1/dt,
    dtheta2/dt). The action minus 1 is the torque tau, in N m. With c = 1/2 the centres of mass and I = 1:

        d1 = c^2 + 1 + c^2 + 2 c cos theta2 + 2 I
        d2 = c^2 + c cos theta2 + I
        phi2 = c g cos(theta1 + theta2 - pi/2)
        phi1 = -c dtheta2^2 sin theta2 - 2 c dtheta2 dtheta1 sin theta2 + (c + 1) g cos(theta1 - pi/2) + phi2
        d2theta2/dt2 = (tau + d2/d1 phi1 - c dtheta1^2 sin theta2 - phi2) / (c^2 + I - d2^2/d1)
        d2theta1/dt2 = -(d2 d2theta2/dt2 + phi1) / d1

    integrated by one Runge-Kutta step of fourth order and `time_step` seconds. The angular velocities are kept within
    4 pi and 9 pi. The process ends when the free end is 1 m above the fixed point:
    -cos theta1 - cos(theta1 + theta2) > 1. A step pays -1, the last one 0. The first state is uniform in [-0.1, 0.1]^4.

    Equal to Gymnasium's Acrobot-v1. Source: Sutton (1996); Sutton and Barto (1998, section 11.3).

    Args:
        time_step: in s.

    >>> state = Acrobot().step(jnp.zeros(4), 2, jax.random.key(0)).state
    >>> [round(float(number), 4) for number in state]
    [-0.0133, 0.0343, -0.1287, 0.3345]
    """

    time_step: float = 0.2
    time_limit: int | None = 500

    @property
    def actions(self) -> Discrete:
        """A torque of -1, 0 or 1 N m."""
        return Discrete(3)

    @property
    def observations(self) -> Box:
        """Cosine and sine of both angles, and the angular velocities."""
        high = (1.0, 1.0, 1.0, 1.0, *FASTEST.tolist())
        return Box((6,), tuple(-bound for bound in high), high)

    def reset(self, key: PRNGKeyArray) -> Float[Array, "4"]:
        """A first state."""
        return jax.random.uniform(key, (4,), minval=-0.1, maxval=0.1)

    def step(self, state: Float[Array, "4"], action: Int[Array, ""] | int, key: PRNGKeyArray) -> Step:
        """One Runge-Kutta step; the key is not used."""
        torque, dt = jnp.asarray(action - 1, jnp.float32), self.time_step
        k1 = _slope(state, torque)
        k2 = _slope(state + dt / 2 * k1, torque)
        k3 = _slope(state + dt / 2 * k2, torque)
        k4 = _slope(state + dt * k3, torque)
        state = state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        state = jnp.concatenate((_within_a_turn(state[:2]), jnp.clip(state[2:], -FASTEST, FASTEST)))
        terminated = -jnp.cos(state[0]) - jnp.cos(state[0] + state[1]) > 1
        return Step(state, jnp.where(terminated, jnp.float32(0), jnp.float32(-1)), terminated)

    def observe(self, state: Float[Array, "4"]) -> Float[Array, "6"]:
        """Cosine and sine of both angles, and the angular velocities."""
        first, second, *turning = state
        return jnp.stack((jnp.cos(first), jnp.sin(first), jnp.cos(second), jnp.sin(second), *turning))


def _slope(state: Float[Array, "4"], torque: Float[Array, ""]) -> Float[Array, "4"]:
    """The derivatives of the state by time."""
    theta1, theta2, turning1, turning2 = state
    c, cos2, sin2 = CENTRE, jnp.cos(theta2), jnp.sin(theta2)
    d1 = c**2 + 1 + c**2 + 2 * c * cos2 + 2 * INERTIA
    d2 = c**2 + c * cos2 + INERTIA
    phi2 = c * GRAVITY * jnp.sin(theta1 + theta2)  # cos(a - pi/2) = sin a
    phi1 = -c * turning2 * (turning2 + 2 * turning1) * sin2 + (c + 1) * GRAVITY * jnp.sin(theta1) + phi2
    turn2 = (torque + d2 / d1 * phi1 - c * turning1**2 * sin2 - phi2) / (c**2 + INERTIA - d2**2 / d1)
    return jnp.stack((turning1, turning2, -(d2 * turn2 + phi1) / d1, turn2))


def _within_a_turn(angles: Float[Array, "2"]) -> Float[Array, "2"]:
    """The same angles in [-pi, pi]."""
    turns = jnp.ceil((jnp.abs(angles) - np.pi) / (2 * np.pi))
    return angles - 2 * np.pi * jnp.sign(angles) * jnp.maximum(turns, 0)
