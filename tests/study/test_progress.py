"""Progress: named phases that each begin at 0 %, an estimate only when it is worth something, and short labels."""

import io
import types

import pytest

from waza.core import console
from waza.core.console import Terminal
from waza.engine.watch import Watch
from waza.study import conduct, progress
from waza.study.progress import Display, Lines, Progress, State, TerminalBar, announce_phases, begin_phase


class Recorder(Display):
    def __init__(self):
        self.shown = []

    def show(self, name, text, state):
        self.shown.append((name, text, state))

    def close(self, lines):
        self.shown.append(lines)


@pytest.fixture
def clock(monkeypatch):
    clock = types.SimpleNamespace(now=100.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock.now)
    return clock


def test_an_estimate_is_given_from_a_twentieth_on():
    assert State(4, 100, 0.0).left(10.0) is None and State(4, 100, 0.0).text(10.0) == "4 %"
    assert State(5, 100, 0.0).left(10.0) == pytest.approx(190) and State(5, 100, 0.0).text(10.0).endswith("3 min left")
    assert State(0, None, 0.0).text(10.0) == ""


def test_each_phase_has_a_name_and_begins_at_0(clock):
    shown = Recorder()
    with Progress("compare-wine", shown, "en") as watch:
        announce_phases(watch, ("tuning", "trials"))
        for name in ("tuning", "trials"):
            begin_phase(watch, name)
            watch.compiling(3)
            watch.training(10)
            clock.now += 5
            for _ in range(10):
                watch.advance(1)
        watch.noted("a note")
    texts = [one[1] for one in shown.shown[:-1]]
    assert texts[:3] == [f"phase 1 of 2, tuning: {text}" for text in ("preparing", "compiling 3 programs", "training")]
    states = [state for _, text, state in shown.shown[:-1] if text == "phase 2 of 2, trials: training"]
    assert [state.done for state in states] == list(range(11)) and {state.begun for state in states} == {105.0}
    assert shown.shown[-1] == ["• a note"]
    for say in (announce_phases, begin_phase):
        say(Watch(), "tuning")  # a watch that shows nothing


def test_the_phases_of_a_part_are_counted_among_those_of_the_whole():
    with Progress("compare-wine", shown := Recorder(), "ja") as watch:
        announce_phases(watch, ("tuning", "trials", "reference models"))
        announce_phases(watch, ("tuning", "trials"))
        begin_phase(watch, "trials")
        watch.compiling(2)
    assert [text for _, text, _ in shown.shown[:-1]] == [
        "段階 2/3、試行: 準備中",
        "段階 2/3、試行: 2 個のプログラムをコンパイル中",
    ]
    with Progress("alone", shown := Recorder(), "en") as watch:
        announce_phases(watch, ["tuning and trials"])
        begin_phase(watch, "tuning and trials")
    assert shown.shown[0][1] == "tuning and trials: preparing"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["training", "validation loss 0.5, accuracy 0.9, own 1", "mean return 21"]),
        ("ja", ["訓練中", "検証データの損失 0.5, 正解率 0.9, own 1", "平均収益 21"]),
    ],
)
def test_progress_is_told_in_the_language_of_the_output(clock, language, expected):
    watch = Progress("fit", shown := Recorder(), language)
    watch.training(10)
    watch.evaluated(1, {"train_loss": 1.0, "validation_loss": 0.5, "validation_accuracy": 0.9, "validation_own": 1.0})
    watch.evaluated(2, {"return": 21.0})
    assert [text for _, text, _ in shown.shown] == expected
    state = State(1, 4, 0.0, language)
    assert state.text(40.0) == {"en": "25 %, about 2 min left", "ja": "25 %、残り約 2 分"}[language]


def test_a_file_has_a_line_for_each_phase_and_then_every_ten_seconds(clock, capsys):
    watch = Progress("compare-a-table-with-a-long-name", Lines(), "en")
    announce_phases(watch, ("tuning", "trials"))
    begin_phase(watch, "tuning")
    watch.training(100)
    for _ in range(100):
        clock.now += 0.3
        watch.advance(1)
    begin_phase(watch, "trials")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "compare-a-table-with…: phase 1 of 2, tuning"
    assert lines[1] == "compare-a-table-with…: phase 1 of 2, tuning: 34 %, about 20 s left"
    assert lines[-1] == "compare-a-table-with…: phase 2 of 2, trials"
    assert len(lines) == 4


def test_a_terminal_of_80_cells_shows_the_time_left(clock, monkeypatch):
    file = io.StringIO()
    bar = Terminal(file=file, width=80, force_terminal=True)
    monkeypatch.setattr(console, "Terminal", lambda errors: bar)
    with Progress("[/b]\x1b[2J-a-table-with-a-long-name", TerminalBar(), "en") as watch:
        announce_phases(watch, ("tuning", "trials"))
        begin_phase(watch, "tuning")
        watch.compiling(12)
        watch.training(100)
        clock.now += 60
        watch.advance(50)
    assert "about 60 s left" in file.getvalue() and "phase 1 of 2, tuning" in file.getvalue()
    assert "[/b]\\x1b[2J-a-tabl" in file.getvalue() and "\x1b[2J" not in file.getvalue()


@pytest.mark.wrong_types  # a study with the fields that matter here
def test_a_tuned_study_tells_its_phases(monkeypatch):
    study = types.SimpleNamespace(name="s", tuning=types.SimpleNamespace(nested=False), claims=())
    request = conduct.Request(None, Progress("s", shown := Recorder(), "en"))
    for name in ("trials_of", "asked_of"):
        monkeypatch.setattr(conduct, name, lambda *_: "")
    monkeypatch.setattr(conduct, "mesh", lambda: types.SimpleNamespace(size=1))
    monkeypatch.setattr(conduct, "run_fixed", lambda study, request: "results")
    monkeypatch.setattr(conduct, "choose", lambda study, run: (study, ()))
    assert conduct._conducted(study, request, None) == "results"
    assert [text.partition(":")[0] for _, text, _ in shown.shown] == ["phase 1 of 2, tuning", "phase 2 of 2, trials"]
