"""Mapping: how a program goes over its trials, all at once or one after another."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

import jax
import jax.numpy as jnp

# All trials as one operation ("vmap"), best for small products; a call for each seed, with its variants as one
# operation ("seeds"); or trial after trial ("map"), best where one trial's intermediate arrays fill the processor's
# caches, as those of convolutions and recurrent layers can. A single trial has no axes to map over ("alone").
How = Literal["vmap", "seeds", "map", "alone"]
HOWS: tuple[How, ...] = ("vmap", "seeds", "map")
TIMED_HOWS: tuple[How, ...] = ("vmap", "map")
MEASURED: Literal["measured"] = "measured"
WARM_UP, TIMED = 1, 5
CLEARLY = 0.9
FULL = 2**16  # numbers in the states of a seed


def by_size(floats_a_seed: int, platform: str) -> How:
    """The mapping for trials of dense layers: all at once, or on a CPU seed after seed where a seed is large.

    The states of many large seeds leave a processor's caches at every step. Measured, 784-40-20-10 in batches of 100,
    microseconds a trial and step, all at once and seed after seed: 110 and 102 for 13 variants of 6 seeds under Adam,
    98 and 83 under SGD, 151 and 99 for 1 variant of 30 seeds. Below `FULL` there is nothing to choose, or all at once
    is faster (5 against 9, 64-32-16-10 in batches of 16).

    >>> by_size(1_000, "cpu"), by_size(1_000_000, "cpu"), by_size(1_000_000, "gpu")
    ('vmap', 'seeds', 'vmap')
    """
    return "seeds" if platform == "cpu" and floats_a_seed >= FULL else "vmap"


def mapped(function: Callable, in_axes: tuple[int | None, ...], how: How) -> Callable:
    """The function over variants, the first axis of its arguments; arguments whose axis is None are shared.

    >>> import jax.numpy as jnp
    >>> [mapped(jnp.add, (0, None), how)(jnp.arange(3), 10).tolist() for how in ("vmap", "map")]
    [[10, 11, 12], [10, 11, 12]]
    """
    if how == "alone":
        return _alone(function, in_axes)
    if how != "map":
        return jax.vmap(function, in_axes)

    def one_by_one(*arguments: Any) -> Any:
        own = [argument for argument, axis in zip(arguments, in_axes, strict=True) if axis is not None]

        def one(given: list[Any]) -> Any:
            left = iter(given)
            return function(*(a if axis is None else next(left) for a, axis in zip(arguments, in_axes, strict=True)))

        return jax.lax.map(one, own)

    return one_by_one


def _alone(function: Callable, in_axes: tuple[int | None, ...]) -> Callable:
    """The function of a single variant, whose axis is dropped before and put back after."""

    def mapped(*arguments: Any) -> Any:
        single = [
            argument if axis is None else jax.tree.map(lambda leaf: leaf[0], argument)
            for argument, axis in zip(arguments, in_axes, strict=True)
        ]
        return jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], function(*single))

    return mapped


def seconds_a_step(program: Any, seeds: Sequence[int]) -> float:
    """How long one training step of a program takes, compiled beforehand and once run."""
    portions = jax.block_until_ready(program.train(program.start(seeds), 0, WARM_UP))
    begun = time.perf_counter()
    jax.block_until_ready(program.train(portions, WARM_UP, WARM_UP + TIMED))
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
