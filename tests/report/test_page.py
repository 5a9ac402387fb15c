"""The report of made-up results: what stands in it, what it must not load, and that a browser opens it."""

import json
import math
import re
import shutil
import subprocess

import numpy as np
import pytest
import xarray as xr

from waza import report
from waza.report.choices import choice_rows
from waza.report.outcome_table import OutcomeRow, OutcomeTable
from waza.report.words import StudyWords
from waza.study.claims import Claim, Part
from waza.study.deciding import decide

STEPS = np.array([0, 10, 20], np.int32)
NASTY = "</script><b>&'\""


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(0)
    accuracy = rng.uniform(0.5, 0.6, (2, 10, 3)).astype(np.float32)
    accuracy[1, :, -1] += 0.3
    loss = rng.uniform(1, 2, (2, 10, 3)).astype(np.float32)
    loss[1, 3, 1:] = np.nan
    trial = ("variant", "seed", "step")
    stopped = np.full((2, 10), -1, np.int32)
    stopped[1, 3] = 12
    return xr.Dataset(
        {
            "test_accuracy": (trial, accuracy),
            "test_loss": (trial, loss),
            "gradient_norm": ((*trial, "layer"), rng.uniform(1e-6, 1, (2, 10, 3, 2)).astype(np.float32)),
            "diverged_at": (("variant", "seed"), stopped),
        },
        {"variant": ["plain", NASTY], "seed": np.arange(10), "step": STEPS, "layer": ["hidden.0", "output"]},
        {
            "study": "made-up",
            "measure": "test_accuracy",
            "baseline": "plain",
            "seeds": 10,
            "steps": 20,
            "data_name": "noise",
            "data_train": 100,
            "data_test": 50,
            "chance_test_loss": 2.3,
            "chance_test_accuracy": 0.1,
            "settings": json.dumps({"plain": {"class": "waza.nn.initializers.He"}, NASTY: {}}),
            "versions": json.dumps({"jax": "0"}),
            "machine": json.dumps({"processor": "none"}),
            "compile_seconds": 1.0,
            "train_seconds": 2.0,
            "total_seconds": 3.0,
            "started": "2026-01-01T00:00:00+00:00",
            "revision": "",
        },
    )


@pytest.fixture(scope="module")
def findings(results):
    def gain(r):
        last = r["test_accuracy"].isel(step=-1)
        return last.isel(variant=1, drop=True) - last.isel(variant=0, drop=True)

    return decide((Claim("C99", (Part("gain", gain, low=0.0, unit="points"),)),), results)


@pytest.fixture(scope="module")
def page(results, findings):
    return report.render_page(results, findings, report.plain_words(results, findings), "en")


def test_the_figures_as_json_are_strict_and_complete(results, findings):
    out = report.as_json(results, findings)
    again = json.loads(json.dumps(out, allow_nan=False))
    assert again["data"] == {"name": "noise", "train": 100, "test": 50}
    accuracy = again["variants"]["plain"]["measures"]["test_accuracy"]
    assert accuracy["mean"] == pytest.approx(float(results["test_accuracy"][0, :, -1].mean()), rel=1e-6)
    assert accuracy["low"] < accuracy["mean"] < accuracy["high"]
    assert len(accuracy["per_seed"]) == 10
    assert again["variants"][NASTY]["diverged"] == 1
    claim = again["claims"]["C99"]
    assert claim["verdict"] == "holds"
    assert claim["low"] < claim["effect"] < claim["high"]
    assert claim["confidence"] == 0.95
    assert again["seconds"] == {"compile": 1.0, "train": 2.0, "total": 3.0}


def test_a_diverged_trial_counts_at_chance(results, findings):
    per_seed = report.as_json(results, findings)["variants"][NASTY]["measures"]["test_accuracy"]["per_seed"]
    assert per_seed[3] == pytest.approx(0.1)
    assert all(math.isfinite(value) for value in per_seed)


def test_the_page_loads_nothing_and_escapes_names(page):
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r"<(link|img|script|iframe)[^>]+(src|href)=[\"']?(https?:)?//", page)
    assert "@import" not in markup
    assert NASTY not in page


def test_rows_are_told_of_where_there_are_any(results, findings, page):
    assert "noise: 100 training rows, 50 test rows; 10 seeds, 20 steps" in page
    without = results.copy()
    without.attrs = {name: value for name, value in results.attrs.items() if not name.startswith("data_")}
    bare = report.render_page(without, findings, report.plain_words(without, findings), "en")
    assert ">10 seeds, 20 steps<" in bare
    assert "None rows" not in bare


def test_the_page_names_the_code_of_each_technique(page):
    assert "waza/nn/initializers.py" in page
    assert "class He(" in page


def test_both_languages_have_the_same_labels():
    def keys(value, path=""):
        if not isinstance(value, dict):
            return {path}
        return set().union(*(keys(item, f"{path}.{name}") for name, item in value.items()))

    english, japanese = report.words.labels("en"), report.words.labels("ja")
    assert keys(english) == keys(japanese)


def test_the_main_figure_is_a_png(results, findings):
    png = report.main_png(results, report.plain_words(results, findings), "ja")
    assert png.startswith(b"\x89PNG\r\n")
    assert len(png) > 10_000


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_browser_draws_the_page(results, findings, tmp_path, language):
    words = report.plain_words(results, findings)
    file = tmp_path / "report.html"
    file.write_text(report.render_page(results, findings, words, language), "utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=8000", "--dump-dom", file.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    body = re.sub(r"<script.*?</script>", "", drawn, flags=re.S)
    assert "<canvas" in body or "<svg" in body


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
@pytest.mark.parametrize(
    ("width", "scheme", "beside"), [(1400, 0, False), (500, 1, False), (500, 0, True)]
)  # 0: dark, 1: light; 500 is the narrowest window
def test_charts_are_as_wide_as_the_page_and_have_its_colours(page, tmp_path, width, scheme, beside):
    """Also a chart that stands beside something else, whose place is empty before it is drawn."""
    file = tmp_path / "report.html"
    if beside:
        page = page.replace('<div class="chart"', '<div style="float: left" class="chart"')
    measured = """<script>setTimeout(() => {
        const place = document.querySelector(".chart"), svg = place.querySelector("svg");
        const ink = svg.querySelector(".role-axis-label text").getAttribute("fill");
        document.title = [place.closest("main").clientWidth, svg.clientWidth, ink].join(" ");
    }, 4000);</script>"""
    file.write_text("".join([*page.rpartition("</body>")[:1], measured, "</body></html>"]), "utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += [f"--window-size={width},900", f"--blink-settings=preferredColorScheme={scheme}"]
    command += ["--virtual-time-budget=8000", "--dump-dom", file.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    room, wide, ink = re.search(r"<title>(.*?)</title>", drawn).group(1).split()
    room, wide = int(room), int(wide)
    assert 0.8 * room < wide <= room, (room, wide)
    assert (ink == "#eee") == (scheme == 0)


def test_tables_and_charts_can_be_read_aloud(page, results, findings):
    markup = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    assert not re.search(r"<th>", markup)
    charts = re.findall(r'<div class="chart" role="figure" aria-label="(.*?)"', markup)
    assert len(charts) == markup.count('class="chart"') and charts[0].startswith("Chart: test accuracy")
    assert "for plain, " in charts[0]
    assert markup.count("<table") == markup.count('<div class="wide"><table') + markup.count("<summary>Seconds") * 2


def test_a_comparison_begins_with_its_answer(results, findings):
    row = OutcomeRow("Adam", "+2", "+1 to +3", "helps", "holds")
    heads = ("technique", "effect (points)", "99 % interval", "result")
    table = OutcomeTable(
        heads,
        (row,),
        ("which rows",),
        "Rule and tests",
        ("the rule",),
        "Details",
        ("the unit",),
        "it rests",
        ("a note",),
    )
    words = {
        one: StudyWords("t", "lead", {}, {}, one, answer="On your data: Adam helps.", outcomes=table)
        for one in ("en", "ja")
    }
    shown = re.sub(r"<[^>]+>|\s+", " ", report.render_page(results, findings, words).split("<main")[1])
    wanted = (
        "On your data: Adam helps.",
        "technique",
        "Adam",
        "+1 to +3",
        "helps",
        "it rests",
        "which rows",
        "Details",
    )
    wanted += ("lead", "a note")
    at = 0
    for one in wanted:
        at = shown.index(one, at) + len(one)
    assert "C99" not in shown and "the unit" in shown


@pytest.mark.parametrize(
    ("widened", "at_edge", "said"),
    [
        ([], [], ""),
        (["optimizer.decay"], [], "The range of decay was widened."),
        (
            ["optimizer.decay"],
            ["optimizer.decay"],
            "The choice of decay is at the edge of its widened range: a better value may lie beyond.",
        ),
        ([], ["optimizer.decay"], "The choice of decay is at the limit of its range."),
    ],
)
def test_the_edge_of_a_range_is_called_widened_only_where_it_was(widened, at_edge, said):
    choice = {"variant": "a", "settings": {"optimizer.decay": 0.1}, "tried": [], "widened": widened, "at_edge": at_edge}
    results = xr.Dataset(attrs={"tuning": json.dumps([choice])})
    (row,) = choice_rows(results, {"en": StudyWords("made up", "", {}, {})}, "en")
    assert row.remark == said
