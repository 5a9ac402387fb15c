"""A training that is killed at any moment ends with the bits of one that was not."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
import jax
from pathlib import Path
from conftest import striped
from waza import models, nn, optim
from waza.data import Dataset
from waza.learners import Supervised
from waza.engine.checkpoint import Checkpoint
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
import numpy as np
data = Dataset("stripes", striped(300, 0), striped(60, 1), striped(60, 2))
network = models.ConvNet((models.Convolution(4, 3, pool=nn.MaxPool(2)),), (8,), 2, (8, 8, 3), norm=nn.BatchNorm())
learner = Supervised(network, optim.Adam(0.001), batch_size=16, probes=False)
plan = Plan(steps={steps}, evaluate_every=200, keep="best", measure=learner.selection(data))
trained = train_single(single_program(learner, data, {steps}), 0, plan, Checkpoint(Path({kept!r}), "start over"))
np.savez({out!r}, *jax.tree.leaves(trained.variables), best=trained.best_step)
"""


@pytest.mark.slow
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
