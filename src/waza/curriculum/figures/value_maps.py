"""Maps of values on a gridworld: of states with greedy arrows, and of actions."""

from typing import Any

import altair as alt
import jax
import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.learners.keys import step_key, trial_key
from waza.report.inline import Inline
from waza.report.style import HEIGHT, WIDTH, titled
from waza.report.words import Words, number
from waza.rl.environments import GridWorld
from waza.rl.tabular import Control, action_values, model_of, state_values, uniform, value_iteration

ARROWS = "↑→↓←"
OUTWARD = ((0, -1), (1, 0), (0, 1), (-1, 0))  # of the arrows, as columns and rows
WALL, GOAL, PIT = "#6b7280", "#bfe3c8", "#f6c9b4"
LOW, HIGH = np.array([247, 250, 253]), np.array([120, 172, 216])  # nearly white to blue
LETTERS = 15


def value_maps(results: xr.Dataset, words: Words, language: str, learner: Control, variant: str) -> Any:
    """The optimal values of a gridworld beside those that a trial has learned, with the greedy action of each cell.

    The trial is the first one of this variant, trained again with the same keys. None without this variant.

    Args:
        results: of a study with the variant.
        words: the study's texts by language.
        language: of the chart.
        learner: the variant, on a gridworld.
        variant: its name.
    """
    if variant not in results["variant"].values:
        return None
    world, say = learner.environment, own_labels(language)["value_maps"]
    assert isinstance(world, GridWorld)
    best = value_iteration(model_of(world), learner.discount)
    updates = int(results["step"][-1])
    learned = learned_by(learner, int(results["seed"][0]), updates)
    name, steps = words[language].variant(variant), updates * learner.steps
    shared = np.concatenate([best.action_values.max(1), learned.max(1)])
    return [
        titled(_map(world, best.action_values, shared), say["optimum"], say["arrows"]),
        titled(_map(world, learned, shared), say["learned"].format(name, f"{steps:,}"), say["arrows"]),
    ]


def learned_by(learner: Control, seed: int, updates: int) -> np.ndarray:
    """The action values (S, A) that a trial has after these updates."""
    update = trial_key(seed, "update")

    def step(i: Any, state: Any) -> Any:
        return learner.update(state, None, step_key(update, i))[0]

    first = learner.init(trial_key(seed, "init"), None)
    trained = jax.jit(lambda state: jax.lax.fori_loop(0, updates, step, state))(first)
    return np.asarray(learner.kept(trained)["values"], np.float64)


def both_values(results: xr.Dataset, words: Words, language: str, environment: GridWorld, discount: float) -> Any:
    """The exact state values and action values of the policy that chooses all actions alike; no results are shown."""
    model, say = model_of(environment), own_labels(language)["value_maps"]
    v = state_values(model, uniform(model), discount)
    q = action_values(model, v, discount)
    return [
        titled(_layers(environment, _cells(environment, v, v)), say["states"], say["one"]),
        titled(
            _layers(environment, _cells(environment, v, v, ""), _sides(environment, q)), say["actions"], say["four"]
        ),
    ]


def _map(world: GridWorld, values: np.ndarray, shared: np.ndarray) -> Any:
    """The greatest value of each cell, and below it the arrow of its action."""
    best, greedy = values.max(1), values.argmax(1)
    arrows = [{"row": row, "column": column, "text": ARROWS[greedy[state]]} for state, row, column in _free(world)]
    return _layers(world, _cells(world, best, shared), arrows, size=24, lower=0.2)


def _free(world: GridWorld) -> list[tuple[int, int, int]]:
    """The cells in which there is something to choose: state, row and column."""
    goes_on = model_of(world).transition.sum((1, 2)) > 0
    columns = world.shape[1]
    return [(state, state // columns, state % columns) for state in np.flatnonzero(goes_on).tolist()]


def _cells(world: GridWorld, values: np.ndarray, shared: np.ndarray, text: str | None = None) -> list[dict[str, Any]]:
    """A rectangle for each cell: what it is, or its value with a colour between the least and the greatest one."""
    free = {state for state, _, _ in _free(world)}
    chosen = shared[[state for state in range(len(shared)) if state % len(values) in free]]
    low, spread = chosen.min(), max(float(np.ptp(chosen)), 1e-9)
    cells = []
    for state, letter in enumerate(world.cells):
        row, column = divmod(state, world.shape[1])
        if state in free:
            shade = (LOW + (HIGH - LOW) * (values[state] - low) / spread).astype(int)
            colour, shown = f"rgb({shade[0]},{shade[1]},{shade[2]})", _shown(values[state]) if text is None else text
        else:
            colour = {"#": WALL, "X": PIT}.get(letter, GOAL)
            reward = world.pit_reward if letter == "X" else world.goal_reward
            shown = "" if letter == "#" else f"{'+' if reward > 0 else '−'}{number(abs(reward))}"
        cells.append({"row": row, "column": column, "colour": colour, "text": shown})
    return cells


def _sides(world: GridWorld, values: np.ndarray) -> list[dict[str, Any]]:
    """The values of the four actions at the sides of each cell, the greatest one marked."""
    return [
        {
            "row": row + 0.32 * down,
            "column": column + 0.29 * right,
            "text": _shown(values[state, action]),
            "best": bool(values[state, action] == values[state].max()),
        }
        for state, row, column in _free(world)
        for action, (right, down) in enumerate(OUTWARD)
    ]


def _shown(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _layers(
    world: GridWorld,
    cells: list[dict[str, Any]],
    marks: list[dict[str, Any]] | None = None,
    size: int = 12,
    lower: float = 0.0,
) -> Any:
    """The cells with their texts, and marks at places of their own."""
    rows, columns = world.shape
    across = alt.Scale(domain=[-0.5, columns - 0.5], nice=False)
    down = alt.Scale(domain=[rows - 0.5, -0.5], nice=False)
    x, y = alt.X("column:Q", axis=None, scale=across), alt.Y("row:Q", axis=None, scale=down)
    boxes = [
        {
            "left": one["column"] - 0.48,
            "right": one["column"] + 0.48,
            "top": one["row"] - 0.47,
            "bottom": one["row"] + 0.47,
        }
        | one
        for one in cells
    ]
    ground = (
        alt.Chart(Inline(values=boxes))
        .mark_rect()
        .encode(
            x=alt.X("left:Q", axis=None, scale=across),
            x2="right:Q",
            y=alt.Y("top:Q", axis=None, scale=down),
            y2="bottom:Q",
            color=alt.Color("colour:N", scale=None),
        )
    )
    raised = [one | {"row": one["row"] - lower * bool(marks)} for one in cells]
    layers = [ground, alt.Chart(Inline(values=raised)).mark_text(fontSize=LETTERS).encode(x=x, y=y, text="text:N")]
    for best in (False, True):
        some = [one | {"row": one["row"] + lower} for one in marks or () if one.get("best", False) == best]
        if some:
            text = alt.Chart(Inline(values=some)).mark_text(fontSize=size, fontWeight="bold" if best else "normal")
            layers.append(text.encode(x=x, y=y, text="text:N"))
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
