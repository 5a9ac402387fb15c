"""One long training: what is cut off goes on with the same bits, and what is kept is the best."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import safetensors
from jax.sharding import Mesh

from waza import TruncatedBPTT, models, nn, optim, vary
from waza.core.errors import Error
from waza.core.variables import is_tracked
from waza.data import Split
from waza.engine import processes
from waza.engine.checkpoint import Checkpoint
from waza.engine.devices import TRIALS, mesh_for_batches
from waza.engine.explosion import explosion, worst
from waza.engine.pace import Pace
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.learners import Measure, Resident, RowStream
from waza.learners.probes import norms_by_layer
from waza.nn import named_key
from waza.study import Interrupted, Study, run

LOSS = Measure("validation_loss", "lower")
REMEDY = "start over with --fresh"


def plan_of(steps, evaluate_every, **changes):
    fields = {"keep": "best", "measure": LOSS, "end_diverged": True} | changes
    return Plan(steps=steps, evaluate_every=evaluate_every, **fields)


PLAN = plan_of(60, 20)


def fitted(learner, data, plan=PLAN, seed=0, mesh=None, kept=None, watch=None, heard=lambda entry: None):
    program = single_program(learner, data, plan.steps, mesh or one_device())
    return train_single(program, seed, plan, kept and Checkpoint(kept, REMEDY), watch, heard)


@pytest.fixture(params=["resident", "streamed"])
def place(request, monkeypatch):
    """Training data in the devices' memory, and in the host's."""
    if request.param == "streamed":
        monkeypatch.setattr("waza.learners.row_stream.LIMIT", 0)
    return request.param


def one_device():
    return Mesh(np.array(jax.devices()[:1]), (TRIALS,))


def two_devices():
    return Mesh(np.array(jax.devices()[:2]), (TRIALS,))


def same(a, b):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)


def test_it_learns_and_keeps_the_best(stripes, tiny):
    heard = []
    trained = fitted(tiny, stripes, heard=lambda entry: heard.append(entry["step"]))
    assert heard == [0, 20, 40, 60] == [one["step"] for one in trained.history]
    assert trained.best["test_accuracy"] > 0.95
    losses = {one["step"]: one["validation_loss"] for one in trained.history}
    assert losses[trained.best_step] == min(losses.values())
    assert trained.ending == "all steps" and trained.diverged_at is None and trained.steps == 60


def test_a_training_is_the_trial_of_a_study(stripes, tiny):
    study = Study(name="tiny", variants={"one": tiny}, data=stripes, seeds=4, block=4, steps=20, evaluate_every=20)
    results = run(study).sel(variant="one", seed=3)
    trained = fitted(tiny, stripes, plan_of(20, 20), seed=3)
    for entry in trained.history:
        for name in ("test_loss", "train_loss", "validation_accuracy"):
            assert float(results[name].sel(step=entry["step"])) == pytest.approx(entry[name], abs=1e-5)


@pytest.mark.bits
def test_what_is_stopped_goes_on_with_the_same_bits(stripes, tiny, stops_after, tmp_path, place):
    whole = fitted(tiny, stripes)
    stops = 0
    for _ in range(9):
        try:
            again = fitted(tiny, stripes, kept=tmp_path / "kept", watch=stops_after(1))
            break
        except Interrupted:
            stops += 1
    assert stops >= 2
    same(again.variables, whole.variables)
    assert again.history == whole.history and again.best_step == whole.best_step
    finished = fitted(tiny, stripes, kept=tmp_path / "kept", watch=stops_after(1))  # a segment more would stop it
    assert finished.history == whole.history


@pytest.mark.bits
def test_the_ends_of_segments_change_nothing(stripes, tiny, monkeypatch, place):
    whole = fitted(tiny, stripes)
    monkeypatch.setattr(Pace, "steps", lambda self: 7)
    parts = fitted(tiny, stripes)
    same(parts.variables, whole.variables)
    assert parts.history == whole.history


def test_a_checkpoint_of_another_model_is_refused(stripes, tiny, stops_after, tmp_path):
    with pytest.raises(Interrupted):
        fitted(tiny, stripes, kept=tmp_path / "kept", watch=stops_after(1))
    other = vary(tiny, model={"hidden": (9,)})
    with pytest.raises(Error, match=r"does not fit this training \(.*hidden.*\): start over with --fresh"):
        fitted(other, stripes, kept=tmp_path / "kept")
    (tmp_path / "kept").write_bytes(b"x")
    with pytest.raises(Error, match="damaged: start over with --fresh"):
        fitted(tiny, stripes, kept=tmp_path / "kept")


@pytest.mark.slow
def test_a_checkpoint_of_other_settings_is_refused(stripes, tiny, stops_after, tmp_path):
    with pytest.raises(Interrupted):
        fitted(tiny, stripes, kept=tmp_path / "kept", watch=stops_after(1))
    other = vary(tiny, optimizer={"learning_rate": 0.5})
    for changes in ({"learner": other}, {"seed": 1}, {"plan": plan_of(30, 20)}, {"plan": plan_of(60, 10)}):
        given = {"learner": tiny, "data": stripes, "kept": tmp_path / "kept"} | changes
        with pytest.raises(Error, match="kept is of a training with other settings: start over with --fresh"):
            fitted(**given)
    assert fitted(tiny, stripes, plan_of(60, 20, patience=9), kept=tmp_path / "kept").steps == 60


def test_a_checkpoint_names_tensors_by_path(stripes, tiny, stops_after, tmp_path):
    with pytest.raises(Interrupted):
        fitted(tiny, stripes, kept=tmp_path / "kept", watch=stops_after(1))
    with safetensors.safe_open(tmp_path / "kept", "numpy") as file:
        names = set(file.keys())
    assert "portions/0.states.variables.output.weight" in names
    assert not [name for name in names if "leaf" in name]


@pytest.mark.parametrize("augment", [None, nn.Augmentations((nn.RandomCrop((8, 8), 1), nn.RandomFlip()))])
@pytest.mark.bits
def test_host_fed_is_device_fed(stripes, tiny, augment, monkeypatch):
    """Data mapped from the disk give the same rows, and the same bits."""
    monkeypatch.setattr("waza.engine.streams.WINDOW_STEPS", 7)
    learner = vary(tiny, augment=augment)
    assert isinstance(learner.source(stripes), Resident)
    device = fitted(learner, stripes)
    monkeypatch.setattr("waza.learners.row_stream.LIMIT", 0)
    monkeypatch.setattr("waza.learners.rows.EVALUATED_AT_ONCE", 50)  # several pieces, the last one filled
    assert isinstance(learner.source(stripes), RowStream)
    host = fitted(learner, stripes)
    same(host.variables, device.variables)
    for a, b in zip(host.history, device.history, strict=True):
        assert a == pytest.approx(b, abs=1e-6, nan_ok=True)


@pytest.mark.slow
def test_large_data_stay_on_the_host_in_a_study(stripes, tiny, monkeypatch):
    variants = {"slow": vary(tiny, optimizer={"learning_rate": 0.001}), "fast": tiny}
    study = Study(name="tiny", variants=variants, data=stripes, seeds=3, block=3, steps=20, evaluate_every=10)
    device = run(study)
    monkeypatch.setattr("waza.learners.row_stream.LIMIT", 0)
    host = run(study)
    for name in device.data_vars:
        np.testing.assert_allclose(host[name], device[name], rtol=1e-4, atol=1e-5, err_msg=str(name))


@pytest.mark.slow
def test_two_devices_are_one(stripes, tiny, place):
    one, two = (fitted(tiny, stripes, mesh=mesh) for mesh in (one_device(), two_devices()))
    for x, y in zip(jax.tree.leaves(one.variables), jax.tree.leaves(two.variables), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)
    for a, b in zip(one.history, two.history, strict=True):
        assert a == pytest.approx(b, abs=1e-5, nan_ok=True)


def test_devices_that_divide_the_batch_share_it(monkeypatch, tiny):
    class Device:
        platform, process_index = "gpu", 0

    monkeypatch.setattr(jax, "devices", lambda: [Device() for _ in range(4)])
    reader = TruncatedBPTT(models.lstm_language_model(10, 4, 1), optim.SGD(1.0), window=5)
    for learner in (tiny, reader):
        assert [mesh_for_batches(learner, rows).size for rows in (128, 6, 7, 9)] == [4, 3, 1, 3]
    monkeypatch.setattr(Device, "platform", "cpu")
    assert mesh_for_batches(tiny, 128).size == 1
    assert mesh_for_batches(reader, 128).size == 4


def test_processes_that_divide_the_batch_share_it(monkeypatch, tiny):
    class Device:
        def __init__(self, number, platform="gpu"):
            self.process_index, self.platform = number, platform

    numbers = (0, 0, 0, 1, 1)  # two devices of each are used: a process has as many as the others
    monkeypatch.setattr(processes, "count", lambda: 2)
    monkeypatch.setattr(jax, "devices", lambda: [Device(number) for number in numbers])
    shared = {rows: [one.process_index for one in mesh_for_batches(tiny, rows).devices.flat] for rows in (128, 6)}
    assert shared == {128: [0, 0, 1, 1], 6: [0, 1]}
    monkeypatch.setattr(jax, "devices", lambda: [Device(number, "cpu") for number in numbers])
    assert [one.process_index for one in mesh_for_batches(tiny, 128).devices.flat] == [0, 1]
    with pytest.raises(Error, match="a batch has 7 rows, and 2 processes do not divide them"):
        mesh_for_batches(tiny, 7)
    with pytest.raises(Error, match="a batch of Supervised has no rows that 2 processes can share"):
        mesh_for_batches(tiny, 1)


def overfitting(stripes):
    """Labels of the validation rows turned round: the better the model, the greater their loss."""
    held = stripes.validation
    return stripes._replace(validation=Split(held.x, 1 - held.y))


def test_early_stopping_keeps_the_best(stripes, tiny):
    trained = fitted(tiny, overfitting(stripes), plan_of(400, 10, patience=3))
    assert trained.ending == "no improvement" and trained.steps < 400
    assert trained.steps == trained.best_step + 30
    assert trained.best["validation_loss"] == min(one["validation_loss"] for one in trained.history)


def test_the_best_follows_the_declared_direction(stripes, tiny):
    accuracy = Measure("validation_accuracy", "higher")
    trained = fitted(tiny, stripes, plan_of(60, 5, measure=accuracy))
    assert trained.best["validation_accuracy"] == max(one["validation_accuracy"] for one in trained.history)
    last = fitted(tiny, overfitting(stripes), plan_of(60, 20, keep="last"))
    assert last.best_step == 60


def test_divergence_ends_the_training(stripes, tiny):
    wild = vary(tiny, optimizer=optim.SGD(optim.StepDecay(0.01, every=25, factor=1e30)), model={"norm": None})
    trained = fitted(wild, stripes, plan_of(200, 10))
    assert trained.ending == "diverged" and trained.best_step in (0, 10, 20)
    assert 25 <= trained.diverged_at < 60
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(trained.variables))


def test_an_explosion_is_found_where_it_was(stripes, tiny, tmp_path, place):
    """The step before the first loss that was no number, and the layer that a plain loop finds too."""
    wild = vary(tiny, optimizer=optim.SGD(optim.StepDecay(0.01, every=25, factor=1e8)), model={"norm": None})
    trained = fitted(wild, stripes, plan_of(200, 10), kept=tmp_path / "kept")
    program = single_program(wild, stripes, 200, one_device())
    found = explosion(program, 0, trained.diverged_at, Checkpoint(tmp_path / "kept", REMEDY))
    assert found == explosion(program, 0, trained.diverged_at)
    key, state = jax.random.key(0), eqx.filter_jit(wild.init)(named_key(jax.random.key(0), "init"), stripes)
    batch, update = eqx.filter_jit(wild.batch), eqx.filter_jit(wild.update)
    for step in range(trained.diverged_at):
        before = state
        drawn = batch(stripes, jax.random.fold_in(named_key(key, "batch"), step), jnp.int32(step))
        state, records = update(state, drawn, jax.random.fold_in(named_key(key, "update"), step))
        assert np.isfinite(records["loss"])
    gradients = eqx.filter_jit(wild.gradients)(before, drawn, jax.random.fold_in(named_key(key, "update"), step))
    norms = {layer: float(norm) for layer, norm in norms_by_layer(jax.tree.map(np.float64, gradients)).items()}
    assert found.step == trained.diverged_at - 1 == step
    assert set(found.layers) <= set(norms) and found.layers == worst(step, norms).layers


def test_data_without_numbers_are_refused(stripes, tiny):
    x = np.full(stripes.validation.x.shape, np.nan, np.float32)
    broken = stripes._replace(validation=Split(x, stripes.validation.y))
    with pytest.raises(Error, match="validation_loss is not finite at any evaluation"):
        fitted(tiny, broken)


def test_an_unknown_measure_is_named(stripes, tiny):
    plan = plan_of(20, 20, measure=Measure("test_acuracy", "higher"))
    with pytest.raises(Error, match=r"does not measure 'test_acuracy': did you mean 'test_accuracy'"):
        fitted(tiny, stripes, plan)
    with pytest.raises(Error, match="choose one that is declared with"):
        plan_of(20, 20, measure=Measure("weight"))


@pytest.mark.parametrize(
    ("steps", "every", "said"),
    [
        (2**31, 2**31, "steps is 2147483648; expected at most 2147483647"),
        (2**70, 1, "expected at most 2147483647"),
        (2**31 - 1, 1, "give 2,147,483,648 evaluations, and 1,000,000 are the most: evaluate every 2148 steps"),
        (10**6, 1, "give 1,000,001 evaluations, .* evaluate every 2 steps"),
    ],
)
def test_a_plan_that_no_program_or_memory_holds_is_refused(steps, every, said):
    with pytest.raises(Error, match=said):
        plan_of(steps, every)
    assert plan_of(steps=2**31 - 1, evaluate_every=2148).evaluations <= 10**6


@pytest.mark.parametrize(("name", "given"), [("steps", -1), ("evaluate_every", 0), ("patience", 0)])
def test_plans_are_whole_numbers(name, given):
    with pytest.raises(Error, match=f"{name} is {given}"):
        plan_of(**{"steps": 1, "evaluate_every": 1, name: given})


# Precision and augmentation of a supervised learner.


def test_bfloat16_trains_and_keeps_float32(stripes, tiny):
    narrow = vary(tiny, precision="bfloat16", optimizer=optim.WeightDecay(optim.Adam(0.01), 0.01))
    program = single_program(narrow, stripes, 5, one_device())
    (portion,) = program.train(program.start([0]), 0, 5)
    state = portion.states
    assert {leaf.dtype for leaf in jax.tree.leaves((state.variables, state.optimizer))} == {jnp.dtype("float32")}
    assert portion.tally.records["loss"].total.dtype == jnp.float32
    tracked = [one for one in jax.tree.leaves(state.variables, is_leaf=is_tracked) if is_tracked(one)]
    assert len(tracked) == 4 and all(one.value.dtype == jnp.float32 for one in tracked)
    assert fitted(narrow, stripes).best["test_accuracy"] > 0.9


def test_bfloat16_multiplies_in_bfloat16(stripes, tiny):
    def products(learner):
        state = learner.init(jax.random.key(0), stripes)
        batch = learner.batch(stripes, jax.random.key(0), 0)
        text = str(jax.make_jaxpr(learner.update)(state, batch, jax.random.key(1)))
        return [line for line in text.splitlines() if "dot_general" in line]

    assert all("bf16" in line for line in products(vary(tiny, precision="bfloat16")))
    assert not any("bf16" in line for line in products(tiny))


@pytest.mark.wrong_types
def test_precision_is_one_of_two(tiny):
    with pytest.raises(Error, match=r"precision='float16'\); expected one of float32, bfloat16"):
        vary(tiny, precision="float16")


def test_augmentation_is_for_steps_alone(stripes, tiny):
    """Steps see crops; evaluations see the middle, and the same each time."""

    class Black(nn.Augmentation):
        def __call__(self, x, key):
            return 0 * x

    seen = vary(tiny, augment=Black())
    state = eqx.filter_jit(tiny.init)(jax.random.key(0), stripes)
    batch, key = tiny.batch(stripes, jax.random.key(0), 0), jax.random.key(1)
    zeros = Split(0 * batch.x, batch.y)
    stepped = [jax.jit(one.update)(state, given, key)[0] for one, given in ((seen, batch), (tiny, zeros))]
    same(stepped[0].variables, stepped[1].variables)
    evaluated = [eqx.filter_jit(one.evaluate)(state, stripes, key) for one in (seen, tiny)]
    same(*evaluated)
