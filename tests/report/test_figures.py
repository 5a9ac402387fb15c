"""The figures of made-up results: which are drawn for which kind of run, what stands in them; the words of amounts."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from waza.curriculum import exercises
from waza.report import load_words, main_png
from waza.report.bands import bands, bounded
from waza.report.compared import given_variants, main_variants
from waza.report.descents import FIGURES
from waza.report.ends import ends_of
from waza.report.figures import LAST, LESSONS, further_charts, main_charts
from waza.report.numbers import over_numbers
from waza.report.reach import GAIN
from waza.report.style import DASHES, PALETTE, colours, dashes, dressed, power_axis
from waza.report.unrolled import unrolled
from waza.report.words import StudyWords, amount, grounds, labels
from waza.study.claims import Part, decide_part
from waza.study.sweep import numbered, swept

TRIAL = ("variant", "seed", "step")


def words(figures=()):
    return {language: StudyWords("made up", "", {}, {}, figures=figures) for language in ("en", "ja")}


def trained(names, steps=(0, 10, 20), **attrs):
    rng = np.random.default_rng(0)
    shape = (len(names), 4, len(steps))
    values = {
        name: (TRIAL, rng.uniform(0.2, 0.9, shape))
        for name in ("test_accuracy", "test_loss", "train_accuracy", "train_loss")
    }
    norms = (*TRIAL, "layer"), rng.uniform(0.1, 1, (*shape, 3))
    return xr.Dataset(
        {**values, "gradient_norm": norms, "diverged_at": (("variant", "seed"), np.full(shape[:2], -1))},
        {"variant": names, "seed": range(4), "step": list(steps), "layer": ["hidden.0", "hidden.1", "output"]},
        {"measure": "test_accuracy", "baseline": names[0], **attrs},
    )


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


def test_variants_are_sorted_by_the_number_in_which_they_differ():
    grid = [f"width {width}, {rows:,} images" for rows in (300, 3000) for width in (5, 20, 100)]
    assert list(numbered([*grid, "gaussian 0.01", "L2"])) == ["width {}, 300 images", "width {}, 3,000 images"]
    assert numbered(["SGD 0.1", "SGD 0.2", "L2", "L1"]) == {}
    assert swept(["SGD 0.1, rate 1e-05"]) == {"SGD 0.1": {1e-5: "SGD 0.1, rate 1e-05"}}


def test_a_grid_is_drawn_over_its_number_with_a_line_for_what_else_differs():
    names = [f"width {width}, {rows} images" for rows in (300, 3000) for width in (5, 20, 100)]
    charts = main_charts(trained(names), words(), "en")
    assert [title_of(chart) for chart in charts] == ["test accuracy", "test loss less training loss"]
    lines = {(row["variant"], row["number"]) for row in rows_of(charts[0])}
    assert ("300 images, step 20", 5.0) in lines
    assert len(lines) == 12


def test_a_number_without_a_word_of_its_own_is_named_by_the_setting_that_differs():
    names = [f"{kind} {strength:g}" for kind in ("L2", "decay") for strength in (0.1, 0.2, 0.4)]
    settings = {name: {"fields": {"penalty": {"fields": {"strength": float(name.split()[1])}}}} for name in names}
    results = trained([*names, "neither"], settings=json.dumps({**settings, "neither": {}}))
    spec = over_numbers(results, "test_accuracy", words(), "ja").to_dict(validate=False)
    assert '"強さ"' in json.dumps(spec, ensure_ascii=False)
    assert {row["variant"] for row in rows_of(over_numbers(results, "test_accuracy", words(), "en"))} >= {
        "decay, step 20",
        "neither",
    }


def test_a_sweep_over_rates_alone_keeps_its_own_chart():
    results = trained([f"Adam, rate {rate:g}" for rate in (0.01, 0.1, 1)])
    assert over_numbers(results, "test_accuracy", words(), "en") is None
    assert len(main_charts(results, words(), "en")) == 1


def test_the_texts_name_the_measures_that_the_figure_shows():
    charts = main_charts(trained(["a", "b"]), words(("test_accuracy", "gradient_norm", "gap")), "en")
    assert title_of(charts[1]) == "norm of the gradient, before the first step"
    assert {row["layer"] for row in rows_of(charts[1])} == {1, 2, 3}
    assert title_of(charts[2]) == "test loss less training loss"


def test_what_is_measured_by_something_else_than_layers_keeps_its_names():
    results = trained(["a", "b"], steps=(0,)).rename(gradient_norm="right_by_stride")
    results = results.assign_coords(layer=["stride 1", "stride 2", "stride 3"])
    (chart,) = main_charts(results, words(("right_by_stride",)), "en")
    assert (
        '["stride 1", "stride 2", "stride 3"]'
        in chart.to_dict(validate=False)["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]
    )


def test_all_given_variants_stand_beside_the_tuned_ones_or_else_on_the_page():
    names = [f"net {letter}" for letter in "abcdefghijklm"]
    tried = [{"settings": {"optimizer.learning_rate": rate}, "mean": 0.5, "low": 0.4, "high": 0.6} for rate in (1, 2)]
    choice = {"variant": "net a", "settings": tried[0]["settings"], "tried": tried, "at_edge": [], "widened": []}
    few = trained([*names[:3], "net a, tuned"], tuning=json.dumps([choice]))
    assert main_variants(few) == given_variants(few) == names[:3]
    assert {row["variant"] for row in rows_of(main_charts(few, words(), "en")[0])} == set(names[:3])
    many = trained([*names, "net a, tuned"], tuning=json.dumps([choice]))
    assert main_variants(many) == ["net a"]
    further = further_charts(many, words(), "en")
    assert {row["variant"] for row in rows_of(further[0])} == set(names)
    assert {row["variant"] for chart in further[1:] for row in rows_of(chart)} == set(names[1:])


def test_lines_end_where_they_leave_the_range():
    falling = xr.DataArray(10.0 ** -np.arange(8.0)[None] * np.ones((3, 1)), dims=("seed", "step"))
    falling = falling.assign_coords(step=range(8))
    rows = bands({"line": falling}, "step", (1e-4, 1e6))
    assert [row["step"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[2]["mean"] == pytest.approx(0.01)
    assert bands({"line": 0 * falling}, "step", (1e-4, 1e6)) == []


def test_each_line_differs_from_all_others_in_colour_or_dash():
    rows = [{"variant": str(i)} for i in range(len(PALETTE) * len(DASHES))]
    colour, dash = (encoding(rows).to_dict()["scale"]["range"] for encoding in (colours, dashes))
    assert len(set(zip(colour, map(tuple, dash), strict=True))) == len(rows)
    assert len(set(colour[: len(PALETTE)])) == len(PALETTE)


def test_a_line_keeps_its_look_in_a_panel_without_some_of_the_others():
    rows = [{"variant": name} for name in "abc"]
    for encoding in (colours, dashes):
        whole = encoding(rows).to_dict()["scale"]["range"]
        few = encoding([rows[0], rows[2]], "abc").to_dict()["scale"]
        assert few == {"domain": ["a", "c"], "range": [whole[0], whole[2]]}


def test_an_accuracy_has_no_interval_beyond_1():
    values = xr.DataArray(np.array([[1.0], [1.0], [0.0]]), dims=("seed", "step")).assign_coords(step=[0])
    (row,) = bands({"line": values}, "step")
    assert row["high"] > 1 and bounded([row], "test_accuracy")[0]["high"] == 1.0
    assert bounded([row], "test_accuracy")[0]["low"] == 0.0 and bounded([row], "test_loss") == [row]


@pytest.mark.parametrize(("low", "high"), [(1e-30, 10.0), (0.02, 0.9), (1e-3, 1e3), (3.1, 3.2)])
def test_a_logarithmic_axis_has_few_labels_within_its_range(low, high):
    axis = power_axis(low, high).to_dict(validate=False)
    values = axis.get("values", [low])
    assert 1 <= len(values) <= 7
    assert all(low * 0.99 <= value <= high * 1.01 for value in values)


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
    assert len(main_charts(results, words(), "en")) == 6
    for language in ("en", "ja"):
        charts = main_charts(results, words(tuple(FIGURES)), language)
        assert all(dressed(chart).to_dict(validate=False) for chart in charts)
    lines = {row["variant"] for row in rows_of(FIGURES["rates"](results, words(), "en")[-1])}
    assert lines == {"slope, g = 1", "slope, g = 100", "to and fro, w1", "to and fro, w2"}


def test_noisy_steps_are_those_of_one_trial():
    results = descended({"slope": landscape("Slope", gradient=[1.0, 100.0])}, noise=1.0)
    (chart,) = FIGURES["step_size"](results, words(), "en")
    rows = rows_of(chart)
    assert all(row["low"] == row["mean"] == row["high"] for row in rows)
    assert min(row["step"] for row in rows) == 10


def test_a_figure_of_several_kinds_is_a_png():
    results = descended({"hills": landscape("TwoMinima", tilt=0.3), "bowl": landscape("Quadratic", curvatures=[1, 2])})
    assert main_png(results, words(), "ja", 1).startswith(b"\x89PNG\r\n")


def test_a_lesson_is_drawn_of_untrained_results():
    results = trained(["a", "b"], steps=(0,))
    assert len(main_charts(results, words(("unrolled",)), "ja")) == 1


def test_unrolled_rows_are_the_windows_in_their_order():
    matrices, seen = unrolled("en").to_dict(validate=False)["vconcat"]
    first = matrices["hconcat"][0]["data"]["values"]
    numbered = np.arange(1, 17).reshape(4, 4)
    windows = np.lib.stride_tricks.sliding_window_view(numbered, (3, 3)).reshape(4, 9)
    assert [square["text"] for square in first] == [str(cell) for cell in (*windows.flat, *windows.flat)]
    counts = [square["text"] for square in seen["hconcat"][2]["data"]["values"]]
    assert counts == list("1110" * 3 + "0000"), "with stride 2 and no padding one window sees nine cells"


def test_the_texts_name_known_figures_alike_in_both_languages():
    known = {*labels("en")["measures"], *FIGURES, *LESSONS, GAIN}
    for exercise in exercises():
        if not Path(f"{exercise.texts}.en.toml").exists():
            continue
        texts = load_words(exercise.texts)
        assert texts["en"].figures == texts["ja"].figures
        assert {name.removeprefix(LAST) for name in texts["en"].figures} <= known


def test_amounts_hold_no_residue_and_no_space_for_a_unit_that_is_not_there():
    assert amount(1.49e-9, "points") == "0"
    assert amount(-5.5e-6, "log10") == "0"
    part = decide_part(Part("p", lambda results: results, low=0.0), np.linspace(0.9, 1.1, 12))
    assert grounds(part, "en").startswith("Effect 1, 95 % interval")
    assert grounds(part, "ja").startswith("効果 1、95 % 区間")
    assert labels("ja")["verdicts"]["undecided"] == "判定保留"


def test_gains_are_shown_over_spans_as_powers_of_ten():
    """Before training alone, and beside a measure over steps; what cannot be shown is said to be cut."""
    spans, seeds = (1, 10, 100), 3
    gains = np.stack([np.outer(np.ones(seeds), slope * np.array(spans)) for slope in (-0.1, -1.0)])
    layers = [f"span {span}" for span in spans]
    results = xr.Dataset(
        {"log10_gain": (("variant", "seed", "step", "layer"), gains[:, :, None].astype(np.float32))},
        {"variant": ["slow", "fast"], "seed": range(seeds), "step": [0], "layer": layers},
        {"measure": "log10_gain"},
    )
    (chart,) = main_charts(results, words(), "en")
    rows = rows_of(chart.layer[1])
    found = {(row["variant"], row["span"]): row["mean"] for row in rows}
    assert found[("slow", 10)] == pytest.approx(0.1, rel=1e-3)
    assert found[("slow", 100)] == pytest.approx(1e-10, rel=1e-3)
    assert ("fast", 100) not in found
    assert chart.title.subtitle == labels("en")["cut"]
