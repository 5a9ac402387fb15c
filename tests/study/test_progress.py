"""Progress: named phases that each begin at 0 %, an estimate only when it is worth something, and short labels."""

import io
import types

import pytest
from rich.console import Console

from waza.engine.watch import Watch
from waza.study import conduct, progress
from waza.study.progress import Display, Lines, Progress, State, TerminalBar, begin_phase


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
    with Progress("compare-wine", shown) as watch:
        for number, name in enumerate(("tuning", "trials"), 1):
            begin_phase(watch, name, number, 2)
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
    begin_phase(Watch(), "tuning", 1, 2)  # a watch that shows nothing


def test_a_file_has_a_line_for_each_phase_and_then_every_ten_seconds(clock, capsys):
    watch = Progress("compare-a-table-with-a-long-name", Lines())
    begin_phase(watch, "tuning", 1, 2)
    watch.training(100)
    for _ in range(100):
        clock.now += 0.3
        watch.advance(1)
    begin_phase(watch, "trials", 2, 2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "compare-a-table-with…: phase 1 of 2, tuning"
    assert lines[1] == "compare-a-table-with…: phase 1 of 2, tuning: 34 %, about 20 s left"
    assert lines[-1] == "compare-a-table-with…: phase 2 of 2, trials"
    assert len(lines) == 4


def test_a_terminal_of_80_cells_shows_the_time_left(clock, monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda stderr: Console(file=file, width=80, force_terminal=True))
    with Progress("compare-a-table-with-a-long-name", TerminalBar()) as watch:
        begin_phase(watch, "tuning", 1, 2)
        watch.compiling(12)
        watch.training(100)
        clock.now += 60
        watch.advance(50)
    assert "about 60 s left" in file.getvalue() and "phase 1 of 2, tuning" in file.getvalue()


@pytest.mark.wrong_types  # a study with the fields that matter here
def test_a_tuned_study_tells_its_phases(monkeypatch):
    study = types.SimpleNamespace(name="s", tuning=types.SimpleNamespace(nested=False), claims=())
    request = conduct.Request(None, Progress("s", shown := Recorder()))
    for name in ("trials_of", "asked_of"):
        monkeypatch.setattr(conduct, name, lambda *_: "")
    monkeypatch.setattr(conduct, "mesh", lambda: types.SimpleNamespace(size=1))
    monkeypatch.setattr(conduct, "run_fixed", lambda study, request: "results")
    monkeypatch.setattr(conduct, "choose", lambda study, run: (study, ()))
    assert conduct._conducted(study, request, None) == "results"
    assert [text.partition(":")[0] for _, text, _ in shown.shown] == ["phase 1 of 2, tuning", "phase 2 of 2, trials"]
