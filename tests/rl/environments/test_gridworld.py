"""GridWorld: its model against a plain loop over cells, its steps against its model, and errors of maps."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.core.errors import Error
from waza.rl.environments import GridWorld
from waza.rl.tabular.model import checked

RUSSELL_NORVIG = GridWorld(rows=("...G", ".#.X", "S..."), slip=0.2, step_reward=-0.04)


def plain(world):
    """The model by a loop over cells, moves and slips, as the definition reads."""
    rows, columns = world.shape
    cell = {(r, c): world.rows[r][c] for r in range(rows) for c in range(columns)}
    pay = {"G": world.goal_reward, "X": world.pit_reward} | {str(d): d * world.goal_reward for d in range(1, 10)}
    transition, reward = np.zeros((rows * columns, 4, rows * columns)), np.zeros((rows * columns, 4))
    clockwise = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    for (r, c), letter in cell.items():
        if letter in pay or letter == "#":
            continue
        for action in range(4):
            for turn, probability in ((0, 1 - world.slip), (1, world.slip / 2), (3, world.slip / 2)):
                dr, dc = clockwise[(action + turn) % 4]
                to = (r + dr, c + dc)
                to = to if cell.get(to, "#") != "#" else (r, c)
                reward[r * columns + c, action] += probability * (world.step_reward + pay.get(cell[to], 0))
                if cell[to] not in pay:
                    transition[r * columns + c, action, to[0] * columns + to[1]] += probability
    return transition, reward


@pytest.mark.parametrize(
    "world",
    [
        RUSSELL_NORVIG,
        GridWorld(rows=("S2", "#G")),
        GridWorld(rows=("..9#1",), slip=0.5, goal_reward=0.1, pit_reward=3.0, step_reward=-1.0),
    ],
)
def test_the_model_is_that_of_a_loop_over_cells(world):
    model = checked(world.model())
    transition, reward = plain(world)
    np.testing.assert_allclose(model.transition, transition, atol=1e-15)
    np.testing.assert_allclose(model.reward, reward, atol=1e-15)


def test_values_of_the_world_of_russell_and_norvig():
    """The utilities printed in their figure 17.3 (third edition), where a state's reward counts on being there."""
    model = RUSSELL_NORVIG.model()
    values = np.zeros(12)
    for _ in range(200):
        values = (model.reward + model.transition @ values).max(1)
    utilities = [[0.812, 0.868, 0.918, 0], [0.762, 0, 0.660, 0], [0.705, 0.655, 0.611, 0.388]]
    np.testing.assert_allclose(values.reshape(3, 4), utilities, atol=6e-4)


def test_steps_follow_the_model():
    world, tries = RUSSELL_NORVIG, 4000
    model = world.model()
    step = jax.jit(jax.vmap(world.step, (None, None, 0)))
    for state, action in ((8, 0), (2, 1), (10, 2), (6, 3)):
        after = step(state, action, jax.random.split(jax.random.key(state), tries))
        goes_on = np.asarray(after.state)[~np.asarray(after.terminated)]
        rates = np.bincount(goes_on, minlength=12) / tries
        np.testing.assert_allclose(rates, model.transition[state, action], atol=5 * 0.5 / np.sqrt(tries))
        assert np.mean(after.reward) == pytest.approx(model.reward[state, action], abs=5 / np.sqrt(tries))


def test_first_cells():
    keys = jax.random.split(jax.random.key(0), 200)
    assert set(jax.vmap(GridWorld(rows=("S#S", "..G")).reset)(keys).tolist()) == {0, 2}
    assert set(jax.vmap(GridWorld(rows=(".#.", "X.G")).reset)(keys).tolist()) == {0, 2, 4}
    np.testing.assert_array_equal(GridWorld(rows=("S#S",)).model().start, [0.5, 0, 0.5])


def test_numbers_are_mapped_over():
    """Variants of the slip share one program."""
    slips, keys = jnp.array([0.0, 0.4]), jax.random.split(jax.random.key(0), 100)
    transitions = jax.vmap(lambda slip: GridWorld(slip=slip).model().transition)(slips)
    np.testing.assert_allclose(transitions[1], GridWorld(slip=0.4).model().transition, atol=1e-6)
    steps = jax.vmap(lambda slip: jax.vmap(partial(GridWorld(slip=slip).step, 8, 0))(keys))(slips)
    assert set(steps.state[0].tolist()) == {4} and set(steps.state[1].tolist()) == {4, 8, 9}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((), "expected a tuple of texts"),
        (("S.", "."), "'.' has 1 cells, the first one 2"),
        (("S?",), r"has the cell '\?'; expected one of # . S G X"),
        (("#G",), "no cell to begin in"),
    ],
)
def test_maps_that_are_none(rows, message):
    with pytest.raises(Error, match=message):
        GridWorld(rows=rows)
