"""One long training: what is cut off goes on with the same bits, and what is kept is the best."""

import dataclasses
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh

from waza import TruncatedBPTT, models, nn, optim, vary
from waza.core.errors import Error
from waza.core.variables import is_tracked
from waza.data import Split
from waza.engine.devices import TRIALS, mesh_for_batches
from waza.engine.explosion import explosion, worst
from waza.engine.feeding import Resident, Streamed, feed
from waza.engine.pace import Pace
from waza.engine.training import Plan, train
from waza.learners.probes import norms_by_layer
from waza.nn import named_key
from waza.study import Interrupted

PLAN = Plan(steps=60, evaluate_every=20)


def one_device():
    return Mesh(np.array(jax.devices()[:1]), (TRIALS,))


def two_devices():
    return Mesh(np.array(jax.devices()[:2]), (TRIALS,))


def same(a, b):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(x, y)


def test_it_learns_and_keeps_the_best(stripes, tiny):
    heard = []
    trained = train(feed(tiny, stripes, 0, one_device()), PLAN, heard=lambda step, measures: heard.append(step))
    assert heard == [0, 20, 40, 60] == [one["step"] for one in trained.history]
    assert trained.best["test_accuracy"] > 0.95
    losses = {one["step"]: one["validation_loss"] for one in trained.history}
    assert losses[trained.best_step] == min(losses.values())
    assert trained.ending == "all steps" and trained.diverged_at is None and trained.steps == 60


def test_a_training_is_the_trial_of_a_study(stripes, tiny):
    from waza.engine.fitted import fit

    trained = train(feed(tiny, stripes, 3, one_device()), Plan(steps=20, evaluate_every=20))
    assert trained.best_step == 20
    for x, y in zip(jax.tree.leaves(trained.variables), jax.tree.leaves(fit(tiny, stripes, 20, 3)), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)


@pytest.mark.parametrize("limit", [0, 2**40])
def test_what_is_stopped_goes_on_with_the_same_bits(stripes, tiny, stops_after, tmp_path, limit):
    source = feed(tiny, stripes, 0, one_device(), limit)
    whole = train(source, PLAN)
    stops = 0
    for _ in range(9):
        try:
            again = train(feed(tiny, stripes, 0, one_device(), limit), PLAN, tmp_path / "kept", stops_after(1))
            break
        except Interrupted:
            stops += 1
    assert stops >= 2
    same(again.variables, whole.variables)
    assert again.history == whole.history and again.best_step == whole.best_step
    finished = train(source, PLAN, tmp_path / "kept", stops_after(0))
    assert finished.history == whole.history


def test_the_ends_of_segments_change_nothing(stripes, tiny, monkeypatch):
    whole = train(feed(tiny, stripes, 0, one_device()), PLAN)
    monkeypatch.setattr(Pace, "steps", lambda self: 7)
    parts = train(feed(tiny, stripes, 0, one_device()), PLAN)
    same(parts.variables, whole.variables)
    assert parts.history == whole.history


def test_a_checkpoint_of_another_model_is_refused(stripes, tiny, stops_after, tmp_path):
    with pytest.raises(Interrupted):
        train(feed(tiny, stripes, 0, one_device()), PLAN, tmp_path / "kept", stops_after(1))
    other = vary(tiny, model={"hidden": (9,)})
    with pytest.raises(Error, match="does not fit this model: start anew"):
        train(feed(other, stripes, 0, one_device()), PLAN, tmp_path / "kept")
    (tmp_path / "kept").write_bytes(b"x")
    with pytest.raises(Error, match="damaged: start anew with --fresh"):
        train(feed(tiny, stripes, 0, one_device()), PLAN, tmp_path / "kept")


@pytest.mark.parametrize("augment", [None, nn.Augmentations((nn.RandomCrop((8, 8), 1), nn.RandomFlip()))])
def test_host_fed_is_device_fed(stripes, tiny, augment, monkeypatch):
    """Data mapped from the disk give the same rows, and the same bits."""
    monkeypatch.setattr("waza.engine.feeding.WINDOW_STEPS", 7)
    learner = vary(tiny, augment=augment)
    feeds = [feed(learner, stripes, 0, one_device(), limit) for limit in (0, 2**40)]
    assert [type(one) for one in feeds] == [Streamed, Resident]
    host, device = (train(one, PLAN) for one in feeds)
    same(host.variables, device.variables)
    for a, b in zip(host.history, device.history, strict=True):
        assert a == pytest.approx(b, abs=1e-6)


@pytest.mark.parametrize("limit", [0, 2**40])
def test_two_devices_are_one(stripes, tiny, limit):
    one, two = (train(feed(tiny, stripes, 0, mesh, limit), PLAN) for mesh in (one_device(), two_devices()))
    for x, y in zip(jax.tree.leaves(one.variables), jax.tree.leaves(two.variables), strict=True):
        np.testing.assert_allclose(x, y, atol=1e-5)
    for a, b in zip(one.history, two.history, strict=True):
        assert a == pytest.approx(b, abs=1e-5)


def test_devices_that_divide_the_batch_share_it(monkeypatch, tiny):
    class Device:
        platform = "gpu"

    monkeypatch.setattr(jax, "devices", lambda: [Device() for _ in range(4)])
    reader = TruncatedBPTT(models.lstm_language_model(10, 4, 1), optim.SGD(1.0), window=5)
    for learner in (tiny, reader):
        sizes = [mesh_for_batches(dataclasses.replace(learner, batch_size=rows)).size for rows in (128, 6, 7, 9)]
        assert sizes == [4, 3, 1, 3]
    monkeypatch.setattr(Device, "platform", "cpu")
    assert mesh_for_batches(dataclasses.replace(tiny, batch_size=128)).size == 1
    assert mesh_for_batches(dataclasses.replace(reader, batch_size=128)).size == 4


def overfitting(stripes):
    """Labels of the validation rows turned round: the better the model, the greater their loss."""
    held = stripes.validation
    return stripes._replace(validation=Split(held.x, 1 - held.y))


def test_early_stopping_keeps_the_best(stripes, tiny):
    plan = Plan(steps=400, evaluate_every=10, patience=3)
    trained = train(feed(tiny, overfitting(stripes), 0, one_device()), plan)
    assert trained.ending == "no improvement" and trained.steps < 400
    assert trained.steps == trained.best_step + 30
    assert trained.best["validation_loss"] == min(one["validation_loss"] for one in trained.history)


def test_divergence_ends_the_training(stripes, tiny):
    wild = vary(tiny, optimizer=optim.SGD(optim.StepDecay(0.01, every=25, factor=1e30)), model={"norm": None})
    trained = train(feed(wild, stripes, 0, one_device()), Plan(steps=200, evaluate_every=10))
    assert trained.ending == "diverged" and trained.best_step in (0, 10, 20)
    assert 25 <= trained.diverged_at < 60
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(trained.variables))


@pytest.mark.parametrize("limit", [2**31, 0])  # in the device's memory, and in the host's
def test_an_explosion_is_found_where_it_was(stripes, tiny, tmp_path, limit):
    """The step before the first loss that was no number, and the layer that a plain loop finds too."""
    wild = vary(tiny, optimizer=optim.SGD(optim.StepDecay(0.01, every=25, factor=1e8)), model={"norm": None})
    trained = train(feed(wild, stripes, 0, one_device(), limit), Plan(steps=200, evaluate_every=10), tmp_path / "kept")
    found = explosion(feed(wild, stripes, 0, one_device(), limit), trained.diverged_at, tmp_path / "kept")
    assert found == explosion(feed(wild, stripes, 0, one_device(), limit), trained.diverged_at)
    key, state = jax.random.key(0), wild.init(named_key(jax.random.key(0), "init"), stripes)
    for step in range(trained.diverged_at):
        before = state
        drawn = wild.batch(stripes, jax.random.fold_in(named_key(key, "batch"), step), step)
        state, records = wild.update(state, drawn, jax.random.fold_in(named_key(key, "update"), step))
        assert np.isfinite(records["loss"])
    gradients = wild.gradients(before, drawn, jax.random.fold_in(named_key(key, "update"), step))
    norms = {layer: float(norm) for layer, norm in norms_by_layer(jax.tree.map(np.float64, gradients)).items()}
    assert found.step == trained.diverged_at - 1 == step
    assert set(found.layers) <= set(norms) and found.layers == worst(step, norms).layers


def test_data_without_numbers_are_refused(stripes, tiny):
    x = np.full(stripes.validation.x.shape, np.nan, np.float32)
    broken = stripes._replace(validation=Split(x, stripes.validation.y))
    with pytest.raises(Error, match="no number before the first step"):
        train(feed(tiny, broken, 0, one_device()), PLAN)


def test_an_unknown_measure_is_named(stripes, tiny):
    with pytest.raises(Error, match=r"does not measure 'bleu'; it measures test_accuracy, "):
        train(feed(tiny, stripes, 0, one_device()), dataclasses.replace(PLAN, measure="bleu"))


@pytest.mark.parametrize("name", ["steps", "evaluate_every", "patience"])
def test_plans_are_whole_numbers(name):
    with pytest.raises(Error, match=f"{name} is 0"):
        Plan(**{"steps": 1, "evaluate_every": 1, name: 0})


# Precision and augmentation of a supervised learner.


def test_bfloat16_trains_and_keeps_float32(stripes, tiny):
    narrow = vary(tiny, precision="bfloat16", optimizer=optim.WeightDecay(optim.Adam(0.01), 0.01))
    source = feed(narrow, stripes, 0, one_device())
    state = source.start()
    state, tally = source.train(state, source.empty(), 0, 5)
    assert {leaf.dtype for leaf in jax.tree.leaves((state.variables, state.optimizer))} == {jnp.dtype("float32")}
    assert {leaf.dtype for leaf in jax.tree.leaves(tally.sums)} == {jnp.dtype("float32")}
    tracked = [one for one in jax.tree.leaves(state.variables, is_leaf=is_tracked) if is_tracked(one)]
    assert len(tracked) == 4 and all(one.value.dtype == jnp.float32 for one in tracked)
    assert train(source, PLAN).best["test_accuracy"] > 0.9


def test_bfloat16_multiplies_in_bfloat16(stripes, tiny):
    def products(learner):
        state = learner.init(jax.random.key(0), stripes)
        batch = learner.batch(stripes, jax.random.key(0), 0)
        text = str(jax.make_jaxpr(learner.update)(state, batch, jax.random.key(1)))
        return [line for line in text.splitlines() if "dot_general" in line]

    assert all("bf16" in line for line in products(vary(tiny, precision="bfloat16")))
    assert not any("bf16" in line for line in products(tiny))


def test_precision_is_one_of_two(tiny):
    with pytest.raises(Error, match=r"precision='float16'\); expected one of float32, bfloat16"):
        vary(tiny, precision="float16")


def test_augmentation_is_for_steps_alone(stripes, tiny):
    """Steps see crops; evaluations see the middle, and the same each time."""

    class Black(nn.Augmentation):
        def __call__(self, x, key):
            return 0 * x

    seen = vary(tiny, augment=Black())
    state = tiny.init(jax.random.key(0), stripes)
    batch, key = tiny.batch(stripes, jax.random.key(0), 0), jax.random.key(1)
    zeros = Split(0 * batch.x, batch.y)
    same(seen.update(state, batch, key)[0].variables, tiny.update(state, zeros, key)[0].variables)
    same(seen.evaluate(state, stripes, key), tiny.evaluate(state, stripes, key))


# As a process.

SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
import jax
from pathlib import Path
from conftest import striped
from waza import models, nn, optim
from waza.data import Dataset
from waza.learners import Supervised
from waza.engine.feeding import feed
from waza.engine.training import Plan, train
from waza.engine.devices import mesh_for_batches
import numpy as np
data = Dataset("stripes", striped(300, 0), striped(60, 1), striped(60, 2))
network = models.ConvNet((models.Convolution(4, 3, pool=nn.MaxPool(2)),), (8,), 2, (8, 8, 3), norm=nn.BatchNorm())
learner = Supervised(network, optim.Adam(0.001), batch_size=16, probes=False)
source = feed(learner, data, 0, mesh_for_batches(learner))
trained = train(source, Plan(steps={steps}, evaluate_every=200), Path({kept!r}))
np.savez({out!r}, *jax.tree.leaves(trained.variables), best=trained.best_step)
"""


def test_a_killed_process_goes_on_with_the_same_bits(tmp_path):
    def start(folder):
        folder.mkdir(exist_ok=True)
        places = {"kept": str(folder / "kept.safetensors"), "out": str(folder / "out.npz")}
        script = SCRIPT.format(tests=str(Path(__file__).parents[1]), steps=6000, **places)
        return subprocess.Popen([sys.executable, "-c", script])

    assert start(tmp_path / "whole").wait(300) == 0
    kills = 0
    while not (tmp_path / "killed" / "out.npz").is_file():
        process = start(tmp_path / "killed")
        kept = tmp_path / "killed" / "kept.safetensors"
        before = kept.stat().st_mtime_ns if kept.is_file() else 0
        while process.poll() is None and kills < 2:
            if kept.is_file() and kept.stat().st_mtime_ns > before:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
            time.sleep(0.01)
        process.wait(300)
    assert kills == 2
    with np.load(tmp_path / "whole" / "out.npz") as one, np.load(tmp_path / "killed" / "out.npz") as two:
        assert sorted(one) == sorted(two)
        for name in one:
            np.testing.assert_array_equal(one[name], two[name])
