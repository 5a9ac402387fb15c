"""Spaces of Gymnasium as those of waza, and the other way round."""

import math
from types import ModuleType
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.rl.environments.spaces import Box, Discrete


def gymnasium_package() -> ModuleType:
    """The package gymnasium; an `Error` where it is not installed."""
    try:
        import gymnasium
    except ImportError as error:
        raise Error("gymnasium is not installed: pip install 'waza[rl]'") from error
    return gymnasium


def as_gymnasium(space: Discrete | Box) -> Any:
    """The space of Gymnasium with the same elements.

    >>> as_gymnasium(Discrete(3))
    Discrete(3)
    """
    spaces = gymnasium_package().spaces
    if isinstance(space, Discrete):
        return spaces.Discrete(space.n)
    low, high = (
        np.reshape(bound, space.shape) if isinstance(bound, tuple) else np.full(space.shape, bound)
        for bound in (space.low, space.high)
    )
    return spaces.Box(low.astype(np.float32), high.astype(np.float32), space.shape, np.float32)


def actions_of(name: str, space: Any) -> Discrete | Box:
    """The actions of the environment `name` of Gymnasium; an `Error` where they are neither discrete nor a box."""
    spaces = gymnasium_package().spaces
    if isinstance(space, spaces.Discrete):
        return Discrete(int(space.n))
    if isinstance(space, spaces.Box):
        return _box(space)
    raise Error(f"{name}: its actions are {_short(space)}; waza supports Discrete and Box: choose another environment")


def observations_of(name: str, space: Any) -> Discrete | Box:
    """The observations of the environment `name` of Gymnasium; vectors of numbers are boxes. Others are an `Error`."""
    spaces = gymnasium_package().spaces
    if isinstance(space, spaces.Discrete):
        return Discrete(int(space.n))
    if isinstance(space, spaces.Box):
        return _box(space)
    if isinstance(space, spaces.MultiBinary):
        return Box(tuple(space.shape), 0.0, 1.0)
    if isinstance(space, spaces.MultiDiscrete):
        low = np.asarray(space.start, float)
        return Box(tuple(space.shape), tuple(low.ravel()), tuple((low + space.nvec - 1).ravel()))
    raise Error(
        f"{name}: its observations are {_short(space)}; waza supports Discrete, Box, MultiBinary and MultiDiscrete: "
        "wrap it in gymnasium.wrappers.FlattenObservation and register the result"
    )


def _box(space: Any) -> Box:
    """The bounds as one number where all coordinates have the same, else one for each, flat."""

    def bound(values: np.ndarray, none: float) -> float | tuple[float, ...]:
        if not values.size or (values == values.flat[0]).all():
            return float(values.flat[0]) if values.size else none
        return tuple(float(value) for value in values.ravel())

    return Box(tuple(space.shape), bound(space.low, -math.inf), bound(space.high, math.inf))


def _short(space: Any) -> str:
    text = str(space)
    return text if len(text) <= 80 else f"{type(space).__name__}(...)"
