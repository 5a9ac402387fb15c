"""Exact parts of the chapter on values, and its figures on made-up results."""

import numpy as np
import pytest
import xarray as xr

from waza.curriculum.day4b_reinforcement import planning, value_functions
from waza.curriculum.figures.experience import over_experience
from waza.curriculum.figures.value_maps import both_values, learned_by, value_maps
from waza.report.figures import main_charts
from waza.report.words import StudyWords
from waza.rl.environments import GridWorld
from waza.rl.tabular import Control, model_of, policy_iteration, state_values, uniform


def words():
    return {language: StudyWords("made up", "", {}, {}, language) for language in ("en", "ja")}


def measured(study, steps=(0, 10, 20), **values):
    """Results of a study with one made-up value a step for each measure."""
    names, seeds = list(study.variants), 3
    shape = (len(names), seeds, len(steps))
    return xr.Dataset(
        {
            **{name: (("variant", "seed", "step"), np.broadcast_to(value, shape)) for name, value in values.items()},
            "diverged_at": (("variant", "seed"), np.full(shape[:2], -1)),
        },
        {"variant": names, "seed": range(seeds), "step": list(steps)},
        {"measure": study.measure, "study": study.name},
    )


def texts_in(chart):
    """All texts that a map shows; its first layer are the cells."""
    layers = chart.to_dict(validate=False)["layer"][1:]
    return [row["text"] for layer in layers for row in layer["data"]["values"] if row.get("text")]


def test_the_exact_parts_of_planning():
    assert planning.number_of_policies() == 4**9
    assert abs(planning.best_of_all()) < 1e-12
    assert 0.2 < planning.wrong_knowledge() < 0.25
    assert 0.04 < planning.mail_always() < 0.06


def test_every_policy_of_the_grid_has_its_values():
    """The last one, that takes the last action everywhere, solved for all cells."""
    model, free = model_of(planning.GRID), planning.cells()
    last = list(planning.every_policy())[-1][-1]
    always = np.zeros_like(model.reward)
    always[:, -1] = 1
    np.testing.assert_allclose(last, state_values(model, always, planning.GRID_DISCOUNT)[free], atol=1e-12)


def test_steps_until_a_seed_stays_close():
    results = measured(planning.study(), shortfall=np.array([90.0, 3.0, 7.0, 2.0, 1.0]), steps=(0, 5, 10, 15, 20))
    name = planning.grid(planning.Q_LEARNING)
    np.testing.assert_allclose(10 ** planning.steps_until(name, 5.0)(results), 15 * planning.GRID_STEPS)
    np.testing.assert_allclose(10 ** planning.steps_until(name, 0.5)(results), 20 * planning.GRID_STEPS)


def test_the_exact_parts_of_value_functions():
    assert value_functions.sums_differ() < 1e-12
    assert value_functions.states_differ() < 1e-12
    assert value_functions.actions_differ() > 0.1


def test_actions_change_their_places_in_the_grid():
    """Up does what down did: the best action turns round, and the optimal values stay."""
    one, other = (policy_iteration(model, 0.95) for model in value_functions._both())
    np.testing.assert_allclose(one.state_values, other.state_values)
    free = planning.cells()
    np.testing.assert_array_equal((one.policy.argmax(1)[free] + 2) % 4, other.policy.argmax(1)[free])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_both_values_are_shown_in_each_cell(language):
    world = GridWorld(slip=0.2)
    states, actions = both_values(xr.Dataset(), words(), language, world, 0.9)
    v = state_values(model_of(world), uniform(model_of(world)), 0.9)
    assert f"{v[0]:.2f}".replace("-", "−") in texts_in(states)
    assert len(texts_in(states)) == 9 + 2 and len(texts_in(actions)) == 4 * 9 + 2


def test_learned_values_stand_beside_the_optimum():
    study = planning.study()
    learner = Control(GridWorld(), discount=0.9, steps=50)
    results = measured(study, shortfall=1.0)
    name = planning.grid(planning.Q_LEARNING)
    best, learned = value_maps(results, words(), "en", learner, name)
    assert "→" in texts_in(best) and "1,000 steps" in learned.title.text
    shown = learned_by(learner, seed=0, updates=20).max(1)
    assert f"{shown[0]:.2f}" in texts_in(learned)
    assert value_maps(results, words(), "en", learner, "gone") is None


def test_a_panel_for_each_environment_over_its_own_steps():
    results = measured(planning.study(), shortfall=np.array([50.0, 30.0, 2.0]))
    grid, campaign = over_experience(
        results, words(), "en", "shortfall", {"grid": 100, "campaign": 1000, "gone": 1}, highest=10.0
    )
    assert grid.title.text == "shortfall, grid"
    rows = campaign.to_dict(validate=False)["data"]["values"]
    assert {row["step"]: row["mean"] for row in rows} == {10_000: 10, 20_000: 2}
    assert len(main_charts(results, words(), "ja", (planning.FIGURES[1],))) == 2
