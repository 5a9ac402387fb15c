"""The picture of a state, for the environments that have one."""

from collections.abc import Callable
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.rl.environments.acrobot import Acrobot
from waza.rl.environments.cartpole import CartPole
from waza.rl.environments.cliff_walking import CliffWalking
from waza.rl.environments.environment import Environment
from waza.rl.environments.frozen_lake import FrozenLake
from waza.rl.environments.gridworld import GridWorld
from waza.rl.environments.hosted import Hosted
from waza.rl.environments.mountain_car import MountainCar
from waza.rl.environments.pictures import classic, maps
from waza.rl.environments.taxi import Taxi

# What draws a state, and how many states are shown in a second.
DRAWN: dict[type[Environment], tuple[Callable[[Any, Any], np.ndarray], int]] = {
    CartPole: (classic.cartpole, 50),
    MountainCar: (classic.mountain_car, 30),
    Acrobot: (classic.acrobot, 15),
    GridWorld: (maps.gridworld, 4),
    FrozenLake: (maps.frozen_lake, 4),
    CliffWalking: (maps.cliff_walking, 4),
    Taxi: (maps.taxi, 4),
    Hosted: (Hosted.picture, 30),
}


def render(environment: Environment, state: Any) -> np.ndarray:
    """The state of one copy as an image (height, width, 3), uint8.

    A hosted environment needs `pictures=True`, and draws with Gymnasium.

    Raises:
        Error: there are no pictures of this environment.

    >>> render(GridWorld(rows=("S.G",)), 1).shape
    (52, 148, 3)
    """
    return _drawn(environment)[0](environment, state)


def pace(environment: Environment) -> int:
    """How many states a film of an episode shows in a second.

    >>> pace(CartPole())
    50
    """
    return _drawn(environment)[1]


def has_pictures(environment: Environment) -> bool:
    """Whether states of this environment can be rendered.

    >>> has_pictures(CartPole()), has_pictures(Environment())
    (True, False)
    """
    return any(kind in DRAWN for kind in type(environment).__mro__)


def _drawn(environment: Environment) -> tuple[Callable[[Any, Any], np.ndarray], int]:
    for kind in type(environment).__mro__:
        if kind in DRAWN:
            return DRAWN[kind]
    known = ", ".join(sorted(kind.__name__ for kind in DRAWN))
    raise Error(f"there are no pictures of {type(environment).__name__}; there are those of {known}")
