"""Environments by name: those of waza, and all of Gymnasium."""

from waza.core.errors import Error, nearest
from waza.rl.environments.acrobot import Acrobot
from waza.rl.environments.campaign import Campaign
from waza.rl.environments.cartpole import CartPole
from waza.rl.environments.cliff_walking import CliffWalking
from waza.rl.environments.environment import Environment
from waza.rl.environments.frozen_lake import LARGE, FrozenLake
from waza.rl.environments.gridworld import GridWorld
from waza.rl.environments.gymnasium_spaces import gymnasium_package
from waza.rl.environments.hosted import Hosted
from waza.rl.environments.mountain_car import MountainCar
from waza.rl.environments.taxi import Taxi

OURS: dict[str, Environment] = {
    "CartPole-v1": CartPole(),
    "Acrobot-v1": Acrobot(),
    "MountainCar-v0": MountainCar(),
    "FrozenLake-v1": FrozenLake(),
    "FrozenLake8x8-v1": FrozenLake(rows=LARGE, time_limit=200),
    "CliffWalking-v1": CliffWalking(),
    "CliffWalkingSlippery-v1": CliffWalking(slippery=True),
    "Taxi-v4": Taxi(),
    "GridWorld-v0": GridWorld(),
    "Campaign-v0": Campaign(),
}
OLDER = {"Taxi-v3": "Taxi-v4"}  # names of Gymnasium for what is the same
HOSTED, PREFIX, UNLIMITED = "gym:", "waza/", 1000


def environment(name: str) -> Environment:
    """The environment with this name: of waza where it has one, else of Gymnasium, stepped on the host.

    Args:
        name: such as "CartPole-v1"; "gym:CartPole-v1" is Gymnasium's own. A hosted environment has the time limit of
            Gymnasium's registry, or 1,000 steps where that has none.

    Raises:
        Error: no environment has this name, a package is missing, or a space is not supported.

    >>> environment("CartPole-v1").time_limit
    500
    >>> environment("gym:MountainCar-v0")
    Hosted(time_limit=200, name='MountainCar-v0')
    """
    ours = name.removeprefix(PREFIX)
    ours = OLDER.get(ours, ours)
    if ours in OURS:
        return OURS[ours]
    theirs = name.removeprefix(HOSTED)
    try:
        gymnasium = gymnasium_package()
    except Error as error:
        raise Error(f"no environment {name!r} in waza: {nearest(name, OURS)} For others: {error}") from error
    try:
        limit = gymnasium.spec(theirs).max_episode_steps
    except (gymnasium.error.Error, ModuleNotFoundError) as error:
        known = nearest(theirs, {**OURS, **gymnasium.registry})
        raise Error(f"no environment {theirs!r}, neither in waza nor in Gymnasium: {known}") from error
    hosted = Hosted(name=theirs, time_limit=limit or UNLIMITED)
    _ = hosted.host  # made now, so that what is missing or not supported is told before a training
    return hosted


def name_of(environment: Environment) -> str | None:
    """The name by which `environment` gives an equal one; None where there is none.

    >>> name_of(FrozenLake()), name_of(FrozenLake(success=0.9)), name_of(Hosted(name="CartPole-v1"))
    ('FrozenLake-v1', None, 'gym:CartPole-v1')
    """
    if isinstance(environment, Hosted):
        return HOSTED + environment.name
    return next((name for name, ours in OURS.items() if type(ours) is type(environment) and ours == environment), None)


def register() -> None:
    """Register the environments of waza with Gymnasium, as "waza/CartPole-v1" and so on.

    Raises:
        Error: gymnasium is not installed.

    >>> register()
    >>> import gymnasium
    >>> gymnasium.make("waza/Taxi-v4").observation_space
    Discrete(500)
    """
    gymnasium = gymnasium_package()
    for name, ours in OURS.items():
        if PREFIX + name not in gymnasium.registry:
            gymnasium.register(
                PREFIX + name,
                entry_point="waza.rl.environments.gymnasium_env:GymnasiumEnv",
                kwargs={"environment": ours},
                max_episode_steps=ours.time_limit,
            )
