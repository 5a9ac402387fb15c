"""What a user's own learner returns is looked at before any program is compiled."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

import waza as wz
from waza.core.errors import Error
from waza.engine.returned import check_chance, check_returned
from waza.report.figures import main_charts
from waza.study.record import RunRecord


class Own(wz.Learner):
    """Returns what a test gives it."""

    made: Callable

    def measures(self, data):
        return (wz.Measure("loss", "lower"),)

    def init(self, key, data):
        return self.made().get("init", {"w": jnp.zeros(2), "step": jnp.int32(0)})

    def batch(self, data, key, step):
        return self.made().get("batch")

    def update(self, state, batch, key):
        return self.made().get("update", (state, {}))

    def evaluate(self, state, data, key):
        return {"loss": 0.0}


WRONG = {
    "a text": ({"init": {"w": "a"}}, r"Own.init returns 'a' at \['w'\]; expected a tree of arrays"),
    "a function": ({"init": lambda: 0}, r"Own.init returns a lambda; expected a tree of arrays"),
    "keys without order": ({"init": {"w": 1.0, 2: 1.0}}, r"Own.init returns a dict whose keys have no order; expected"),
    "texts": ({"batch": np.array(["a"])}, r"Own.batch returns an array <U1 \(1,\); expected a tree of arrays"),
    "one value": ({"update": 1.0}, r"Own.update returns 1.0; expected \(state, records\)"),
    "less": (
        {"update": ({"w": jnp.zeros(2)}, {})},
        r"a state with nothing at \['step'\], .* with int32 \(\) at \['step",
    ),
    "another shape": (
        {"update": ({"w": jnp.zeros(3), "step": jnp.int32(0)}, {})},
        r"a state with float32 \(3,\) at \['w'\], and it was given one with float32 \(2,\) at \['w'\]: return",
    ),
    "another type": ({"update": ({"w": jnp.zeros(2), "step": jnp.ones(())}, {})}, r"with float32 \(\) at \['step'\]"),
}


@pytest.mark.parametrize(("made", "said"), WRONG.values(), ids=WRONG)
def test_other_things_than_arrays_are_refused(made, said):
    with pytest.raises(Error, match=said):
        check_returned({"own": Own(lambda: made)}, None, 1)


@pytest.mark.parametrize(
    "made", [{}, {"update": ({"w": np.zeros(2, np.float32), "step": 1}, {})}, {"batch": (1, None)}]
)
def test_trees_of_arrays_pass(made):
    check_returned({"own": Own(lambda: made)}, None, 1)


def test_an_exception_of_the_user_passes_as_it_is():
    class Broken(Own):
        def update(self, state, batch, key):
            return state["nothing"]

    with pytest.raises(KeyError, match="nothing"):
        check_returned({"own": Broken(dict)}, None, 1)


rng = np.random.default_rng(0)
ROWS = wz.data.Split(rng.normal(size=(8, 4)).astype(np.float32), np.arange(8, dtype=np.int32) % 2)
DATA = wz.data.Dataset("rows", ROWS, ROWS)


def supervised(model=None, **fields):
    fields = {"optimizer": wz.optim.SGD(0.1), "batch_size": 4, "probes": False, **fields}
    return wz.Supervised(model or wz.models.MLP((4, 3, 2)), **fields)


class Measured(wz.nn.CrossEntropy):
    """Returns what a test gives it."""

    made: Callable

    def __call__(self, outputs, targets, weights=None):
        return self.made(super().__call__(outputs, targets, weights))


class Levels(wz.nn.CrossEntropy):
    def chance(self, targets):
        return 3


class Drawn(wz.nn.Initializer):
    made: Callable

    def __call__(self, key, shape, inputs, outputs):
        return self.made(shape)


class Falling(wz.core.recipe.Schedule):
    made: Callable

    def __call__(self, step):
        return self.made(step)


def three(*_, **__):
    return 3


FUNCTIONS = {
    "an activation": (wz.models.MLP((4, 3, 2), three), r"MLP.activation returns 3; expected an array \(in: return 3\)"),
    "a lambda in a chain": (
        wz.models.Chain((wz.nn.Dense(4, 3), lambda x: None, wz.nn.Dense(3, 2))),
        "Chain.layers returns None; expected an array",
    ),
    "a text": (wz.models.MLP((4, 3, 2), lambda x: "x"), "MLP.activation returns 'x'; expected an array"),
    "another shape": (
        wz.models.MLP((4, 3, 2), lambda x: x[..., :1]),
        r"MLP.activation returns float32\[4,1\]; nothing can be computed with it \(TypeError: ",
    ),
    "a partial function": (
        wz.models.MLP((4, 3, 2), jax.tree_util.Partial(lambda x, by: by, by=3)),
        "MLP.activation returns 3; expected an array",
    ),
    "no argument": (
        wz.models.MLP((4, 3, 2), lambda: 3),
        r"MLP.activation cannot be called as it is here \(<lambda>\(\) takes 0 positional arguments but 1 was given\)",
    ),
    "an initializer": (
        wz.models.MLP((4, 3, 2), initializer=Drawn(three)),
        "Drawn.__call__ returns .*; expected an array of the shape|Drawn.made returns 3; expected an array",
    ),
}
OTHERS = {
    "a loss": ({"loss": Measured(three)}, "returns 3; expected (an array|measures by name)"),
    "a loss without measures": ({"loss": Measured(lambda found: {})}, r"Measured.__call__ returns \{\}; "),
    "a loss without its loss": ({"loss": Measured(lambda found: {"other": found["loss"]})}, "returns .*; nothing can"),
    "a schedule": (
        {"optimizer": wz.optim.SGD(Falling(lambda step: None))},
        "returns None; expected (an array|a number)",
    ),
    "a factory of optax": (
        {"optimizer": wz.optim.FromOptax(three, {"learning_rate": 0.1})},
        r"FromOptax.factory returns 3; expected a transformation of optax",
    ),
}


@pytest.mark.wrong_types
@pytest.mark.parametrize(("model", "said"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_of_a_model_that_returns_something_else_is_named(model, said):
    with pytest.raises(Error, match=rf"test_returned.py:\d+: .*({said})"):
        check_returned({"own": supervised(model)}, DATA, 1)


@pytest.mark.wrong_types
@pytest.mark.parametrize(("fields", "said"), OTHERS.values(), ids=OTHERS)
def test_a_part_of_a_learner_that_returns_something_else_is_named(fields, said):
    with pytest.raises(Error, match=rf"test_returned.py:\d+: .*({said})"):
        check_returned({"own": supervised(**fields)}, DATA, 1)


@pytest.mark.wrong_types
def test_chance_levels_are_numbers_by_name():
    with pytest.raises(Error, match=r"test_returned.py:\d+: Levels.chance returns 3; expected numbers by name"):
        check_chance(supervised(loss=Levels()), DATA)


def test_sound_functions_pass():
    check_returned({"own": supervised(wz.models.MLP((4, 3, 2), lambda x: jnp.maximum(x, 0.1 * x)))}, DATA, 1)
    check_returned({"own": supervised(loss=Measured(lambda found: found))}, DATA, 1)
    check_returned({"own": supervised(optimizer=wz.optim.SGD(Falling(lambda step: 0.1)))}, DATA, 1)


@pytest.mark.filterwarnings("ignore")
def test_data_that_are_converted_are_looked_at_as_they_are_learned_from():
    names = ROWS._replace(x=ROWS.x.astype(float), y=np.array(["a", "b"])[ROWS.y])
    learner = supervised(wz.models.MLP((4, 3, 2), lambda x: jnp.maximum(x, 0)))
    data = wz.data.Dataset("rows", names, names)
    wz.run(wz.Study(name="own", variants={"a": learner}, data=data, seeds=1, block=1, steps=1, evaluate_every=1))


@pytest.mark.slow
@pytest.mark.wrong_types
def test_fit_names_the_function_too():
    with pytest.raises(Error, match=r"MLP\.activation returns 3; expected an array"):
        wz.fit(supervised(wz.models.MLP((4, 3, 2), three)), DATA, steps=2, keep="last")


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("function", "said"),
    [
        (print, r"MLP.activation, the function builtins.print, returns None; expected an array"),
        (int, r"MLP.activation, the class builtins.int, fails \(TypeError: "),
        (jnp.sum, r"MLP.activation, the function jax.numpy.sum, returns float32\[\]; nothing can be computed with it"),
    ],
)
def test_a_function_of_another_package_is_named(function, said, capsys):
    with pytest.raises(Error, match=said):
        check_returned({"own": supervised(wz.models.MLP((4, 3, 2), function))}, DATA, 1)


def test_a_recipe_of_waza_is_no_function():
    with pytest.raises(Error, match=r"MLP.activation is an nn.CrossEntropy; expected a function"):
        wz.models.MLP((4, 3, 2), wz.nn.CrossEntropy())


@pytest.mark.wrong_types
def test_a_recipe_of_the_users_that_is_called_otherwise_is_named():
    said = r"MLP.activation, of the class Levels, cannot be called as it is here \(CrossEntropy.__call__\(\) missing 1"
    with pytest.raises(Error, match=said):
        check_returned({"own": supervised(wz.models.MLP((4, 3, 2), Levels()))}, DATA, 1)


def test_a_figure_that_is_no_chart_is_named():
    results = xr.Dataset()
    results.attrs |= RunRecord(study="mine").to_attrs()
    with pytest.raises(Error, match="the figure three of 'mine' returns 3; expected an altair chart"):
        main_charts(results, {}, "en", (three,))
