"""Pictures of the environments that are maps of cells."""

from typing import Any

import numpy as np

from waza.rl.environments.cliff_walking import CliffWalking
from waza.rl.environments.frozen_lake import FrozenLake
from waza.rl.environments.gridworld import GridWorld
from waza.rl.environments.pictures.canvas import BLUE, GREEN, GREY, INK, PALE, PAPER, RED, SKY, YELLOW, Canvas, Point
from waza.rl.environments.taxi import ABOARD, STANDS, WALLS, Taxi

CELL = 48  # pixels
CLIFF = "#7a6a5b"
STAND_COLOURS = (RED, GREEN, YELLOW, BLUE)


def gridworld(environment: GridWorld, state: Any) -> np.ndarray:
    """Walls dark, goals green with their worth, pits red, first cells marked S, and the agent as a blue disc."""
    canvas = _grid(environment.shape, PAPER)
    for number, letter in enumerate(environment.cells):
        if letter == "#":
            _cell(canvas, environment.shape, number, INK)
        elif letter in "X":
            _cell(canvas, environment.shape, number, RED, "X")
        elif letter == "G" or letter.isdigit():
            _cell(canvas, environment.shape, number, GREEN, letter)
        elif letter == "S":
            _cell(canvas, environment.shape, number, PAPER, "S")
    return _with_agent(canvas, environment.shape, state)


def frozen_lake(environment: FrozenLake, state: Any) -> np.ndarray:
    """Ice light blue, holes dark, the goal green, and the agent as a blue disc."""
    canvas = _grid(environment.shape, SKY)
    for number, letter in enumerate(environment.cells):
        if letter == "H":
            canvas.disc(_centre(environment.shape, number), 0.36, INK)
        elif letter != "F":
            _cell(canvas, environment.shape, number, GREEN if letter == "G" else SKY, letter)
    return _with_agent(canvas, environment.shape, state)


def cliff_walking(environment: CliffWalking, state: Any) -> np.ndarray:
    """The cliff brown, the goal green, and the agent as a blue disc."""
    canvas = _grid(environment.shape, PAPER)
    for number in environment.cliff:
        _cell(canvas, environment.shape, int(number), CLIFF)
    _cell(canvas, environment.shape, environment.first, PAPER, "S")
    _cell(canvas, environment.shape, environment.goal, GREEN, "G")
    return _with_agent(canvas, environment.shape, state)


def taxi(environment: Taxi, state: Any) -> np.ndarray:
    """Stands in their colours, the destination framed, walls black, and the passenger as a black disc."""
    number = int(state)
    cell, passenger, destination = number // 20, number // 4 % 5, number % 4
    canvas = _grid(environment.shape, PAPER)
    for stand, (place, colour) in enumerate(zip(STANDS, STAND_COLOURS, strict=True)):
        across, up = _centre(environment.shape, int(place))
        if stand == destination:
            canvas.box((across - 0.47, up - 0.47), (across + 0.47, up + 0.47), INK, 0.1)
        canvas.box((across - 0.4, up - 0.4), (across + 0.4, up + 0.4), colour, 0.06)
    for west, east in WALLS:
        (across, up), (other, _) = _centre(environment.shape, west), _centre(environment.shape, east)
        middle = (across + other) / 2
        canvas.line([(middle, up - 0.5), (middle, up + 0.5)], INK, 0.1)
    across, up = _centre(environment.shape, cell)
    canvas.box((across - 0.36, up - 0.22), (across + 0.36, up + 0.22), INK, 0.12)
    canvas.box((across - 0.32, up - 0.18), (across + 0.32, up + 0.18), "#f5c518", 0.1)
    where = (across, up) if passenger == ABOARD else _centre(environment.shape, int(STANDS[passenger]))
    lifted = (where[0], where[1] + (0.0 if passenger == ABOARD else 0.2))
    canvas.disc(lifted, 0.15, PAPER)
    canvas.disc(lifted, 0.12, INK)
    return canvas.image()


def _grid(shape: tuple[int, int], colour: str) -> Canvas:
    """A map of cells of one colour."""
    rows, columns = shape
    canvas = Canvas((-0.04, -0.04), (columns + 0.04, rows + 0.04), CELL)
    canvas.box((-1, -1), (columns + 1, rows + 1), GREY)
    for number in range(rows * columns):
        _cell(canvas, shape, number, colour)
    return canvas


def _cell(canvas: Canvas, shape: tuple[int, int], number: int, colour: str, letter: str = "") -> None:
    across, up = _centre(shape, number)
    canvas.box((across - 0.48, up - 0.48), (across + 0.48, up + 0.48), colour)
    if letter:
        canvas.text((across, up), letter, GREY if colour in (PAPER, SKY, PALE) else PAPER, 0.5)


def _with_agent(canvas: Canvas, shape: tuple[int, int], state: Any) -> np.ndarray:
    centre = _centre(shape, int(state))
    canvas.disc(centre, 0.3, PAPER)
    canvas.disc(centre, 0.26, BLUE)
    return canvas.image()


def _centre(shape: tuple[int, int], number: int) -> Point:
    """The middle of a cell; the first row is at the top."""
    rows, columns = shape
    return number % columns + 0.5, rows - number // columns - 0.5
