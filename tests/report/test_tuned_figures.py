"""Figures of tuned variants beside reference models, and of seeds that share rows."""

import json
import math

import numpy as np
import pytest

from waza import report
from waza.report import side_by_side
from waza.report.bands import final_interval
from waza.report.figures import main_charts
from waza.report.sweeps import tuning_curves
from waza.study.record import RunRecord
from waza.study.statistics import t_interval

from .test_figures import data_of, rows_of, trained, words


@pytest.mark.parametrize("task", ["test_loss", "test_accuracy"])
def test_a_rate_at_which_one_trial_or_none_trained_is_drawn_without_an_interval(task):
    ends = {0.1: (0.4, 0.3, 0.5), 0.2: (0.41, -math.inf, math.inf), 1.0: (math.nan, math.nan, math.nan)}
    tried = [
        {"settings": {"optimizer.learning_rate": rate}, "mean": mean, "low": low, "high": high}
        for rate, (mean, low, high) in ends.items()
    ]
    for best in tried[:2]:
        choice = {"variant": "net a", "settings": best["settings"], "tried": tried, "at_edge": [], "widened": []}
        results = trained(["net a", "net a, tuned"], measure=task, tuning=json.dumps([choice | {"measure": "loss"}]))
        page = report.render_page(results, (), words())
        assert "Infinity" not in page.partition("const specs")[2].partition("\n")[0]
        chart = tuning_curves(results, words(), "en")
        drawn = {row["rate"]: (row["low"], row["high"]) for row in rows_of(chart) if "low" in row}
        assert drawn == {0.1: (0.3, 0.5), 0.2: (0.41, 0.41)}


def test_reference_models_are_neither_tuned_nor_untuned():
    choice = {"variant": "net", "settings": {"optimizer.learning_rate": 1}, "tried": [], "at_edge": [], "widened": []}
    for names in (["net, tuned", "linear model"], ["net", "net, tuned", "linear model"]):
        record = RunRecord(measure="test_accuracy", baseline=names[0], settings={"net": {}}).to_attrs()
        results = trained(names, **(record | {"tuning": json.dumps([choice])}))
        chart = side_by_side(results, words(), "en", variants=["net", "linear model"])
        kinds = {row["kind"] for part in chart.layer for row in data_of(part) if "kind" in row}
        assert kinds == {"tuned", "reference model"} | ({"untuned"} if "net" in names else set())
        assert "linear model" not in {row.get("variant") for row in rows_of(main_charts(results, words(), "en")[-1])}


def test_seeds_that_share_rows_have_wider_intervals_in_tables_and_in_figures():
    ends = {}
    for overlap in (0.0, 0.2):
        results = trained(["net a"], **RunRecord(measure="test_accuracy", overlap=overlap).to_attrs())
        values = results["test_accuracy"].isel(variant=0, step=-1).values
        ends[overlap] = t_interval(values, 0.95, overlap).high
        assert final_interval(results, "test_accuracy", "net a").high == pytest.approx(ends[overlap])
        last = [row for row in rows_of(main_charts(results, words(), "en")[0]) if row.get("step") == 20]
        assert next(row["high"] for row in last if "high" in row) == pytest.approx(min(1.0, ends[overlap]), rel=1e-3)
    spread = values.std(ddof=1)
    t = 3.182446  # of 3 degrees of freedom
    assert ends[0.0] - values.mean() == pytest.approx(t * spread * np.sqrt(1 / 4), rel=1e-6)
    assert ends[0.2] - values.mean() == pytest.approx(t * spread * np.sqrt(1 / 4 + 0.2 / 0.8), rel=1e-6)
