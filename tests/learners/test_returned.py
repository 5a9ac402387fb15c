"""What a user's own learner returns is looked at before any program is compiled."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza.core.errors import Error
from waza.learners.returned import check_returned


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
