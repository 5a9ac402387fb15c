"""Signals within a process: raised, postponed, ignored; what `tests/cli/test_signals.py` shows of whole processes."""

import signal
import threading
import types

import pytest

from waza.core import signals
from waza.core.signals import HEARD, Stopped


@pytest.fixture
def left(monkeypatch):
    """Signals are heard; where the process would end, the number of the signal is kept here."""
    left = []
    monkeypatch.setattr(signals, "_leave", left.append)
    before = [signal.getsignal(one) for one in HEARD]
    signals.listen()
    yield left
    signals.end()
    assert [signal.getsignal(one) for one in HEARD] == before


def wait_for(condition):
    """Wait until a condition holds, at most a minute."""
    ticks = threading.Event()
    for _ in range(6000):
        if condition():
            return
        ticks.wait(0.01)
    pytest.fail("nothing happened in a minute")


@pytest.mark.parametrize("number", HEARD)
def test_the_first_signal_interrupts(left, number):
    with pytest.raises(Stopped):
        signal.raise_signal(number)
    assert signals.asked() == number and signals.obeyed()
    signal.raise_signal(number)  # `timeout` sends two at once: the end is not disturbed


def test_a_postponed_signal_is_told_and_interrupts_later(left):
    told = threading.Event()
    signals.postpone(told.set, 0.0)
    signal.raise_signal(signal.SIGTERM)
    assert told.wait(60) and signals.asked() == signal.SIGTERM and not signals.obeyed()
    with pytest.raises(Stopped):
        signals.interrupt()
    signals.interrupt()  # once


def test_a_run_that_has_stopped_by_itself_is_not_interrupted(left):
    signals.postpone(lambda: None, 60.0)
    signal.raise_signal(signal.SIGINT)
    signals.interrupt(raising=False)
    assert signals.obeyed() and not left


def test_a_second_signal_ends_the_process_and_a_lost_one_too(left, monkeypatch):
    monkeypatch.setattr(signals, "AGAIN", -1.0)
    monkeypatch.setattr(signals, "GRACE", 60.0)
    with pytest.raises(Stopped):
        signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    wait_for(lambda: left == [signal.SIGINT])
    monkeypatch.setattr(signals, "GRACE", 0.0)  # as after a second in which the main thread has not ended
    wait_for(lambda: len(left) > 1)


def test_in_an_import_the_process_ends_there(left, tmp_path, monkeypatch):
    (tmp_path / "module_that_stops.py").write_text("import signal\nsignal.raise_signal(signal.SIGTERM)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Stopped):  # where `_leave` would not have returned
        __import__("module_that_stops")
    assert left == [signal.SIGTERM]


def test_the_end_waits_for_the_thread(left, monkeypatch):
    monkeypatch.setattr(signals, "GRACE", 60.0)
    begun, told = threading.Event(), []

    def say():
        begun.set()
        threading.Event().wait(0.2)
        told.append("once")

    signals.postpone(say, 0.0)
    signal.raise_signal(signal.SIGINT)
    assert begun.wait(60)
    signals.end()
    assert told == ["once"] and not left


def test_a_lost_exception_is_passed_over_and_others_are_not(left, monkeypatch):
    passed = []
    monkeypatch.setattr(signals._listener, "_hook", passed.append)
    for error in (Stopped(), ValueError("seen")):
        signals._listener._unraisable(types.SimpleNamespace(exc_value=error))
    assert [str(one.exc_value) for one in passed] == ["seen"]
    monkeypatch.undo()


def test_signals_that_are_ignored_stay_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        signals.listen()
        signal.raise_signal(signal.SIGHUP)
        assert not signals.asked() and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signals.end()
        signal.signal(signal.SIGHUP, before)


def test_outside_of_the_main_thread_nothing_is_heard():
    thread = threading.Thread(target=signals.listen)
    thread.start()
    thread.join()
    assert signals._listener is None and not signals.asked()
    signals.postpone(lambda: None, 0.0)
    signals.interrupt()
