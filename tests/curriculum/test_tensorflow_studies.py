"""The TensorFlow exercises: fits against the closed forms, gates against a search over lines, and their figures."""

import itertools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from waza import nn, optim
from waza.curriculum.day4a_tensorflow import iris, line
from waza.curriculum.day4a_tensorflow.least_squares import BEST_TO_TRUTH, TO_BEST, TO_TRUTH, fit, points_of
from waza.curriculum.day4a_tensorflow.logic import GATES, PATTERNS, GateLoss, margin, most_right, patterns, separable
from waza.curriculum.day4a_tensorflow.logic_gates import hidden, learner
from waza.curriculum.figures.fitted import fitted
from waza.data import Split
from waza.engine.describe import describe
from waza.report.words import StudyWords

TRUTH, RATE, STEPS = (2.0, 3.0), 0.1, 300


@pytest.fixture(scope="module")
def trained():
    """The learner, the data and the state after all steps."""
    data = points_of("line", TRUTH, 0.3, 0, 1)["data"]
    data = data._replace(train=Split(*map(jnp.asarray, data.train)))
    learner = fit(TRUTH, optim.SGD(RATE), nn.Constant(0.0))

    def step(state, _):
        return learner.update(state, learner.batch(data, jax.random.key(0), state.step), jax.random.key(1))[0], None

    state = learner.init(jax.random.key(2), data)
    return learner, data, jax.jit(lambda state: jax.lax.scan(step, state, length=STEPS)[0])(state)


def test_the_path_of_gradient_descent_is_that_of_the_closed_form(trained):
    _, data, state = trained
    x, y = np.float64(data.train.x), np.float64(data.train.y)
    best = np.linalg.solve(x.T @ x, x.T @ y)
    shrinks = np.eye(2) - 2 * RATE * x.T @ x / len(y)
    expected = best - np.linalg.matrix_power(shrinks, STEPS) @ best
    np.testing.assert_allclose(state.variables["weight"][0], expected, atol=2e-5)


def test_the_distances_are_those_to_the_normal_equations_and_to_the_truth(trained):
    learner, data, state = trained
    x, y = np.float64(data.train.x), np.float64(data.train.y)
    best, w = np.linalg.solve(x.T @ x, x.T @ y), np.float64(state.variables["weight"][0])
    found = learner.evaluate(state, data, jax.random.key(0))
    assert float(found[TO_BEST]) == pytest.approx(np.linalg.norm(w - best), abs=1e-5)
    assert float(found[TO_TRUTH]) == pytest.approx(np.linalg.norm(w - TRUTH), abs=1e-5)
    assert float(found[BEST_TO_TRUTH]) == pytest.approx(np.linalg.norm(best - TRUTH), abs=1e-5)


def test_the_points_lie_around_the_polynomial():
    given = points_of("cubic", (1.0, -2.8, 1.6, -0.4), 0.05, -2, 2)
    x, y = given["pool"]
    np.testing.assert_allclose(x[:5], x[:5, 1:2] ** np.arange(4), rtol=1e-5)
    assert np.std(y - np.polyval([-0.4, 1.6, -2.8, 1.0], x[:, 1])) == pytest.approx(0.05, rel=0.03)
    assert len(given["data"].train.y) == 100


def test_the_curvatures_of_the_line_are_those_of_many_points():
    x = points_of("line", TRUTH, 0.3, 0, 1)["pool"].x
    np.testing.assert_allclose(np.linalg.eigvalsh(x.T @ x / len(x)), line.curvatures(), rtol=0.03)


def test_the_separable_functions_are_those_that_a_search_over_lines_finds():
    numbers = np.arange(-2, 2.5, 0.5)
    found = {tuple((PATTERNS @ w + b > 0).astype(int)) for *w, b in itertools.product(numbers, repeat=3)}
    assert set(separable()) == found
    assert len(found) == 14 and GATES["XOR"] not in found
    assert most_right(GATES["XOR"]) == 0.75 and most_right(GATES["OR"]) == 1


def test_margins_are_those_of_the_best_lines():
    assert margin(GATES["OR"]) == pytest.approx(1 / 2)  # x1 + x2 - 1/2
    assert margin(GATES["AND"]) == pytest.approx(1 / 3)  # 2/3 x1 + 2/3 x2 - 1
    assert margin(GATES["XOR"]) == pytest.approx(0)


@pytest.mark.parametrize("gate", GATES)
def test_each_gate_is_judged_by_its_own_answers(gate):
    data = patterns()
    truth = {"OR": np.logical_or, "AND": np.logical_and, "XOR": np.logical_xor}[gate]
    right = truth(data.test.x[:, 0] > 0, data.test.x[:, 1] > 0)
    z = np.where(right, 2.0, -1.0).astype(np.float32)[:, None]
    measures = GateLoss(gate)(jnp.asarray(z), jnp.asarray(data.test.y))
    p = 1 / (1 + np.exp(-z[:, 0]))
    np.testing.assert_allclose(measures["loss"], -np.log(np.where(right, p, 1 - p)), rtol=1e-5)
    assert measures["accuracy"].tolist() == [1.0] * 4
    chance = GateLoss(gate).chance(data.test.y)
    share = right.mean()
    assert chance["accuracy"] == max(share, 1 - share)
    assert chance["loss"] == pytest.approx(-share * np.log(share) - (1 - share) * np.log(1 - share))


def test_a_gate_is_solved_where_all_patterns_are_right():
    data, one = patterns(), learner("XOR", hidden(2))
    state = one.init(jax.random.key(0), data)
    # tanh(5 (x1 + x2) - 2.5) is high from one bit on, tanh(5 (x1 + x2) - 7.5) from two bits on.
    variables = state.variables
    dense = {"weight": jnp.full((2, 2), 5.0), "bias": jnp.array([-2.5, -7.5])}
    for output, solved in (([1.0, -1.0], 1.0), ([1.0, 1.0], 0.0)):
        variables["hidden"][0]["dense"] = dense
        variables["output"] = {"weight": jnp.array([output]), "bias": jnp.array([-1.0])}
        found = one.evaluate(state._replace(variables=variables), data, jax.random.key(1))
        assert float(found["solved"]) == solved
    assert one.chance(data)["solved"] == 0


def test_the_flowers_are_fisher_s():
    found = iris.flowers()
    assert np.bincount(found.train.y).tolist() == [50, 50, 50]
    assert found.train.x[0].tolist() == pytest.approx([5.1, 3.5, 1.4, 0.2])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_fitted_curves_are_drawn_beside_the_true_one(language):
    learners = {"rate 0.1": fit(TRUTH, optim.SGD(0.1), nn.Constant(0.0))}
    results = xr.Dataset(
        {"coefficient": (("variant", "seed", "step", "layer"), np.full((1, 2, 1, 2), [1.0, 4.0]))},
        {"variant": list(learners), "seed": [0, 1], "step": [300], "layer": ["w0", "w1"]},
        {"measure": TO_BEST, "settings": json.dumps({name: describe(one) for name, one in learners.items()})},
    )
    words = {language: StudyWords("made up", "", {}, {}, language)}
    spec = fitted(results, words, language, 0, 1).to_dict(validate=False)
    (rows,) = spec["datasets"].values() if "datasets" in spec else (spec["data"]["values"],)
    last = {row["variant"]: row["y"] for row in rows if row["x"] == 1}
    assert list(last.values()) == [5.0, 5.0]
    first = {row["variant"]: row["y"] for row in rows if row["x"] == 0}
    assert list(first.values()) == [1.0, 2.0]
