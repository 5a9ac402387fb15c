"""Descent: an optimiser on a landscape."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Measure, Measures
from waza.core.recipe import at
from waza.learners.learner import Learner
from waza.models.landscapes import Landscape
from waza.optim import Optimizer, add


class DescentState(NamedTuple):
    """The current point, the last step, the optimiser's state, and the number of steps done."""

    w: Float[Array, " n"]
    moved: Float[Array, " n"]
    optimizer: PyTree[Array]
    step: Int[Array, ""]


class Descent(Learner):
    """The path of an optimiser down a landscape, from a start that is drawn uniformly from a box.

    Measures: "value", the height; per coordinate "w", "moved" (the last step) and "gradient" where the path stands.

    Args:
        landscape: the function that is minimised.
        optimizer: what turns gradients into steps.
        low: the box's least corner, a number a coordinate.
        high: its greatest corner; equal to `low` in a coordinate that is not drawn.
        noise: the standard deviation of what is added to each gradient, as minibatches do.
    """

    landscape: Landscape
    optimizer: Optimizer
    low: tuple[float, ...] = (-2.0, -2.0)
    high: tuple[float, ...] = (2.0, 2.0)
    noise: float = 0.0

    def __check_init__(self):
        if len(self.low) != len(self.high):
            raise Error(f"Descent's box has {len(self.low)} and {len(self.high)} sides: give as many lows as highs")

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The height, which is to be low, and where the path stands."""
        return Measure("value", "lower"), Measure("w"), Measure("moved"), Measure("gradient")

    def init(self, key: PRNGKeyArray, data: Any) -> DescentState:
        """A start from the box, and the optimiser's state there."""
        low, high = jnp.stack([jnp.float32(x) for x in self.low]), jnp.stack([jnp.float32(x) for x in self.high])
        w = low + (high - low) * jax.random.uniform(key, low.shape)
        return DescentState(w, jnp.zeros_like(w), self.optimizer.init(w), jnp.zeros((), jnp.int32))

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Float[Array, " n"]:
        """The noise of one step, standard normal and shared by all variants."""
        return jax.random.normal(key, (len(self.low),))

    def update(
        self, state: DescentState, batch: Float[Array, " n"], key: PRNGKeyArray
    ) -> tuple[DescentState, Measures]:
        """One step; records the height before it."""
        now = at(self, state.step)
        value, gradient = jax.value_and_grad(now.landscape)(state.w)
        moved, optimizer = now.optimizer.update(gradient + now.noise * batch, state.optimizer, state.w)
        return DescentState(add(state.w, moved), moved, optimizer, state.step + 1), {"value": value}

    def evaluate(self, state: DescentState, data: Any, key: PRNGKeyArray) -> Measures:
        """Where the path stands."""
        value, gradient = jax.value_and_grad(at(self.landscape, state.step))(state.w)
        coordinates = {"w": state.w, "moved": state.moved, "gradient": gradient}
        return {"value": value} | {
            name: {f"w{i}": values[i] for i in range(len(self.low))} for name, values in coordinates.items()
        }
