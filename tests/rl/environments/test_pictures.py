"""Pictures of states: there is one of each kind, and what moves is where the state says."""

import jax
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.environments import CartPole, CliffWalking, FrozenLake, GridWorld, Taxi
from waza.rl.environments.environment import Environment
from waza.rl.environments.names import OURS
from waza.rl.environments.pictures import pace, render

BLUE, ORANGE, BLACK = (0, 114, 178), (213, 94, 0), (34, 34, 34)


def middle(image, colour):
    """Where the pixels of a colour are, on average: row, column."""
    rows, columns = np.nonzero((np.abs(image.astype(int) - colour) < 8).all(-1))
    assert len(rows) > 20
    return rows.mean(), columns.mean()


@pytest.mark.parametrize("name", sorted(set(OURS) - {"Campaign-v0"}))
def test_each_environment_by_name_has_pictures_but_the_campaign(name):
    ours = OURS[name]
    image = render(ours, ours.reset(jax.random.key(0)))
    assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[-1] == 3
    assert min(image.shape[:2]) >= 100 and max(image.shape[:2]) <= 700
    assert len(np.unique(image.reshape(-1, 3), axis=0)) >= 3
    assert pace(ours) >= 1


def test_the_pole_leans_where_its_angle_says():
    upright, right, left = (render(CartPole(), (0.0, 0.0, angle, 0.0)) for angle in (0.0, 0.2, -0.2))
    cart = middle(upright, BLUE)[1]
    assert middle(upright, ORANGE)[1] == pytest.approx(cart, abs=1)
    assert middle(right, ORANGE)[1] > cart + 5 and middle(left, ORANGE)[1] < cart - 5
    assert middle(render(CartPole(), (1.0, 0.0, 0.0, 0.0)), BLUE)[1] == pytest.approx(cart + 100, abs=1)


@pytest.mark.parametrize("ours", [GridWorld(rows=("...", "...")), FrozenLake(), CliffWalking()])
def test_the_agent_is_in_its_cell(ours):
    columns = ours.shape[1]
    for state in (0, columns + 2):
        row, column = middle(render(ours, state), BLUE)
        assert (row // 48, column // 48) == divmod(state, columns)


def test_the_passenger_of_a_taxi():
    """At the blue stand in the last row, and in the taxi in the first row."""
    waits, rides = (render(Taxi(), (1 * 5 + passenger) * 4) for passenger in (3, 4))
    stand, taxi = (slice(4 * 48, 5 * 48), slice(3 * 48, 4 * 48)), (slice(0, 48), slice(48, 2 * 48))
    dark = [
        [(np.abs(image[where].astype(int) - BLACK) < 8).all(-1).sum() for where in (stand, taxi)]
        for image in (waits, rides)
    ]
    assert dark[0][0] > dark[1][0] and dark[0][1] < dark[1][1]


def test_an_environment_without_pictures_is_an_error_that_names_those_with():
    with pytest.raises(Error, match="no pictures of Environment; there are those of Acrobot, CartPole"):
        render(Environment(), 0)
