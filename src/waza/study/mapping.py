"""Mapping: how a program goes over its trials, all at once or one after another."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

import jax

How = Literal["vmap", "map"]
HOWS: tuple[How, ...] = ("vmap", "map")
MEASURED: Literal["measured"] = "measured"
WARM_UP, TIMED = 1, 5
CLEARLY = 0.9


def mapped(function: Callable, in_axes: tuple[int | None, ...], how: How) -> Callable:
    """The function over the first axis of its arguments; those whose axis is None are shared.

    "vmap" makes one operation of all trials', which is best for small products; "map" runs a trial after the other,
    which is best where a trial's intermediate arrays fill the processor's caches, as those of convolutions do.

    >>> import jax.numpy as jnp
    >>> [mapped(jnp.add, (0, None), how)(jnp.arange(3), 10).tolist() for how in ("vmap", "map")]
    [[10, 11, 12], [10, 11, 12]]
    """
    if how == "vmap":
        return jax.vmap(function, in_axes)

    def one_by_one(*arguments: Any) -> Any:
        own = [argument for argument, axis in zip(arguments, in_axes, strict=True) if axis is not None]

        def one(given: list[Any]) -> Any:
            left = iter(given)
            return function(*(a if axis is None else next(left) for a, axis in zip(arguments, in_axes, strict=True)))

        return jax.lax.map(one, own)

    return one_by_one


def seconds_a_step(program: Any, seeds: Sequence[int]) -> float:
    """How long one training step of a program takes, compiled beforehand and once run."""
    states, tally, seeds = program.start(seeds)
    states, tally = jax.block_until_ready(program.train(states, tally, seeds, 0, WARM_UP))
    begun = time.perf_counter()
    jax.block_until_ready(program.train(states, tally, seeds, WARM_UP, WARM_UP + TIMED))
    return (time.perf_counter() - begun) / TIMED


@dataclasses.dataclass(frozen=True)
class Chosen:
    """The mapping of one structure's trials, and the seconds a step of those that were timed, if any were.

    >>> Chosen.of({"vmap": 1.0, "map": 0.95}).how, Chosen.of({"vmap": 1.0, "map": 0.5}).how
    ('vmap', 'map')
    """

    how: How
    seconds: Mapping[How, float] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, seconds: Mapping[How, float]) -> Self:
        """The mapping of the shortest step; "vmap" unless another is shorter by 10 %, so that noise decides nothing."""
        best = min(seconds, key=lambda how: seconds[how])
        return cls(best if seconds[best] < CLEARLY * seconds["vmap"] else "vmap", seconds)
