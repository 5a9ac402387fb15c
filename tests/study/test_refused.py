"""What a run cannot do is refused in one line: seeds beyond int32, and learners that lack a method."""

import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import models, optim
from waza.core.errors import Error
from waza.engine.single import Fitted
from waza.learners.keys import LAST_SEED

X, Y = np.ones((20, 4), np.float32), np.zeros(20, np.int32)
BASE = wz.Supervised(models.MLP((4, 3, 2)), optim.SGD(0.1), probes=False)


class Unjudged(wz.Supervised):
    """Declares a measure, and gives outputs for it, but has no `judge`."""

    def measures(self, data):
        return wz.Measure("bleu", "higher"), *super().measures(data)

    def evaluate(self, state, data, key):
        return super().evaluate(state, data, key), {"text": jnp.zeros(3)}


class Empty(wz.Learner):
    """Has nothing but a measure."""

    def measures(self, data):
        return (wz.Measure("loss", "lower"),)


def study(learner=BASE, **settings):
    return wz.Study(name="t", variants={"a": learner}, data=((X, Y), (X, Y)), steps=0, **settings)


@pytest.mark.parametrize("first", [2**31, LAST_SEED - 8, 2**40])
def test_seeds_that_compiled_programs_cannot_hold_are_refused(first):
    with pytest.raises(Error, match=rf"first_seed={first} .*: give at most {LAST_SEED - 9}"):
        study(first_seed=first, seeds=1)
    assert study(first_seed=LAST_SEED - 9, seeds=1).first_seed == LAST_SEED - 9


@pytest.mark.wrong_types
@pytest.mark.parametrize("variants", [[BASE], (BASE, BASE), BASE])
def test_variants_without_names_are_refused(variants):
    with pytest.raises(Error, match=r"Study.variants is .*; expected a dict {name: learners.Learner}"):
        wz.Study(name="t", variants=variants, data=((X, Y), (X, Y)))


def test_a_training_s_seed_is_refused_too():
    with pytest.raises(Error, match="seed is 2147483648; expected a whole number from 0"):
        wz.fit(BASE, ((X, Y), (X, Y)), steps=1, seed=2**31, keep="last")


def test_a_learner_without_a_method_is_named():
    with pytest.raises(Error, match=r"Unjudged evaluates to outputs, but has no judge.*: define it in the class"):
        wz.run(study(Unjudged(BASE.model, BASE.optimizer, probes=False), seeds=1), None, wz.Watch())
    with pytest.raises(Error, match="Empty has no init"):
        wz.run(study(Empty(), seeds=1), None, wz.Watch())


class Pieces(wz.Stream):
    """Evaluates in pieces of 16 and 4 rows."""

    def digest(self):
        return "pieces"

    def batches(self, seed, start, stop):
        return ((X[:8], Y[:8]) for _ in range(start, stop))

    def pieces(self, data):
        return iter([X[:16], X[16:]])


class Streamed(Empty):
    """Learns from pieces."""

    def source(self, data):
        return data


def test_pieces_of_different_shapes_are_refused_before_training():
    unequal = wz.Study(name="t", variants={"a": Streamed()}, data=Pieces(), steps=2, seeds=1)
    with pytest.raises(Error, match=r"Pieces.pieces gives .* \(16, 4\) and, as piece 1, .* \(4, 4\): "):
        wz.run(unequal, None, wz.Watch())


def test_other_missing_implementations_keep_their_traceback():
    class Own(Empty):
        def init(self, key, data):
            raise NotImplementedError("not yet")

    with pytest.raises(NotImplementedError, match="not yet"):
        wz.run(study(Own(), seeds=1), None, wz.Watch())


def test_the_last_variables_have_the_measures_of_the_last_evaluation():
    history = [{"step": 0, "loss": 2.0}, {"step": 10, "loss": 1.0}]
    assert Fitted(None, 13, history, 13, "diverged", 13, 0.0).best["loss"] == 1.0
    assert Fitted(None, 0, history, 13, "diverged", 13, 0.0).best["loss"] == 2.0


def test_predictions_compile_few_programs():
    x = np.random.RandomState(0).randn(170, 4).astype(np.float32)
    model = wz.fit(BASE, ((x, (x[:, 0] > 0).astype(np.int32)),) * 2, steps=1, keep="last")
    whole = model.predict_proba(x)
    for rows in range(1, 171, 13):
        np.testing.assert_allclose(model.predict_proba(x[:rows]), whole[:rows], atol=1e-6)
    assert model._apply._cache_size() <= 9
    assert len(model.predict(x[:0])) == 0


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"steps": 2**70}, "steps is 1180591620717411303424; expected at most"),
        ({"steps": -1}, "steps is -1; expected a whole number of at least 0"),
        ({"steps": 10**6, "evaluate_every": 100, "seeds": 10**6}, "give 10,001,000,000 values of each measure"),
        ({"seeds": 2**40, "steps": 1}, "seeds is 1099511627776; expected at most 2147483647"),
        ({"seeds": 20, "first_seed": 2**31 - 10}, "give at most 2147483628"),
    ],
)
def test_a_study_of_impossible_size_is_refused(sizes, said):
    with pytest.raises(Error, match=said):
        wz.Study(name="t", variants={"a": BASE}, data=((X, Y), (X, Y)), **sizes)
