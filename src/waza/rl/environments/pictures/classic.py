"""Pictures of CartPole, MountainCar and Acrobot."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from waza.rl.environments.acrobot import Acrobot
from waza.rl.environments.cartpole import FARTHEST, CartPole
from waza.rl.environments.mountain_car import GOAL, LEFTMOST, RIGHTMOST, MountainCar
from waza.rl.environments.pictures.canvas import BLUE, GREEN, GREY, INK, ORANGE, PALE, YELLOW, Canvas, Point


def cartpole(environment: CartPole, state: Any) -> np.ndarray:
    """The cart on its track between the two limits, with the pole in its true length."""
    place, _, angle, _ = (float(number) for number in state)
    length = 2 * float(environment.half_length)
    canvas = Canvas((-2.9, -0.45), (2.9, 0.5 + length), 100)
    canvas.line([(-FARTHEST, -0.12), (FARTHEST, -0.12)], GREY, 0.025)
    for end in (-FARTHEST, FARTHEST):
        canvas.line([(end, -0.24), (end, 0.0)], GREY, 0.025)
    canvas.box((place - 0.26, -0.12), (place + 0.26, 0.14), BLUE, 0.05)
    for wheel in (-0.15, 0.15):
        canvas.disc((place + wheel, -0.12), 0.07, INK)
    axle = (place, 0.1)
    canvas.line([axle, _seen_from(axle, length, angle)], ORANGE, 0.1)
    canvas.disc(axle, 0.035, PALE)
    return canvas.image()


def mountain_car(environment: MountainCar, state: Any) -> np.ndarray:
    """The car on the slope, and a flag at the goal."""
    place = float(state[0])
    canvas = Canvas((LEFTMOST - 0.08, -0.08), (RIGHTMOST + 0.08, 1.25), 260)
    track = np.linspace(LEFTMOST - 0.08, RIGHTMOST + 0.08, 120)
    ground: list[Point] = [(across, _height(across)) for across in track]
    canvas.polygon([(track[0], -1), *ground, (track[-1], -1)], PALE)
    canvas.line(ground, GREY, 0.012)
    flag = (GOAL, _height(GOAL))
    canvas.line([flag, (GOAL, flag[1] + 0.22)], INK, 0.012)
    canvas.polygon([(GOAL, flag[1] + 0.22), (GOAL, flag[1] + 0.12), (GOAL + 0.1, flag[1] + 0.17)], GREEN)
    turned = _turned((place, _height(place)), math.atan(0.45 * 3 * math.cos(3 * place)))
    canvas.polygon([turned(-0.1, 0.03), turned(0.1, 0.03), turned(0.1, 0.085), turned(-0.1, 0.085)], BLUE)
    canvas.polygon([turned(-0.06, 0.08), turned(0.05, 0.08), turned(0.025, 0.13), turned(-0.035, 0.13)], BLUE)
    for wheel in (-0.06, 0.06):
        canvas.disc(turned(wheel, 0.03), 0.03, INK)
    return canvas.image()


def acrobot(environment: Acrobot, state: Any) -> np.ndarray:
    """Both links, and the height that the free end has to reach."""
    first, second = float(state[0]), float(state[1])
    canvas = Canvas((-2.2, -2.2), (2.2, 2.2), 80)
    canvas.line([(-2.1, 1.0), (2.1, 1.0)], GREEN, 0.03)
    joint = _seen_from((0.0, 0.0), -1.0, -first)
    end = _seen_from(joint, -1.0, -first - second)
    canvas.line([(0.0, 0.0), joint], BLUE, 0.18)
    canvas.line([joint, end], ORANGE, 0.18)
    for point in ((0.0, 0.0), joint):
        canvas.disc(point, 0.06, PALE)
    canvas.disc(end, 0.06, YELLOW)
    return canvas.image()


def _seen_from(start: Point, length: float, angle: float) -> Point:
    """The end of a stick that is inclined to the right by this angle from upright."""
    return start[0] + length * math.sin(angle), start[1] + length * math.cos(angle)


def _height(across: float) -> float:
    return 0.45 * math.sin(3 * across) + 0.55


def _turned(origin: Point, angle: float) -> Callable[[float, float], Point]:
    """Points along and above a slope of this angle, as points of the plane."""
    cos, sin = math.cos(angle), math.sin(angle)

    def turned(along: float, above: float) -> Point:
        return origin[0] + along * cos - above * sin, origin[1] + along * sin + above * cos

    return turned
