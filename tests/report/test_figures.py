"""The figures of made-up results: which are drawn for which kind of run, what stands in them; the words of amounts."""

import io
import json
from functools import partial

import altair as alt
import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.core.measure import Measure
from waza.report import over_layers, over_numbers, over_rates, over_steps, print_report, side_by_side
from waza.report.bands import bands, bounded
from waza.report.compared import given_variants, main_variants
from waza.report.figures import further_charts, main_charts
from waza.report.layout import FULL, arranged
from waza.report.rows import Row, dotted
from waza.report.style import DASHES, PALETTE, WIDTH, colours, dashes, power_axis
from waza.report.summary import scalar_measures, shown_measures
from waza.report.words import StudyWords, amount, grounds, labels
from waza.study.claims import Part
from waza.study.deciding import decide_part
from waza.study.record import RunRecord
from waza.study.sweep import condensed, numbered, swept

TRIAL = ("variant", "seed", "step")


def words():
    return {language: StudyWords("made up", "", {}, {}, language) for language in ("en", "ja")}


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


def title_of(chart):
    title = chart.title
    return getattr(title, "text", title)


def rows_of(chart):
    spec = chart.to_dict(validate=False)
    data = next(part["data"] for part in [spec, *spec.get("layer", [])] if "data" in part)
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


def names_in(chart):
    """The names that stand above the rows of a chart."""
    return {row["name"] for part in chart.layer for row in data_of(part) if "name" in row}


def dots_in(chart):
    """The places of the dots of a chart, from top to bottom."""
    dots = next(part for part in chart.layer if part.mark.type == "point")
    return [row["x"] for row in sorted(data_of(dots), key=lambda row: row["y"])]


def data_of(part):
    """The rows of data of one layer."""
    return part.data["values"]


def test_variants_are_sorted_by_the_number_in_which_they_differ():
    grid = [f"width {width}, {rows:,} images" for rows in (300, 3000) for width in (5, 20, 100)]
    assert list(numbered([*grid, "gaussian 0.01", "L2"])) == ["width {}, 300 images", "width {}, 3,000 images"]
    assert numbered(["SGD 0.1", "SGD 0.2", "L2", "L1"]) == {}
    assert swept(["SGD 0.1, rate 1e-05"]) == {"SGD 0.1": {1e-5: "SGD 0.1, rate 1e-05"}}


def test_a_grid_is_drawn_over_its_number_with_a_line_for_what_else_differs():
    names = [f"width {width}, {rows} images" for rows in (300, 3000) for width in (5, 20, 100)]
    (chart,) = main_charts(trained(names), words(), "en")
    assert title_of(chart) == "test accuracy"
    lines = {(row["variant"], row["number"]) for row in rows_of(chart)}
    assert ("300 images, step 20", 5.0) in lines
    assert len(lines) == 12


def test_a_number_without_a_word_of_its_own_is_named_by_the_setting_that_differs():
    names = [f"{kind} {strength:g}" for kind in ("L2", "decay") for strength in (0.1, 0.2, 0.4)]
    settings = {name: {"fields": {"penalty": {"fields": {"strength": float(name.split()[1])}}}} for name in names}
    results = trained([*names, "neither"], settings=json.dumps({**settings, "neither": {}}))
    spec = over_numbers(results, words(), "ja").to_dict(validate=False)
    assert '"強さ"' in json.dumps(spec, ensure_ascii=False)
    assert {row["variant"] for row in rows_of(over_numbers(results, words(), "en"))} >= {
        "decay, step 20",
        "neither",
    }


def test_a_sweep_over_rates_alone_keeps_its_own_chart():
    results = trained([f"Adam, rate {rate:g}" for rate in (0.01, 0.1, 1)])
    assert over_numbers(results, words(), "en") is None
    assert len(main_charts(results, words(), "en")) == 1


def test_the_study_says_what_its_figures_are():
    def three(results, words, language):
        return [
            over_steps(results, words, language, measure) for measure in ("test_loss", "train_loss", "train_accuracy")
        ]

    def nothing(results, words, language):
        return None

    figures = (over_steps, partial(over_layers, measure="gradient_norm", step=0), nothing, three)
    charts = main_charts(trained(["a", "b"]), words(), "en", figures)
    titles = [title_of(chart) for chart in charts]
    assert titles[:2] == ["test accuracy", "norm of the gradient, before the first step"]
    assert {row["layer"] for row in rows_of(charts[1])} == {1, 2, 3}
    assert titles[2:] == ["test loss", "training loss", "training accuracy"]


def test_a_figure_that_fails_is_named():
    def broken(results, words, language):
        return 1 / 0

    with pytest.raises(Error, match="the figure broken of 'mine' fails: ZeroDivisionError"):
        main_charts(trained(["a"], study="mine"), words(), "en", (broken,))
    with pytest.raises(Error, match="no measure 'test_acuracy': did you mean 'test_accuracy'"):
        main_charts(trained(["a"]), words(), "en", (partial(over_steps, measure="test_acuracy"),))


def test_what_is_measured_by_something_else_than_layers_keeps_its_names():
    results = trained(["a", "b"], steps=(0,)).rename(gradient_norm="right_by_stride")
    results = results.assign_coords(layer=["stride 1", "stride 2", "stride 3"])
    (chart,) = main_charts(results, words(), "en", (partial(over_layers, measure="right_by_stride"),))
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
    assert names_in(main_charts(few, words(), "en")[0]) == set(names[:3])
    many = trained([*names, "net a, tuned"], tuning=json.dumps([choice]))
    assert main_variants(many) == ["net a"]
    further = further_charts(many, words(), "en")
    assert names_in(further[0]) == set(names)
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
        assert few == {"domain": ["a", "b", "c"], "range": whole}


def test_intervals_end_at_the_bounds_of_the_measure():
    values = xr.DataArray(np.array([[1.0], [1.0], [0.0]]), dims=("seed", "step")).assign_coords(step=[0])
    (row,) = bands({"line": values}, "step")
    (inside,) = bounded([row], Measure("share", "lower", bounds=(0, 1)))
    assert row["high"] > 1 and inside["high"] == 1.0 and inside["low"] == 0.0
    assert bounded([row], Measure("test_accuracy")) == [row]


@pytest.mark.parametrize(("low", "high"), [(1e-30, 10.0), (0.02, 0.9), (1e-3, 1e3), (3.1, 3.2)])
def test_a_logarithmic_axis_has_few_labels_within_its_range(low, high):
    axis = power_axis(low, high).to_dict(validate=False)
    values = axis.get("values", [low])
    assert 1 <= len(values) <= 7
    assert all(low * 0.99 <= value <= high * 1.01 for value in values)


def test_amounts_hold_no_residue_and_no_space_for_a_unit_that_is_not_there():
    assert amount(1.49e-9, "points") == "0"
    assert amount(-5.5e-6, "log10") == "1"
    part = decide_part(Part("p", lambda results: results, low=0.0), np.linspace(0.9, 1.1, 12))
    assert grounds(part, "en").startswith("Effect 1, 95 % interval")
    assert grounds(part, "ja").startswith("効果 1、95 % 区間")
    assert labels("ja")["verdicts"]["undecided"] == "判定保留"


def declared(values, *measures, names=("a", "b"), **attrs):
    """Results with declared measures, the first the main one."""
    record = RunRecord(study="mine", measure=measures[0].name, measures=measures, baseline=names[0])
    stopped = np.full((len(names), next(iter(values.values())).shape[1]), -1)
    steps = next(iter(values.values())).shape[2]
    return xr.Dataset(
        {**{name: (TRIAL, one) for name, one in values.items()}, "diverged_at": (TRIAL[:2], stopped)},
        {"variant": list(names), "seed": range(stopped.shape[1]), "step": [10 * i for i in range(steps)]},
        {**record.to_attrs(), **attrs},
    )


PERPLEXITY = Measure("test_perplexity", "lower", bounds=(1, np.inf))


def test_the_best_rate_of_a_sweep_follows_the_declared_direction():
    names = ("plain", *(f"SGD, rate {rate:g}" for rate in (0.1, 1, 10)))
    values = np.array([50.0, 40.0, 20.0, 90.0])[:, None, None] * np.ones((1, 3, 2))
    lower = declared({"test_perplexity": values}, PERPLEXITY, names=names)
    assert list(condensed(lower)["variant"].values) == ["plain", "SGD, rate 1"]
    higher = declared({"reward": values}, Measure("reward", "higher"), names=names)
    assert list(condensed(higher)["variant"].values) == ["plain", "SGD, rate 10"]
    neither = declared({"reward": values}, Measure("reward"), names=names)
    assert list(condensed(neither)["variant"].values) == list(names)


def test_a_rate_at_which_a_trial_diverges_is_not_the_best_and_a_gap_is_no_fault():
    names = tuple(f"SGD, rate {rate:g}" for rate in (0.1, 1, 10))
    values = np.array([50.0, 40.0, 20.0])[:, None, None] * np.ones((1, 3, 2))
    results = declared({"test_perplexity": values}, PERPLEXITY, names=names)
    results["test_perplexity"][2, 0, 1] = np.nan
    assert list(condensed(results)["variant"].values) == ["SGD, rate 10"]
    results["diverged_at"][2, 0] = 7
    assert list(condensed(results)["variant"].values) == ["SGD, rate 1"]


def test_where_nothing_was_counted_a_line_is_interrupted_and_other_seeds_count():
    values = np.ones((2, 3, 6)) + np.arange(3)[:, None]
    values[0, :, 2] = np.nan  # nothing counted in any seed
    values[0, 0, 4] = np.nan  # nothing counted in one seed
    rows = rows_of(over_steps(declared({"regret": values}, Measure("regret", "lower")), words(), "en"))
    first = {row["step"]: (row["mean"], row.get("part", 0)) for row in rows if row["variant"] == "a"}
    assert first == {0: (2, 0), 10: (2, 0), 30: (2, 1), 40: (2.5, 1), 50: (2, 1)}
    assert not any("part" in row for row in rows if row["variant"] == "b")


def test_a_line_ends_where_a_trial_diverges():
    values = np.ones((2, 3, 4))
    values[0, 1, 2:] = np.nan
    results = declared({"regret": values}, Measure("regret", "lower"))
    results["diverged_at"][0, 1] = 15
    chart = over_steps(results, words(), "en")
    assert [row["step"] for row in rows_of(chart) if row["variant"] == "a"] == [0, 10]
    assert chart.title.subtitle == labels("en")["crosses"]
    assert data_of(chart.layer[-1]) == [{"variant": "a", "step": 15}]
    dots = side_by_side(results, words(), "en")
    assert dots_in(dots) == [1.0] * 5
    assert [row["text"] for part in dots.layer for row in data_of(part) if "text" in row] == ["× 1"]
    assert labels("en")["crosses"] in dots.title.subtitle


def test_a_falling_measure_is_on_a_logarithmic_scale_by_its_direction():
    values = np.geomspace(1, 1e-4, 5) * np.ones((2, 3, 1))
    scales = {}
    for better in ("lower", "higher"):
        chart = over_steps(declared({"regret": values}, Measure("regret", better)), words(), "en")
        scales[better] = chart.to_dict(validate=False)["layer"][0]["encoding"]["y"]["scale"].get("type")
    assert scales == {"lower": "log", "higher": None}


def test_tables_show_the_declared_measures_and_a_dash_where_nothing_was_counted():
    from waza.core.console import Terminal

    measures = [Measure("regret", "lower"), Measure("reward", "higher"), Measure("noise")]
    values = {"noise": np.ones((2, 3, 2)), "reward": np.ones((2, 3, 2)), "regret": np.full((2, 3, 2), 2.0)}
    values["regret"][1, :, 1] = np.nan
    values["reward"][1, 0, 1] = np.nan
    results = declared({**values, "batch_loss": np.ones((2, 3, 2))}, *measures)
    assert shown_measures(results) == ["regret", "reward"]
    assert scalar_measures(results) == ["regret", "reward", "noise", "batch_loss"]
    console = Terminal(width=100, record=True, file=io.StringIO())
    print_report(results, (), words(), "en", console)
    lines = [line.split() for line in console.export_text().splitlines()]
    assert ["variant", "regret", "reward"] in lines
    assert ["b", "-", "1.0000", "±", "0"] in lines
    results["diverged_at"][1, 0] = 1
    print_report(results, (), words(), "en", console)
    lines = [line.split() for line in console.export_text().splitlines()]
    assert [line[0] for line in lines if line[-3:] == ["1", "of", "3"]] == ["b"]


def test_a_narrow_terminal_shows_fewer_measures():
    from waza.core.console import Terminal

    measures = [Measure(f"measure {i}", "lower") for i in range(4)]
    results = declared({one.name: np.random.default_rng(0).uniform(0, 1, (2, 3, 2)) for one in measures}, *measures)
    for width, count in ((120, 4), (70, 3), (55, 2)):
        console = Terminal(width=width, record=True, file=io.StringIO())
        print_report(results, (), words(), "en", console)
        text = console.export_text()
        assert text.split("\na ")[0].count("measure") == count


def test_at_most_four_measures_stand_in_the_table():
    measures = [Measure(f"m{i}", "lower") for i in range(6)]
    results = declared({one.name: np.ones((2, 3, 2)) for one in measures}, *measures)
    results.attrs["measure"] = "m5"
    assert shown_measures(results) == ["m5", "m0", "m1", "m2"]


def test_a_loss_beyond_twice_chance_level_is_left_out_of_a_sweep():
    names = tuple(f"SGD, rate {rate:g}" for rate in (0.1, 1, 10))
    values = np.array([1.0, 2.0, 9.0])[:, None, None] * np.ones((1, 3, 2))
    results = declared({"test_loss": values}, Measure("test_loss", "lower"), names=names, chance_test_loss=2.3)
    assert [row["rate"] for row in rows_of(over_rates(results, words(), "en"))] == [0.1, 1]
    assert dots_in(side_by_side(results, words(), "en", variants=names)) == [1.0] * 3 + [2.0] * 3 + [9.0] * 3


def test_neighbours_with_equal_lines_share_a_legend_and_no_row_has_a_place_left():
    results = trained(["a", "b"])
    two = over_steps(results, words(), "en")
    lone = over_steps(results, words(), "en", variants=["a"])
    (row,) = arranged([two, two])
    assert len(row.concat) == 2 and row.resolve is alt.Undefined
    assert [panel.width for panel in row.concat] == [WIDTH, WIDTH]
    first, second = arranged([lone, two, two])
    assert len(first.concat) == 1 and first.concat[0].width == FULL
    (row,) = arranged([lone, two])
    assert row.resolve.scale.color == "independent"
    (five,) = arranged([two] * 5)
    assert [[panel.width for panel in row.concat] for row in five.vconcat] == [[WIDTH] * 2, [WIDTH] * 2, [FULL]]
    assert two.width == WIDTH and len(second.concat) == 2, "the charts that were given stay as they are"


def test_dots_in_one_place_stand_side_by_side_within_their_band():
    chart = dotted([Row("all equal", np.ones(50)), Row("apart", np.arange(4.0))], "made up")
    ys = [row["y"] for row in data_of(chart.layer[1])]
    assert len(set(ys[:50])) == 50 and max(ys[:50]) - min(ys[:50]) <= 24
    assert len(set(ys[50:])) == 1
