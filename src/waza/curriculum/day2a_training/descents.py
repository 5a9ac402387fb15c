"""Descents from many starts at once in double precision: what an optimiser does on a landscape, computed exactly."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from waza.core.recipe import at
from waza.models.landscapes import Landscape
from waza.optim import Optimizer

Starts = Float[np.ndarray, "starts weights"]


def line(low: float, high: float, count: int, other: float = 0.0) -> Starts:
    """Starts whose first weight is at the centres of `count` equal intervals, and whose second weight is `other`.

    >>> line(-2.0, 2.0, 2).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    first = low + (high - low) * (np.arange(count) + 0.5) / count
    return np.stack([first, np.full(count, other)], axis=1)


def end_of(landscape: Landscape, optimizer: Optimizer, starts: Starts, steps: int) -> Starts:
    """The weights after `steps` steps without noise.

    >>> from waza import optim
    >>> from waza.models.landscapes import Quadratic
    >>> end_of(Quadratic((1.0, 10.0)), optim.SGD(0.1), np.array([[1.0, 1.0]]), 2).round(4).tolist()
    [[0.81, 0.0]]
    """
    with jax.enable_x64(True):
        step, first = _stepper(landscape, optimizer, starts)
        return np.asarray(jax.lax.fori_loop(0, steps, lambda i, state: step(state, i)[0], first)[0])


def path_of(
    landscape: Landscape, optimizer: Optimizer, starts: Starts, steps: int
) -> Float[np.ndarray, "times starts weights"]:
    """The weights before the first and after each of `steps` steps without noise."""
    with jax.enable_x64(True):
        step, first = _stepper(landscape, optimizer, starts)
        _, path = jax.lax.scan(step, first, jnp.arange(steps))
        return np.concatenate([starts[None], np.asarray(path)])


def slopes_of(landscape: Landscape, path: np.ndarray) -> np.ndarray:
    """The gradient at each point of a path, after as many steps."""
    with jax.enable_x64(True):
        steps = jnp.arange(len(path))
        return np.asarray(jax.vmap(lambda w, i: _gradient(landscape, i)(w))(jnp.asarray(path), steps))


def _gradient(landscape: Landscape, step: jax.Array) -> Callable[[jax.Array], jax.Array]:
    return jax.vmap(jax.grad(at(landscape, step)))


def _stepper(landscape: Landscape, optimizer: Optimizer, starts: Starts) -> tuple[Callable, tuple]:
    """A step of all descents, and the state before the first one. Each weight of each start has its own state."""

    def step(state: tuple, i: jax.Array) -> tuple[tuple, jax.Array]:
        w, memory = state
        moved, memory = optimizer.update(_gradient(landscape, i)(w), memory, w)
        return (w + moved, memory), w + moved

    first = jnp.asarray(starts, jnp.float64)
    return step, (first, optimizer.init(first))
