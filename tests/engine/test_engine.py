"""The engine: trials together are trials alone; boundaries, seeds and devices never change the numbers."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from waza import models, nn, optim
from waza.core.errors import Error
from waza.core.variables import Tracked
from waza.engine import pace, structure, work
from waza.engine.varying import fixed_numbers
from waza.learners import Learner, Measure, Supervised
from waza.nn import named_key
from waza.study import Interrupted, Study, Watch, run, runner, vary

from ..conftest import small_study


@pytest.fixture(scope="module")
def whole():
    """The results of `study`."""
    return run(small_study())


@pytest.mark.slow
def test_a_trial_in_a_group_is_the_trial_alone(study):
    study = dataclasses.replace(study, steps=20, evaluate_every=10)
    results = run(study)
    data = jax.tree.map(lambda leaf: leaf if isinstance(leaf, str) else jnp.asarray(leaf), study.data)
    for name, learner in study.variants.items():
        key = jax.random.key(2)
        state = learner.init(named_key(key, "init"), data)
        for step in range(20):
            batch = learner.batch(data, jax.random.fold_in(named_key(key, "batch"), step), step)
            state, _ = learner.update(state, batch, jax.random.fold_in(named_key(key, "update"), step))
        alone = learner.evaluate(state, data, named_key(key, "evaluate"))
        trial = results.sel(variant=name, seed=2, step=20)
        assert float(trial["test_loss"]) == pytest.approx(float(alone["test_loss"]), abs=1e-6)
        for layer, norm in alone["gradient_norm"].items():
            assert float(trial["gradient_norm"].sel(layer=layer)) == pytest.approx(float(norm), rel=1e-4)


@pytest.mark.bits
def test_the_same_study_gives_the_same_bits(study, whole):
    xr.testing.assert_identical(run(study).drop_attrs(), whole.drop_attrs())


@pytest.mark.bits
def test_segments_never_change_the_numbers(study, whole, monkeypatch):
    monkeypatch.setattr(pace, "SEGMENT_SECONDS", 1e-9)
    monkeypatch.setattr(pace, "CALIBRATION_STEPS", 3)
    xr.testing.assert_identical(run(study).drop_attrs(), whole.drop_attrs())


@pytest.mark.bits
def test_earlier_trials_keep_their_bits_when_seeds_are_added(study, whole):
    more = run(dataclasses.replace(study, seeds=7))
    xr.testing.assert_identical(more.sel(seed=whole.seed).drop_attrs(), whole.drop_attrs())


@pytest.mark.slow
def test_one_device_agrees_with_two(study, monkeypatch):
    study = dataclasses.replace(study, steps=20)
    two = run(study)
    one_device = jax.sharding.Mesh(np.array(jax.devices()[:1]), ("trials",))
    monkeypatch.setattr(runner, "mesh", lambda: one_device)
    monkeypatch.setattr(work, "mesh", lambda: one_device)
    np.testing.assert_allclose(run(study)["test_loss"], two["test_loss"], atol=1e-6)


def test_a_diverged_trial_harms_no_other(study, whole, base):
    wild = vary(base, optimizer={"learning_rate": float("inf")})
    together = run(dataclasses.replace(study, variants={**study.variants, "wild": wild}))
    assert (together["diverged_at"].sel(variant="wild") >= 0).all()
    assert (together["diverged_at"].sel(variant=list(study.variants)) == -1).all()
    np.testing.assert_allclose(together["test_loss"].sel(variant=list(study.variants)), whole["test_loss"], atol=1e-4)


def test_settings_and_statistics_are_untouched_by_training(base, study):
    """Under weight decay, with no gradient at all, running statistics and settings stay what they were."""
    optax = pytest.importorskip("optax")
    decay = optim.FromOptax(optax.adamw, {"learning_rate": 0.1, "weight_decay": 0.5})
    learner = vary(base, model={"norm": nn.BatchNorm(8, momentum=1), "dropout": nn.Dropout(0.5)}, optimizer=decay)
    data, key = study.data, jax.random.key(0)
    state = learner.init(key, data)
    before = state.variables["hidden"][0]["norm"]
    update = jax.jit(lambda state, batch, key: learner.update(state, batch, key))
    for step in range(5):
        state, _ = update(state, learner.batch(data, key, step), jax.random.fold_in(key, step))
    after = state.variables["hidden"][0]["norm"]
    for name in ("mean", "variance"):
        assert isinstance(after[name], Tracked)
        np.testing.assert_array_equal(after[name].value, before[name].value)
    assert not np.array_equal(after["scale"], before["scale"])
    assert learner.model.dropout.rate == 0.5


class StopAt(Watch):
    def __init__(self, after):
        self.left = after

    def advance(self, steps):
        self.left -= steps

    def stop_asked(self):
        return self.left <= 0


@pytest.mark.parametrize("after", [5, 40, 90])  # before an evaluation, after the first group, within the last one
@pytest.mark.bits
def test_a_stopped_run_goes_on_and_ends_with_the_same_bits(study, whole, tmp_path, after):
    with pytest.raises(Interrupted):
        run(study, tmp_path, StopAt(after))
    resumed = run(study, tmp_path)
    assert len(list((tmp_path / "small").glob("*-*"))) == 1
    xr.testing.assert_identical(resumed.drop_attrs(), whole.drop_attrs())


@pytest.mark.slow
def test_a_stopped_run_of_other_settings_is_left_alone(study, tmp_path):
    with pytest.raises(Interrupted):
        run(study, tmp_path, StopAt(5))
    run(dataclasses.replace(study, steps=30), tmp_path)
    assert len(list((tmp_path / "small").glob("*-*"))) == 2


def test_variants_that_differ_in_numbers_or_initial_values_share_a_program(study):
    trained = [structure.without_initializers(learner) for learner in study.variants.values()]
    assert structure.groups(trained) == [[0, 1, 2], [3], [4]]


class Scaled(Supervised):
    noise: float = 0.1

    def batch(self, data, key, step):
        batch = super().batch(data, key, step)
        return batch._replace(x=batch.x * self.noise)


def test_a_batch_may_not_read_a_number_that_varies(study):
    base = Scaled(models.MLP((6, 3)), optim.SGD(0.1))
    variants = {"a": base, "b": vary(base, noise=0.2)}
    with pytest.raises(Error, match=r"batch\(\) reads noise"):
        run(dataclasses.replace(study, variants=variants, baseline="a"))


@pytest.mark.parametrize(
    "use",
    [
        lambda rate: 1.0 if rate else 0.0,
        lambda rate: rate == 0.1,
        lambda rate: rate <= 0.1,
        lambda rate: 2.0**rate,
        lambda rate: jnp.maximum(rate, 0),
        lambda rate: jax.random.bernoulli(jax.random.key(0), rate),
    ],
)
def test_any_use_of_a_number_that_varies_is_refused(use):
    number = fixed_numbers([{"rate": 0.1}, {"rate": 0.2}])["rate"]
    with pytest.raises(Error, match=r"batch\(\) reads \['rate'\]"):
        use(number)


def test_no_steps_evaluates_the_initial_values(study):
    results = run(dataclasses.replace(study, steps=0))
    assert results.sizes["step"] == 1
    assert np.isfinite(results["test_loss"]).all()


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seeds": 0}, "seeds is 0"),
        ({"steps": -1}, "steps is -1"),
        ({"variants": {}}, "no variants"),
        ({"variants": {"a": 3}}, "expected a learners.Learner"),
        ({"baseline": "fas"}, "did you mean 'fast'"),
        ({"name": "a/b"}, "letters, digits"),
    ],
)
def test_wrong_settings_are_named(study, change, words):
    with pytest.raises(Error, match=words):
        dataclasses.replace(study, **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"optimiser": 1}, "did you mean 'optimizer'"),
        ({"optimizer": {"learning_rat": 1}}, "did you mean 'learning_rate'"),
        ({"model": {"norm": {"momentum": 0.5}}}, "model.norm is None"),
        ({"optimizer": 0.1}, "expected an optim.Optimizer"),
        ({"optimizer": {"learning_rate": "fast"}}, "expected a number"),
    ],
)
def test_wrong_paths_are_named(base, change, words):
    with pytest.raises(Error, match=words):
        vary(base, **change)


def test_variants_without_a_single_number_are_compared(study):
    """Nothing varies but structure: no number has an axis for the variants."""

    class Still(Learner):
        size: int

        def measures(self, data):
            return (Measure("norm", "lower"),)

        def init(self, key, data):
            return jax.random.normal(key, (self.size,))

        def batch(self, data, key, step):
            return None

        def update(self, state, batch, key):
            return state / 2, {}

        def evaluate(self, state, data, key):
            return {"norm": jnp.linalg.norm(state)}

    variants = {"small": Still(2), "small again": Still(2), "large": Still(200)}
    results = run(Study(name="still", data=None, variants=variants, measure="norm", seeds=2, block=2, steps=2))
    assert (results["norm"].sel(variant="small") == results["norm"].sel(variant="small again")).all()
    assert (results["norm"].sel(variant="large") > results["norm"].sel(variant="small")).all()
    np.testing.assert_allclose(results["norm"].isel(step=-1), results["norm"].isel(step=0) / 4, rtol=1e-6)
