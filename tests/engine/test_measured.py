"""What a learner returns: values of any type are averaged exactly, and what cannot be averaged is refused by name."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import Learner, Mean, Measure, Study, run, vary
from waza.core.errors import Error
from waza.engine.evaluation import summed
from waza.study import variables_of


class Still(Learner):
    """Returns what it is given; it has neither numbers nor a state."""

    records: tuple = ()
    measures_of: tuple = (("size", 1.0),)
    judged: tuple = ()
    declared: tuple = ("size",)

    def measures(self, data):
        return tuple(Measure(name, "lower") for name in self.declared)

    def init(self, key, data):
        return {}

    def batch(self, data, key, step):
        return None

    def update(self, state, batch, key):
        return state, {name: make() for name, make in self.records}

    def evaluate(self, state, data, key):
        measures = dict(self.measures_of)
        return (measures, {}) if self.judged else measures

    def judge(self, outputs, data):
        return dict(self.judged)


def results(learner, **changes):
    fields = {"seeds": 3, "block": 3, "steps": 7, "evaluate_every": 3} | changes
    return run(Study(name="still", variants={"one": learner, "two": learner}, data=None, **fields))


@pytest.mark.parametrize("mapping", ["vmap", "seeds", "map"])
@pytest.mark.parametrize(
    ("value", "mean"),
    [
        (lambda: Mean(jnp.float32(100), jnp.int8(100)), 1),
        (lambda: jnp.uint8(200), 200),
        (lambda: jnp.int16(20_000), 20_000),
        (lambda: jnp.bool_(True), 1),
        (lambda: jnp.bfloat16(3), 3),
        (lambda: np.float64(2), 2),
    ],
)
def test_records_of_any_type_are_averaged_exactly(value, mean, mapping):
    values = results(Still(records=(("x", value),)), mapping=mapping)["batch_x"]
    assert values.values[:, :, 1:].tolist() == np.full((2, 3, 3), mean).tolist()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (lambda: jnp.ones(3), r"'x' with float32 \(3,\)"),
        (lambda: Mean(jnp.ones(3), jnp.ones(3)), r"'x' with float32 \(3,\)"),
        (lambda: Mean(1.0, jnp.ones(1, int)), r"'x' with int32 \(1,\)"),
        (lambda: {"layer": {"weight": 1.0}}, "'x/layer' with dict"),
        (lambda: [1.0], "'x' with list"),
        (lambda: None, "'x' with NoneType"),
    ],
)
def test_what_is_no_number_is_refused(value, kind):
    words = f"returns {kind}; expected a number, a Mean of numbers"
    with pytest.raises(Error, match=f"Still.update {words}"):
        results(Still(records=(("x", value),)))
    with pytest.raises(Error, match=f"Still.evaluate {words}"):
        results(Still(measures_of=(("x", value()),), declared=("x",)))


def test_a_judge_measures_what_is_declared():
    judged = Still(judged=(("bleu", Mean(3, 2)), ("by", {"en": 1.0})), declared=("size", "bleu", "by"))
    found = results(judged)
    assert np.unique(found["bleu"]).tolist() == [1.5] and found["by"].sel(layer="en").values.min() == 1
    nothing = vary(judged, judged=(("bleu", Mean(0, 0)), ("by", {})))
    assert np.isnan(results(nothing)["bleu"]).all()
    with pytest.raises(Error, match=r"'by', which neither Still.evaluate nor Still.judge returns.*Mean\(0, 0\)"):
        results(vary(judged, judged=(("bleu", 1.0),)))
    with pytest.raises(Error, match=r"Still.judge returns 'blue', which Still.measures does not declare.*'bleu'"):
        results(vary(judged, judged=(("blue", 1.0),)))
    with pytest.raises(Error, match=r"Still.judge returns 'bleu' with str"):
        results(vary(judged, judged=(("bleu", "good"),)))


def test_a_judge_may_find_other_layers_later():
    found = []

    class Growing(Still):
        def judge(self, outputs, data):
            found.append(len(found))
            return {"by": {f"word{n}": 1.0 for n in found}}

    growing = Growing(judged=(("by", None),), declared=("size", "by"))
    by = results(growing, seeds=1, block=1)["by"].sel(variant="one", seed=0)
    assert [int(by.isel(step=i).notnull().sum()) for i in range(4)] == [1, 3, 5, 7]


def test_outputs_of_several_pieces_are_rows():
    def pieces(shape):
        return [({"size": Mean(np.ones((3, 2)), np.ones((3, 2)))}, [np.ones((3, 2, *shape))])] * 2

    measures, (outputs,) = summed(pieces((5, 4)))
    assert outputs.shape == (3, 2, 10, 4) and measures["size"].weight[0, 0] == 2
    with pytest.raises(Error, match="single number, of several pieces"):
        summed(pieces(()))


def test_the_main_measure_is_declared():
    with pytest.raises(Error, match="no measure 'batch_typo'"):
        results(Still(), measure="batch_typo")
    with pytest.raises(Error, match=r"measures declares 'batch_x', which Still.update does not record"):
        results(Still(judged=(("size", 1.0),), declared=("size", "batch_x")), measure="batch_x")
    one = results(Still(records=(("x", lambda: 2.0),), declared=("size", "batch_x")), measure="batch_x")
    assert float(one["batch_x"].isel(variant=0, seed=0, step=-1)) == 2

    with pytest.raises(Error, match=r"Still.measures declares .step.; expected another name"):
        results(Still(measures_of=(("step", 1.0),), declared=("step",)))

    class Alone(Still):
        def measures(self, data):
            return Measure("size")

    with pytest.raises(Error, match=r"Alone.measures of 'one' returns .*Measure; expected a tuple of Measures"):
        results(Alone())


def test_what_the_best_is_chosen_by_is_measured_by_all():
    variants = {"one": Still(), "two": Still(measures_of=(("other", 1.0),), declared=("other",))}
    study = Study(name="still", variants=variants, data=None, seeds=1, block=1, steps=1)
    assert set(run(study, keep="last").data_vars) == {"size", "other", "diverged_at"}
    with pytest.raises(Error, match="chosen by 'size', which 'two' does not declare: known: other"):
        run(study, keep="best")


def test_a_state_that_changes_its_type_is_named():
    class Drifting(Still):
        def init(self, key, data):
            return {"w": jnp.zeros(2, jnp.int32)}

        def update(self, state, batch, key):
            return {"w": state["w"] + 0.5}, {}

    with pytest.raises(Error, match=r"Drifting.update returns .*state\['w'\] is float32 \(2,\); expected int32 \(2,\)"):
        results(Drifting())


def test_a_learner_without_a_state_is_kept_and_goes_on(tmp_path):
    study = Study(name="still", variants={"one": Still()}, data=None, seeds=2, block=2, steps=3, evaluate_every=3)
    assert variables_of(study, run(study, tmp_path, keep="last"), "one", 0) == {}
    assert jax.tree.leaves(variables_of(study, run(study, keep="last"), "one", 1)) == []
