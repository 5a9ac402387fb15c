"""The schedule: which worker gets which unit, and what follows when one is late, silent or lost."""

import pytest

from waza.core.errors import Error
from waza.engine.work import Unit
from waza.executors.schedule import ALONE_AFTER, GRACE, MOST_LOSSES, SILENCE, Schedule


def units(count, groups=1):
    return [Unit(block, group, "vmap") for block in range(count) for group in range(groups)]


def test_units_are_handed_out_once_and_first_those_that_a_worker_has_compiled():
    schedule = Schedule(units(2, groups=2))
    first, second = schedule.next_for("a", "here", 0), schedule.next_for("b", "here", 0)
    assert (first.group, second.group) == (0, 1) or (first, second) == (Unit(0, 0, "vmap"), Unit(0, 1, "vmap"))
    assert schedule.finished("b", "b", "x", 1)
    assert schedule.next_for("b", "here", 1) == Unit(1, 1, "vmap")
    assert schedule.finished("a", "a", "x", 2) and schedule.finished("b", "b", "x", 2)
    assert schedule.next_for("a", "here", 2) == Unit(1, 0, "vmap") and schedule.next_for("b", "here", 2) is None
    assert not schedule.complete and schedule.left == 1
    assert schedule.finished("a", "a", "x", 3) and schedule.complete


def test_a_lost_workers_unit_is_computed_by_another():
    schedule = Schedule(units(1))
    unit = schedule.next_for("a", "here", 0)
    schedule.lost("a", "killed")
    assert schedule.next_for("b", "there", 1) == unit and schedule.finished("b", "b", "x", 2) and schedule.complete


def test_a_silent_worker_is_given_up_once_and_the_first_outcome_counts():
    schedule = Schedule(units(1))
    schedule.next_for("a", "here", 0)
    schedule.next_for("b", "here", 0)
    schedule.heard("a", 5)
    assert schedule.late(5 + SILENCE) == []
    assert schedule.late(6 + SILENCE) == ["a"] and schedule.late(7 + SILENCE) == []
    assert schedule.next_for("b", "here", 30) == Unit(0, 0, "vmap")
    assert schedule.finished("b", "b", "x", 31) and schedule.complete
    assert schedule.hopeless(31) == ["a"]


def test_a_late_worker_that_finishes_first_counts_and_the_second_outcome_is_compared():
    schedule = Schedule(units(2))
    schedule.next_for("a", "here", 0)
    schedule.finished("a", "a", "y", 10)  # such units take 10 s
    schedule.next_for("a", "here", 10)
    schedule.heard("a", 39)
    assert schedule.late(20 + GRACE) == [] and schedule.late(20.1 + GRACE) == ["a"]
    assert schedule.next_for("b", "there", 41) == Unit(1, 0, "vmap")
    assert schedule.finished("a", "a", "x", 45) and schedule.complete
    assert not schedule.finished("b", "b", "x", 46)


def test_outcomes_that_differ_are_an_error_that_names_both():
    schedule = Schedule(units(1))
    schedule.next_for("a", "here", 0)
    schedule.late(1 + SILENCE)
    schedule.next_for("b", "there", 30)
    schedule.finished("b", "node-b (process 2)", "x", 31)
    with pytest.raises(Error, match=r"node-b \(process 2\) and node-a \(process 1\) computed block0-group0 with "):
        schedule.finished("a", "node-a (process 1)", "y", 32)


def test_the_only_worker_is_ended_when_it_is_silent_or_stuck_but_not_when_it_is_slow():
    schedule = Schedule(units(2))
    schedule.next_for("a", "here", 0)
    schedule.finished("a", "a", "x", 1)
    schedule.next_for("a", "here", 1)
    for now in range(2, 60):
        schedule.heard("a", now, steps=now)
    assert schedule.late(60) == ["a"] and schedule.hopeless(60) == []
    for now in range(60, 100):
        schedule.heard("a", now, steps=60)  # answers, and makes no progress
    assert schedule.hopeless(100) == ["a"]
    schedule.lost("a", "it did not answer")
    assert schedule.next_for("b", "here", 101) == Unit(1, 0, "vmap")
    schedule.late(102 + SILENCE)
    assert schedule.hopeless(102 + SILENCE) == ["b"]


def test_out_of_memory_is_tried_once_alone_and_then_refused_with_what_it_needs():
    schedule = Schedule(units(3))
    first = schedule.next_for("a", "here", 0)
    other = schedule.next_for("b", "here", 0)
    schedule.heard("a", 1, memory=3 * 2**30)
    schedule.lost("a", "out of memory", memory=True)
    assert schedule.next_for("c", "here", 2) is None  # the machine is emptied
    assert schedule.finished("b", "b", "x", 3) and other != first
    assert schedule.next_for("c", "here", 4) == first
    assert schedule.next_for("b", "here", 4) is None
    with pytest.raises(Error, match=r"block0-group0 needs more than 3\.0 GiB of memory, .* machine did nothing"):
        schedule.lost("c", "out of memory", memory=True)


def test_a_unit_that_loses_every_worker_is_refused():
    schedule = Schedule(units(1))
    for number in range(MOST_LOSSES - 1):
        assert schedule.next_for(f"w{number}", "here", number) == Unit(0, 0, "vmap")
        schedule.lost(f"w{number}", "killed")
    assert 1 < ALONE_AFTER < MOST_LOSSES
    schedule.next_for("last", "here", 9)
    with pytest.raises(Error, match=f"has lost {MOST_LOSSES} workers, the last one so: killed"):
        schedule.lost("last", "killed")
