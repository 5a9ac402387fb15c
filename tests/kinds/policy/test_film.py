"""Animated episodes: every state in its order, with the one that ends the episode."""

import importlib.util

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image, ImageSequence

from waza import nn
from waza.core.errors import Error
from waza.kinds.policy.film import LAST, film
from waza.kinds.policy.model import PolicyModel
from waza.kinds.policy.options import PlayOptions
from waza.kinds.policy.preparation import PolicyPreparation
from waza.rl.environments import FrozenLake, GridWorld, Hosted
from waza.rl.environments.pictures import pace, render

DOWN, RIGHT, UP = 1, 2, 3  # on the frozen lake
PATH = {0: DOWN, 4: DOWN, 8: RIGHT, 9: DOWN, 13: RIGHT, 14: RIGHT}  # over the ice from the start to the goal, cell 15


def follows(environment, actions):
    """A policy by a table: the action of each state."""
    states, count = environment.observations.n, environment.actions.n
    weight = np.zeros((count, states), np.float32)
    for state, action in actions.items():
        weight[action, state] = 1
    variables = {"weight": jnp.asarray(weight), "bias": jnp.zeros(count)}
    return PolicyModel(nn.Dense(states, count), variables, PolicyPreparation(environment, "dqn"))


def frames(content, tmp_path):
    """The pictures of a GIF, and how long each is shown."""
    (tmp_path / "a.gif").write_bytes(content)
    with Image.open(tmp_path / "a.gif") as file:
        shown = [(np.asarray(one.convert("RGB")), one.info["duration"]) for one in ImageSequence.Iterator(file)]
    return tuple(zip(*shown, strict=True))


def test_a_film_goes_from_the_first_state_to_the_goal(tmp_path):
    lake = FrozenLake(success=1.0)
    pictures, durations = frames(film(follows(lake, PATH)), tmp_path)
    assert len(pictures) == 7
    for picture, state in zip(pictures, [*PATH, 15], strict=True):
        assert np.abs(picture.astype(int) - render(lake, state)).max() < 30, "64 colours are near enough"
    assert durations == (1000 / pace(lake),) * 6 + (LAST,)


def test_a_film_ends_where_the_time_limit_cuts_it_off_and_a_long_one_leaves_out_states(tmp_path):
    lake = FrozenLake(success=1.0, time_limit=40)
    stays = follows(lake, {0: UP})
    pictures, _ = frames(film(stays), tmp_path)
    assert 1 <= len(pictures) <= 41  # equal pictures are joined
    moving = follows(GridWorld(rows=("S" + "." * 38 + "G",), slip=0.0, time_limit=100), dict.fromkeys(range(40), 1))
    pictures, _ = frames(film(moving, most=9), tmp_path)
    world = moving.environment
    assert len(pictures) <= 9
    assert np.abs(pictures[-1].astype(int) - render(world, 39)).max() < 30, "the goal is shown all the same"


@pytest.mark.skipif(importlib.util.find_spec("pygame") is not None, reason="pygame is installed")
def test_without_pygame_a_hosted_film_is_an_error_of_one_line():
    with pytest.raises(Error, match="FrozenLake-v1: pygame is not installed") as caught:
        film(follows(Hosted(name="FrozenLake-v1", time_limit=100), PATH))
    assert "\n" not in str(caught.value)


def test_a_hosted_episode_is_filmed_to_its_end(tmp_path, monkeypatch):
    """With pictures of our own in place of pygame's: the number that the environment shows."""
    seen = []

    def picture(self, state):
        seen.append(int(jax.device_get(state.observation)))
        return np.full((20, 20, 3), 15 * seen[-1], np.uint8)

    monkeypatch.setattr("waza.rl.environments.hosted.Hosted.picture", picture)
    monkeypatch.setattr("waza.rl.environments.pictures.rendering.DRAWN", {Hosted: (picture, 30)})
    film(follows(Hosted(name="FrozenLake-v1", time_limit=100), PATH))
    assert seen[0] == 0
    assert seen[-1] in (5, 7, 11, 12, 15), "a hole or the goal"
    assert not set(seen[:-1]) & {5, 7, 11, 12, 15}


def test_the_name_of_a_film_ends_in_gif():
    assert PlayOptions(render="a/Film.GIF").outputs() == ("a/Film.GIF",)
    with pytest.raises(Error, match=r"render is 'film\.png'; .* give a name that ends in \.gif"):
        PlayOptions(render="film.png")
