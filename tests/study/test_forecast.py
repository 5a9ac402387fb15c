"""Forecasts of how long a study takes."""

import time

import numpy as np
import pytest

from waza import Study, Supervised, models, optim, run
from waza.data import Dataset, Split
from waza.study.forecast import Forecast
from waza.study.progress import Display, Progress


def test_the_time_is_told_before_training_and_about_right():
    x = np.random.default_rng(0).normal(size=(200, 64)).astype(np.float32)
    data = Dataset("rows", Split(x, (x[:, 0] > 0).astype(np.int32)), Split(x[:50], (x[:50, 0] > 0).astype(np.int32)))
    learner = Supervised(models.MLP((64, 128, 64, 2)), optim.SGD(0.01), probes=False)
    study = Study(name="timed", variants={"one": learner}, data=data, seeds=10, steps=600, evaluate_every=60)
    told: list[tuple[float, int, float]] = []
    results = run(study, executor=Forecast(lambda seconds, block: told.append((seconds, block, time.perf_counter()))))
    ((seconds, block, at),) = told
    assert block == 10
    took = time.perf_counter() - at
    assert took / 5 < seconds < 5 * took  # a machine that is shared measures a few steps roughly
    assert results.attrs["train_seconds"] <= took


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "compare-wine: takes about 41 s in all"), ("ja", "compare-wine: 全体で約 41 秒かかります")],
)
def test_a_display_shows_once_what_the_user_waits_for(language, line):
    class Told(Display):
        lines: list[str] = []  # noqa: RUF012

        def say(self, line):
            self.lines.append(line)

        def close(self, lines):
            pass

    with Progress("compare-wine", Told(), language, begun=time.monotonic() - 30) as progress:
        assert 30 <= progress.waited < 31
        progress.expected(11.0)
    assert Told.lines == [line]
    with pytest.raises(NotImplementedError):
        Display().say("x")
