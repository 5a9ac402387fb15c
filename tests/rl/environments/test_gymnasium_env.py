"""Our environments for Gymnasium: its own checks, the same episodes, and names."""

import importlib.util
import sys
import warnings

import gymnasium
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from waza.core.errors import Error
from waza.rl.environments import Box, CartPole, Discrete, FrozenLake, Hosted, Taxi, environment, register
from waza.rl.environments.gymnasium_spaces import actions_of, as_gymnasium, observations_of
from waza.rl.environments.names import OURS
from waza.rl.environments.pictures import has_pictures


@pytest.mark.parametrize("name", OURS)
def test_check_env_passes(name):
    register()
    made = gymnasium.make(f"waza/{name}", render_mode="rgb_array" if has_pictures(OURS[name]) else None)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*infinity.*")
        check_env(made.unwrapped)
    assert made.spec.max_episode_steps == OURS[name].time_limit


def test_the_time_limit_is_gymnasiums_wrapper():
    register()
    made = gymnasium.make("waza/MountainCar-v0")
    made.reset(seed=0)
    for _ in range(199):
        assert made.step(1)[2:4] == (False, False)
    assert made.step(1)[2:4] == (False, True)


def test_seeds_decide():
    register()
    first, again, other = (gymnasium.make("waza/FrozenLake-v1") for _ in range(3))
    paths = []
    for made, seed in ((first, 5), (again, 5), (other, 6)):
        made.reset(seed=seed)
        paths.append([made.step(2)[0] for _ in range(12)])
    assert paths[0] == paths[1] != paths[2]


@pytest.mark.parametrize(
    "space",
    [Discrete(4), Box((2, 3)), Box((2,), -1.0, (1.0, 2.0)), Box((), 0.0, 1.0), Box((2, 2), 0.0, (1.0, 2.0, 3.0, 4.0))],
)
def test_spaces_go_there_and_back(space):
    assert actions_of("X", as_gymnasium(space)) == space
    assert observations_of("X", as_gymnasium(space)) == space


def test_binary_and_many_valued_vectors_are_boxes():
    spaces = gymnasium.spaces
    assert observations_of("X", spaces.MultiBinary(3)) == Box((3,), 0.0, 1.0)
    assert observations_of("X", spaces.MultiDiscrete([2, 5])) == Box((2,), (0.0, 0.0), (1.0, 4.0))
    assert actions_of("X", spaces.Discrete(3, start=-1)) == Discrete(3)


@pytest.mark.parametrize(
    ("read", "space"),
    [
        (observations_of, gymnasium.spaces.Dict({"a": gymnasium.spaces.Discrete(2)})),
        (observations_of, gymnasium.spaces.Text(5)),
        (actions_of, gymnasium.spaces.Tuple([gymnasium.spaces.Discrete(2)])),
        (actions_of, gymnasium.spaces.MultiBinary(3)),
    ],
)
def test_other_spaces_are_an_error_that_says_which_are_supported(read, space):
    with pytest.raises(Error, match=f"X: its .* are {type(space).__name__}.*; waza supports Discrete") as caught:
        read("X", space)
    assert "\n" not in str(caught.value)


def test_names():
    assert environment("CartPole-v1") == CartPole() == environment("waza/CartPole-v1")
    assert environment("FrozenLake-v1") == FrozenLake() and environment("Taxi-v4") == Taxi()
    hosted = environment("gym:CartPole-v1")
    assert isinstance(hosted, Hosted) and hosted.time_limit == 500
    assert environment("Pendulum-v1").time_limit == 200
    assert environment("gym:CliffWalking-v1").time_limit == 1000
    assert environment("Taxi-v3") == environment("Taxi-v4")
    with pytest.raises(Error, match=r"Blackjack-v1: its observations are Tuple\(.*supports Discrete, Box"):
        environment("Blackjack-v1")


def test_unknown_names_are_errors_with_the_nearest_one():
    with pytest.raises(Error, match="'CartPool-v1', neither in waza nor in Gymnasium: did you mean 'CartPole-v1'"):
        environment("CartPool-v1")
    with pytest.raises(Error, match=r"'GridWold-v0'.*'GridWorld-v0'"):
        environment("gym:GridWold-v0")
    with pytest.raises(Error, match="no environment 'nowhere:Void-v0'"):
        environment("nowhere:Void-v0")


def test_without_gymnasium_ours_are_there_and_others_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    assert environment("CartPole-v1").time_limit == 500
    with pytest.raises(Error, match=r"'LunarLander-v3' in waza.*pip install 'waza\[rl\]'"):
        environment("LunarLander-v3")
    with pytest.raises(Error, match=r"pip install 'waza\[rl\]'"):
        register()


def test_an_environment_whose_package_is_missing_says_so():
    """LunarLander needs Box2D, which is not installed with waza."""
    pytest.importorskip("gymnasium")
    if importlib.util.find_spec("Box2D") is None:
        with pytest.raises(Error, match=r"LunarLander-v3: .*box2d"):
            environment("LunarLander-v3")


def test_observations_have_the_dtypes_of_their_spaces():
    register()
    cart, lake = gymnasium.make("waza/CartPole-v1"), gymnasium.make("waza/FrozenLake-v1")
    assert cart.reset(seed=0)[0].dtype == np.float32 and isinstance(lake.reset(seed=0)[0], int)
    assert jnp.asarray(cart.step(0)[0]).shape == (4,)
