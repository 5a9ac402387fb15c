"""The figures of exercises, of made-up results: what they show, and that none has an empty panel or two legends."""

import itertools
import json
from functools import partial

import numpy as np
import pytest
import xarray as xr

from waza import optim
from waza.curriculum import exercises
from waza.curriculum.figures.basins import basins, chances, crossings
from waza.curriculum.figures.by_task import errors_by_task
from waza.curriculum.figures.distances import distances
from waza.curriculum.figures.gate_values import gate_values, held_accuracy
from waza.curriculum.figures.heights import heights
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.loss_gap import loss_gap
from waza.curriculum.figures.losses import both_losses
from waza.curriculum.figures.paths import paths
from waza.curriculum.figures.rates_by_net import rates_by_net
from waza.curriculum.figures.replayed import path_of
from waza.curriculum.figures.saddles import ways_out
from waza.curriculum.figures.shifts import lost_accuracy
from waza.curriculum.figures.spans import over_spans
from waza.curriculum.figures.step_sizes import effective_rates, noisy_steps, step_lengths
from waza.curriculum.figures.unrolled import unrolled
from waza.engine.describe import describe
from waza.learners import Descent
from waza.models.landscapes import Quadratic, Saddle, Slope, TwoMinima
from waza.report import bars, differences, main_png, side_by_side
from waza.report.describing import described
from waza.report.figures import main_charts
from waza.report.layout import arranged
from waza.report.style import dressed
from waza.report.words import StudyWords, labels
from waza.study import Study, final, run

TRIAL = ("variant", "seed", "step")
LANDSCAPES = (basins, crossings, paths, heights, distances, effective_rates, step_lengths, noisy_steps, ways_out)


def words():
    return {language: StudyWords("made up", "", {}, {}, language) for language in ("en", "ja")}


def descended(learners, steps=30, every=1):
    """Results with made-up values, and the real settings of these learners."""
    rng = np.random.default_rng(0)
    places = list(range(0, steps + 1, every))
    shape = (len(learners), 5, len(places), 2)
    return xr.Dataset(
        {
            **{name: ((*TRIAL, "layer"), rng.uniform(0.1, 1, shape)) for name in ("w", "moved", "gradient")},
            "value": (TRIAL, rng.uniform(0.1, 1, shape[:3])),
            "diverged_at": (("variant", "seed"), np.full(shape[:2], -1)),
        },
        {"variant": list(learners), "seed": range(5), "step": places, "layer": ["w0", "w1"]},
        {"measure": "value", "settings": json.dumps({name: describe(one) for name, one in learners.items()})},
    )


def measured(names, layers=(), **measures):
    """Results with these measures, (variant, seed, step) each."""
    shape = (len(names), 6, 3)
    return xr.Dataset(
        {
            **{name: (TRIAL, np.broadcast_to(value, shape).astype(float)) for name, value in measures.items()},
            "diverged_at": (TRIAL[:2], np.full(shape[:2], -1)),
        },
        {"variant": list(names), "seed": range(6), "step": [0, 10, 20]},
        {"measure": "test_accuracy", "study": "made up"},
    )


def noise(*shape):
    return np.random.default_rng(1).uniform(0.2, 0.9, shape)


def spec_of(chart):
    """A chart's specification with the data where they are used."""
    spec = chart.to_dict(validate=False)
    sets = spec.pop("datasets", {})

    def whole(value):
        if isinstance(value, list):
            return [whole(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {"values": sets[value["name"]]} if value.get("name") in sets else {k: whole(v) for k, v in value.items()}

    return whole(spec)


def panels_of(spec):
    """All charts of a specification that are drawn in a coordinate system, with their data."""
    parts = [one for key in ("concat", "hconcat", "vconcat") for one in spec.get(key, [])]
    above = {"data": spec["data"]} if "data" in spec else {}
    return [panel for part in parts for panel in panels_of(above | part)] if parts else [spec]


def rows_in(part):
    """The rows of data of a chart and of its layers."""
    rows = [row for one in part.get("layer", []) for row in rows_in(one)]
    return [*part.get("data", {}).get("values", []), *rows]


def legends_in(part):
    """The names in the legends of a chart, of its layers and panels."""
    parts = [one for key in ("concat", "vconcat", "layer") for one in part.get(key, [])]
    own = [one for one in part.get("encoding", {}).values() if isinstance(one, dict)]
    shown = {tuple(one["scale"]["domain"]) for one in own if isinstance(one.get("legend"), dict)}
    return shown.union(*map(legends_in, parts))


def sound(results, *figures):
    """The rows of a figure; in both languages each panel has a title and marks, and no legend stands there twice."""
    made = {}
    for language in ("en", "ja"):
        made[language] = [spec_of(dressed(row)) for row in arranged(main_charts(results, words(), language, figures))]
        assert all(len(described(row, language)["description"]) > 10 for row in made[language])
        for row in made[language]:
            assert all(panel["title"] and rows_in(panel) for panel in panels_of(row))
            apart = row.get("resolve", {}).get("scale", {}).get("color") == "independent"
            assert apart == (len(legends_in(row)) > 1), "panels share their legend unless they show different lines"
        for one, other in itertools.pairwise(map(legends_in, made[language])):
            assert not one & other
    assert len(made["en"]) == len(made["ja"]) > 0
    return made["en"]


def bars_in(chart):
    """The bars of a chart, from top to bottom."""
    return list({row["mid"]: row for row in rows_in(spec_of(chart)) if "mid" in row}.values())


def titles_of(row):
    return [" ".join(panel["title"]["text"]) for panel in panels_of(row)]


def test_every_landscape_has_its_figures_and_the_others_none():
    everything = {
        "valley": Descent(Quadratic((0.1, 10.0)), optim.SGD(0.1)),
        "hills": Descent(TwoMinima(0.3), optim.SGD(0.02)),
        "hills, noise": Descent(TwoMinima(0.3), optim.SGD(0.02), noise=2.0),
        "saddle": Descent(Saddle(45.0), optim.SGD(0.1)),
        "momentum": Descent(Slope((1.0, 100.0)), optim.Momentum(0.1)),
        "slope, noise": Descent(Slope((1.0, 100.0)), optim.SGD(0.1), noise=1.0),
    }
    results = descended(everything)
    results["reached_after"] = 30 * results["value"]
    for figure in LANDSCAPES:
        assert sound(results, figure), figure
    only = descended({"valley": everything["valley"]})
    for figure in (basins, crossings, step_lengths, noisy_steps, ways_out):
        assert main_charts(only, words(), "en", (figure,)) == [], figure
    assert main_charts(only, words(), "en", (partial(paths, variants=("gone",)),)) == []


def test_a_path_has_every_step_of_the_trial():
    learners = {"SGD": Descent(Quadratic((0.1, 10.0)), optim.SGD(0.19)), "Adam": Descent(TwoMinima(), optim.Adam(0.1))}
    settings = {"data": None, "measure": "value", "seeds": 2, "block": 2, "steps": 12, "evaluate_every": 1}
    results = run(Study(name="paths", variants=learners, **settings))
    for name in learners:
        stored = results["w"].sel(variant=name, seed=1).transpose("step", "layer")
        np.testing.assert_allclose(path_of(results, name, 1, 12), stored, rtol=1e-5, atol=1e-5)
    noisy = run(Study(name="noisy", variants={"SGD": Descent(Quadratic(), optim.SGD(0.1), noise=1.0)}, **settings))
    np.testing.assert_array_equal(path_of(noisy, "SGD", 1, 5), noisy["w"][0, 1, :6])
    assert path_of(noisy.isel(step=slice(None, None, 3)), "SGD", 0, 12) is None


def test_paths_that_do_not_cross_are_counted_and_no_dots():
    results = descended({"SGD": Descent(TwoMinima(0.3), optim.SGD(0.1), noise=2.0)})
    results["reached_after"] = results["value"] * 0 + np.array([3.0, 12.0, 30.0, 30.0, 7.0])[:, None]
    (chart,) = crossings(results, words(), "en")
    rows = rows_in(spec_of(chart))
    assert sorted(row["x"] for row in rows if "kind" in row and "x" in row) == [3, 7, 12]
    assert [row["text"] for row in rows if "text" in row] == ["× 2"]


def test_large_rates_cross_more_often_than_small_ones():
    chart = chances(xr.Dataset(), words(), "en", {"SGD 0.02": 0.02, "SGD 0.1": 0.1}, distance=10)
    small, large = (row["x"] for row in bars_in(chart))
    assert 0 <= small < large <= 100


def test_small_steps_end_on_the_side_of_the_hill_where_they_start():
    (chart,) = basins(descended({"SGD": Descent(TwoMinima(0.3), optim.SGD(0.01))}, steps=500), words(), "en")
    strips = rows_in(spec_of(chart.layer[1]))
    top = np.sort(np.roots([4, 0, -4, 0.3]).real)[1]
    assert [strip["end"] for strip in strips] == ["global minimum", "local minimum"]
    assert strips[0]["x2"] == pytest.approx(top, abs=0.01)


def test_the_map_of_a_saddle_ends_where_the_path_has_left_it():
    results = descended({"SGD": Descent(Saddle(0.0), optim.SGD(0.1))})
    results["w"][0, :, :, 1] = np.where(np.arange(31) < 9, 0.1, 0.7)
    maps, steps = ways_out(results, words(), "en")
    (panel,) = panels_of(spec_of(maps))
    assert max(row.get("step", 0) for row in rows_in(panel)) == 10
    assert next(row["text"] for row in rows_in(spec_of(steps)) if "text" in row) == "9"


def test_noisy_steps_are_those_of_one_trial():
    chart = noisy_steps(descended({"slope": Descent(Slope(), optim.SGD(0.1), noise=1.0)}), words(), "en")
    rows = [row for row in rows_in(spec_of(chart)) if "mean" in row]
    assert all(row["low"] == row["mean"] == row["high"] for row in rows)
    assert min(row["step"] for row in rows) == 10


def test_sweeps_over_rates_have_a_panel_for_each_net_with_the_same_colours():
    names = [f"{name}{net}, rate {rate}" for net in ("", ", ReLU") for name in ("SGD", "Adam") for rate in (0.1, 1, 10)]
    (row,) = sound(measured(names, test_accuracy=noise(12, 6, 3)), rates_by_net)
    assert titles_of(row) == ["test accuracy, sigmoid, gaussian 0.01", "test accuracy, ReLU"]
    assert legends_in(row) == {("SGD", "Adam")}


def test_costs_shifts_and_gates_are_drawn_of_their_measures():
    names = ("LSTM", "without input gate")
    accuracy = noise(2, 6, 3)
    results = measured(
        names,
        test_accuracy=accuracy,
        multiply_adds=123456.0,
        shifted_1_accuracy=accuracy - 0.1,
        shifted_2_accuracy=accuracy - 0.2,
        input_at_symbols=0.8,
        input_at_distractors=0.2,
        input_opened_accuracy=0.3,
    )
    results["input_at_symbols"][1] = np.nan
    sound(results, partial(bars, measure="multiply_adds"), partial(differences, pairs=(names, ("LSTM", "gone"))))
    sound(results, partial(gate_values, variant="LSTM"), partial(held_accuracy, variants=names))
    (row,) = sound(results, lost_accuracy)
    (panel,) = panels_of(row)
    lost = {(one["variant"], one["shift"]): one["mean"] for one in rows_in(panel)}
    assert lost["LSTM", 0] == 0 and lost["LSTM", 2] == pytest.approx(20)
    plain = measured(names, test_accuracy=accuracy)
    for figure in (lost_accuracy, partial(gate_values, variant="LSTM"), partial(both_losses, variant="gone")):
        assert main_charts(plain, words(), "en", (figure,)) == []
    assert main_charts(plain, words(), "en", (partial(differences, pairs=(("LSTM", "gone"),)),)) == []


def test_errors_are_shown_for_each_task_as_factors():
    names = [f"{task}: {variant}" for task in ("adding", "digits") for variant in ("vanilla", "no gate")]
    results = measured(names, test_accuracy=np.array([0.5, 1.0, 0.8, 0.2])[:, None, None])

    def ratio(variant, task):
        return lambda given: np.log10(
            final(given, "test_accuracy", f"{task}: {variant}") / final(given, "test_accuracy", f"{task}: vanilla")
        ).where(given["seed"] < 5)

    (row,) = sound(results, partial(errors_by_task, baseline="vanilla", ratio=ratio))
    points = [[one["x"] for one in rows_in(panel) if "kind" in one] for panel in panels_of(row)]
    assert points == [[2] * 5, [0.25] * 5]  # the seed that is left out has no dot
    assert all({"x": 1.0} in rows_in(panel) for panel in panels_of(row))


def test_panels_are_titled_by_what_their_variants_share():
    names = ("ReLU, He, 10-5", "ReLU, He, 40-20")
    (row,) = sound(measured(names, test_accuracy=0.5), partial(side_by_side, variants=names, shared=True))
    (panel,) = panels_of(row)
    assert titles_of(row) == ["ReLU, He"]
    assert [one["name"] for one in rows_in(panel) if "name" in one] == ["10-5", "40-20"]


def test_a_diverged_trial_has_no_gap():
    results = measured("ab", test_loss=2.5, train_loss=0.5)
    results["diverged_at"][0, 0] = 5
    for name in ("test_loss", "train_loss"):
        results[name][0, 0, 1:] = np.nan
    results.attrs["measure"] = "test_loss"
    chart = loss_gap(results, words(), "ja")
    assert chart.title.text == own_labels("ja")["gap"]
    rows = [row for row in rows_in(spec_of(chart)) if "mean" in row]
    assert sorted({(row["variant"], row["step"]) for row in rows}) == [("a", 0), ("b", 0), ("b", 10), ("b", 20)]
    assert {row["mean"] for row in rows} == {2.0}


@pytest.mark.slow
def test_a_figure_of_several_kinds_is_a_png():
    learners = {"hills": Descent(TwoMinima(0.3), optim.SGD(0.1)), "bowl": Descent(Quadratic(), optim.SGD(0.1))}
    assert main_png(descended(learners), words(), "ja", 1, (paths, heights, basins)).startswith(b"\x89PNG\r\n")


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
    rows = [row for row in rows_in(spec_of(chart)) if "mean" in row]
    found = {(row["variant"], row["span"]): row["mean"] for row in rows}
    assert found[("slow", 10)] == pytest.approx(0.1, rel=1e-3)
    assert found[("slow", 100)] == pytest.approx(1e-10, rel=1e-3)
    assert ("fast", 100) not in found
    assert chart.title.subtitle == labels("en")["cut"]


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
