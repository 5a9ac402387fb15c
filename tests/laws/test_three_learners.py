"""Three learners that no part of waza knows: as studies, as single trainings, and cut off and resumed.

Their files hold all that is theirs: an on-policy bandit, a stream from a file, and texts in buckets with a judge.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import bandit
import lagged
import numpy as np
import oja
import pytest
import xarray as xr

import waza as wz
from waza.engine import pace
from waza.engine.checkpoint import Checkpoint
from waza.engine.single import single_program, train_single
from waza.engine.streams import WINDOW_BYTES
from waza.engine.training import Plan
from waza.study import Part, decide, store, variables_of
from waza.testing import check_learner, check_source
from waza.testing.laws import difference

STEPS = {"bandit": 60, "oja": 12, "lagged": 12}
COLUMNS, ROWS = 64, 270_000  # 69 MB: more than a window of a stream


@pytest.fixture(scope="session")
def rows_file(tmp_path_factory):
    """A file of rows that vary most along one direction."""
    rng = np.random.default_rng(0)
    direction = rng.normal(size=COLUMNS) / COLUMNS**0.5
    rows = rng.normal(size=(ROWS, COLUMNS)) + 3 * rng.normal(size=(ROWS, 1)) * direction
    path = tmp_path_factory.mktemp("rows") / "rows.f32"
    rows.astype(np.float32).tofile(path)
    return path


@pytest.fixture(params=["bandit", "oja", "lagged"])
def study(request, rows_file):
    return make(request.param, rows_file)


def make(name, rows_file):
    """The study of one of the learners: two variants, a claim and a tuned number."""
    if name == "bandit":
        base, data, rate = bandit.Bandit(), None, "learning_rate"
        other = wz.vary(base, baseline_rate=0.0)
    elif name == "oja":
        base, rate = oja.Oja(0.1), "learning_rate"
        stream = oja.RowsOnDisk(rows_file, COLUMNS, 256)
        data = oja.Data(stream, np.array(stream.table[:200]), np.array(stream.table[200:400]))
        other = wz.vary(base, learning_rate=0.001)
    else:
        base, data, rate = lagged.lagged(4), lagged.texts(), "optimizer.learning_rate"
        other = wz.vary(base, optimizer={"learning_rate": 0.001})
    measure = base.measures(data)[0]

    def effect(results):
        return measure.sign * (wz.final(results, measure.name, "base") - wz.final(results, measure.name, "other"))

    return wz.Study(
        name=name,
        data=data,
        variants={"base": base, "other": other},
        seeds=2,
        block=2,
        steps=STEPS[name],
        evaluate_every=STEPS[name] // 4,
        claims=(wz.Claim("better", (Part("better", effect, low=0.0),)),),
        tuning=wz.Tuning(grid={"base": {rate: (0.03, 0.1)}}, seeds=2, limits={rate: 0.1}),
    )


@pytest.fixture
def short_segments(monkeypatch):
    """Segments of one step, so that a training can be stopped anywhere."""
    monkeypatch.setattr(pace, "SEGMENT_SECONDS", 1e-9)
    monkeypatch.setattr(pace, "CALIBRATION_STEPS", 1)


class StopAfter(wz.Watch):
    """Asks to stop after so many segments."""

    def __init__(self, segments):
        self.left = segments

    def advance(self, steps):
        self.left -= steps > 0

    def stop_asked(self):
        return self.left <= 0


@pytest.mark.bits
def test_the_laws(study):
    check_learner(study.variants["base"], study.data)


@pytest.mark.slow
@pytest.mark.bits
def test_a_study_with_a_claim_and_a_tuned_number_stopped_and_resumed(study, tmp_path, short_segments):
    with pytest.raises(wz.Interrupted):
        wz.run(study, tmp_path, StopAfter(3), keep="last")
    resumed = wz.run(study, tmp_path, keep="last")
    assert list(resumed.variant.values) == ["base", "other", "base, tuned"]
    assert set(resumed.data_vars) >= {measure.name for measure in study.measures}
    assert np.isfinite(resumed[study.measure]).all()
    assert (resumed["diverged_at"] == -1).all()
    (finding,) = decide(study.claims, resumed)
    assert finding.parts[0].verdict == "undecided"  # two seeds decide nothing
    whole = wz.run(study, keep="last")
    xr.testing.assert_identical(resumed.drop_attrs(), whole.drop_attrs())
    seed = int(resumed.seed[0])
    kept, other = (variables_of(study, results, "base, tuned", seed) for results in (resumed, whole))
    assert difference(kept, other) is None


@pytest.mark.bits
def test_a_single_training_stopped_and_resumed(study, tmp_path, short_segments):
    learner, steps = study.variants["base"], study.steps
    plan = Plan(steps=steps, evaluate_every=steps // 3, keep="best", measure=learner.measures(study.data)[0])
    program = single_program(learner, study.data, steps)
    whole = train_single(program, 3, plan)
    checkpoint = Checkpoint(tmp_path / "checkpoint.safetensors", "start over")
    with pytest.raises(wz.Interrupted):
        train_single(program, 3, plan, checkpoint, StopAfter(2))
    resumed = train_single(program, 3, plan, checkpoint)
    assert resumed.history == whole.history
    assert difference(resumed.variables, whole.variables) is None


RUN = """
import sys, time
from pathlib import Path
here, name, rows, runs, cache, seconds = sys.argv[1:]
sys.path.insert(0, here)
import jax
jax.config.update("jax_num_cpu_devices", 2)
jax.config.update("jax_compilation_cache_dir", cache)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
import waza as wz
from waza.engine import pace
from test_three_learners import make
pace.SEGMENT_SECONDS, pace.CALIBRATION_STEPS, pace.CHECKPOINT_SHARE = 1e-9, 1, 1e9  # a checkpoint a step
class Slow(wz.Watch):
    def advance(self, steps):
        time.sleep(float(seconds))
wz.run(make(name, Path(rows)), runs, Slow())
"""


@pytest.mark.parametrize(
    "study",
    [
        pytest.param("bandit", marks=pytest.mark.slow),
        pytest.param("oja", marks=pytest.mark.slow),
        pytest.param("lagged", marks=pytest.mark.slow),
    ],
    indirect=True,
)
def test_killed_at_any_moment_it_goes_on_with_the_same_bits(study, rows_file, tmp_path, shared_cache):
    whole, runs, here = wz.run(study), tmp_path / "runs", str(Path(__file__).parent)
    command = [sys.executable, "-c", RUN, here, study.name, str(rows_file), str(runs), str(shared_cache / "xla")]
    process = subprocess.Popen([*command, "0.1"])
    deadline = time.monotonic() + 300
    while not list(runs.glob("**/block*.safetensors")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(float(np.random.default_rng().uniform(0, 0.5)))
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert [folder for folder in store.folders(runs, f"{study.name}.tuning") if not folder.complete]
    subprocess.run([*command, "0"], check=True)
    assert all(
        len(list(folder.glob("*-*"))) == 1 for folder in runs.iterdir()
    )  # the run that was cut off was continued
    xr.testing.assert_identical(store.find(runs, study.name).results().drop_attrs(), whole.drop_attrs())


def test_the_file_does_not_fit_a_window_and_its_digest_follows_the_content(rows_file, tmp_path):
    assert rows_file.stat().st_size > WINDOW_BYTES
    other = tmp_path / "other.f32"
    np.ones((100, COLUMNS), np.float32).tofile(other)
    check_source(oja.RowsOnDisk(rows_file, COLUMNS, 8), other=oja.RowsOnDisk(other, COLUMNS, 8))


def test_texts_come_in_three_lengths():
    check_source(lagged.Texts(4), other=lagged.Texts(5), steps=30)
    lengths = {x.shape[1] for x, _ in lagged.Texts(4).batches(0, 0, 60)}
    assert lengths == set(lagged.LENGTHS)


def test_a_weight_of_zero_is_a_gap_and_no_divergence():
    """No episode ends within the first five steps, nor in each second window of five."""
    study = wz.Study(
        name="gaps", data=None, variants={"base": bandit.Bandit()}, seeds=2, block=2, steps=20, evaluate_every=5
    )
    results = wz.run(study)
    counted = np.isfinite(results["batch_reward"].sel(variant="base").values)
    np.testing.assert_array_equal(counted, [[False, False, True, False, True]] * 2)
    assert (results["diverged_at"] == -1).all()


def test_a_record_is_the_mean_of_the_episodes_that_ended():
    """Ten rewards an episode, of arms around 4: a mean over steps would be a tenth of it."""
    learner = bandit.Bandit()
    study = wz.Study(name="mean", data=None, variants={"base": learner}, seeds=4, block=4, steps=40, evaluate_every=40)
    assert 25 < float(wz.run(study)["batch_reward"].isel(variant=0, step=-1).mean()) < 60
