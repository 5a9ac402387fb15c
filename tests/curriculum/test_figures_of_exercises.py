"""The figures of single exercises, of made-up results."""

import json

import numpy as np
import pytest
import xarray as xr

from waza.curriculum import exercises
from waza.curriculum.figures.distances import distances
from waza.curriculum.figures.effective_rates import effective_rates
from waza.curriculum.figures.ends import ends, ends_of
from waza.curriculum.figures.heights import heights
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.loss_gap import loss_gap
from waza.curriculum.figures.paths import paths
from waza.curriculum.figures.spans import over_spans
from waza.curriculum.figures.step_lengths import step_lengths
from waza.curriculum.figures.unrolled import unrolled
from waza.curriculum.figures.ways_out import ways_out
from waza.report import main_png
from waza.report.figures import main_charts
from waza.report.style import dressed
from waza.report.words import StudyWords, labels

TRIAL = ("variant", "seed", "step")
ALL = (paths, ends, heights, distances, effective_rates, step_lengths, ways_out)


def words():
    return {language: StudyWords("made up", "", {}, {}, language) for language in ("en", "ja")}


def descended(landscapes, steps=30, noise=0.0):
    rng = np.random.default_rng(0)
    shape = (len(landscapes), 5, steps, 2)
    fields = {"low": [-2.0, -2.0], "high": [2.0, 2.0], "noise": noise}
    settings = {name: {"fields": {"landscape": landscape, **fields}} for name, landscape in landscapes.items()}
    return xr.Dataset(
        {
            **{name: ((*TRIAL, "layer"), rng.uniform(0.1, 1, shape)) for name in ("w", "moved", "gradient")},
            "value": (TRIAL, rng.uniform(0.1, 1, shape[:3])),
            "diverged_at": (("variant", "seed"), np.full(shape[:2], -1)),
        },
        {"variant": list(landscapes), "seed": range(5), "step": range(steps), "layer": ["w0", "w1"]},
        {"measure": "value", "settings": json.dumps(settings)},
    )


def landscape(kind, **fields):
    return {"class": f"waza.models.landscapes.{kind}", "fields": fields}


def title_of(chart):
    title = chart.title
    return getattr(title, "text", title)


def rows_of(chart):
    spec = chart.to_dict(validate=False)
    data = next(part["data"] for part in [spec, *spec.get("layer", [])] if "data" in part)
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


def test_ends_are_told_apart_by_the_side_of_the_hill():
    results = descended({"SGD": landscape("TwoMinima", tilt=0.3)})
    results["w"][0, :, -1, 0] = np.array([-1.0, 1.0, np.nan, -0.9, 1.1])
    results["diverged_at"][0, 3] = 7
    assert list(ends_of(results, "SGD")) == ["global", "local", "nowhere", "nowhere", "local"]


def test_each_kind_of_landscape_has_its_figures_in_both_languages():
    alternating = [{"class": "Alternating", "fields": {"size": 1.0}}] * 2
    results = descended(
        {
            "valley": landscape("Quadratic", curvatures=[0.1, 10.0]),
            "hills": landscape("TwoMinima", tilt=0.3),
            "saddle": landscape("Saddle", turn=45.0),
            "slope": landscape("Slope", gradient=[1.0, 100.0]),
            "to and fro": landscape("Slope", gradient=alternating),
        }
    )
    for language in ("en", "ja"):
        charts = main_charts(results, words(), language, ALL)
        assert len(charts) == 9
        assert all(dressed(chart).to_dict(validate=False) for chart in charts)
    lines = {row["variant"] for row in rows_of(effective_rates(results, words(), "en")[-1])}
    assert lines == {"slope, g = 1", "slope, g = 100", "to and fro, w1", "to and fro, w2"}


def test_noisy_steps_are_those_of_one_trial():
    results = descended({"slope": landscape("Slope", gradient=[1.0, 100.0])}, noise=1.0)
    (chart,) = step_lengths(results, words(), "en")
    rows = rows_of(chart)
    assert all(row["low"] == row["mean"] == row["high"] for row in rows)
    assert min(row["step"] for row in rows) == 10


@pytest.mark.slow
def test_a_figure_of_several_kinds_is_a_png():
    results = descended({"hills": landscape("TwoMinima", tilt=0.3), "bowl": landscape("Quadratic", curvatures=[1, 2])})
    assert main_png(results, words(), "ja", 1, (paths, heights, ends)).startswith(b"\x89PNG\r\n")


def test_a_lesson_is_drawn_of_untrained_results():
    results = xr.Dataset(attrs={"study": "made up"})
    assert len(main_charts(results, words(), "ja", (unrolled,))) == 1


def test_unrolled_rows_are_the_windows_in_their_order():
    matrices, seen = unrolled(xr.Dataset(), words(), "en").to_dict(validate=False)["vconcat"]
    first = matrices["hconcat"][0]["data"]["values"]
    numbered = np.arange(1, 17).reshape(4, 4)
    windows = np.lib.stride_tricks.sliding_window_view(numbered, (3, 3)).reshape(4, 9)
    assert [square["text"] for square in first] == [str(cell) for cell in (*windows.flat, *windows.flat)]
    counts = [square["text"] for square in seen["hconcat"][2]["data"]["values"]]
    assert counts == list("1110" * 3 + "0000"), "with stride 2 and no padding one window sees nine cells"


def test_gains_are_shown_over_spans_as_powers_of_ten():
    """Before training alone, and beside a measure over steps; what cannot be shown is said to be cut."""
    spans, seeds = (1, 10, 100), 3
    gains = np.stack([np.outer(np.ones(seeds), slope * np.array(spans)) for slope in (-0.1, -1.0)])
    layers = [f"span {span}" for span in spans]
    results = xr.Dataset(
        {
            "log10_gain": (("variant", "seed", "step", "layer"), gains[:, :, None].astype(np.float32)),
            "diverged_at": (TRIAL[:2], np.full((2, seeds), -1)),
        },
        {"variant": ["slow", "fast"], "seed": range(seeds), "step": [0], "layer": layers},
        {"measure": "log10_gain"},
    )
    (chart,) = main_charts(results, words(), "en", (over_spans,))
    rows = rows_of(chart.layer[1])
    found = {(row["variant"], row["span"]): row["mean"] for row in rows}
    assert found[("slow", 10)] == pytest.approx(0.1, rel=1e-3)
    assert found[("slow", 100)] == pytest.approx(1e-10, rel=1e-3)
    assert ("fast", 100) not in found
    assert chart.title.subtitle == labels("en")["cut"]


def test_the_gap_is_the_test_loss_less_the_training_loss():
    values = {"test_loss": np.full((1, 3, 2), 2.5), "train_loss": np.full((1, 3, 2), 0.5)}
    results = xr.Dataset(
        {**{name: (TRIAL, one) for name, one in values.items()}, "diverged_at": (TRIAL[:2], np.full((1, 3), -1))},
        {"variant": ["a"], "seed": range(3), "step": [0, 10]},
        {"measure": "test_loss"},
    )
    chart = loss_gap(results, words(), "ja")
    assert title_of(chart) == own_labels("ja")["gap"]
    assert [row["mean"] for row in rows_of(chart)] == [2.0, 2.0]


def test_every_exercise_has_callable_figures_and_both_languages_the_same_labels():
    def keys(value, path=""):
        return (
            {path}
            if not isinstance(value, dict)
            else set().union(*(keys(one, f"{path}.{k}") for k, one in value.items()))
        )

    assert keys(own_labels("en")) == keys(own_labels("ja"))
    for exercise in exercises():
        assert all(callable(figure) for figure in exercise.figures_of())
