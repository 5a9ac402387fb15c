"""Memory: what is free, what is refused, and what is given back."""

import gc
import weakref

import numpy as np
import pytest

import waza as wz
from waza import models, optim
from waza.core import memory
from waza.core.errors import Error

REFUSED = {
    "of XLA": (
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 2880000776 bytes."),
        r"the memory is not enough: 2.7 GiB more were asked for, and .* are free: give less",
    ),
    "of XLA, in words": (
        RuntimeError("RESOURCE_EXHAUSTED: Failed to allocate 3.5GiB on device"),
        "enough: 3.5GiB more",
    ),
    "of NumPy": (
        MemoryError("Unable to allocate 7.28 TiB for an array with shape (1000000, 1000000)"),
        "enough: 7.28 TiB more were asked for",
    ),
    "of Python": (MemoryError(), "the memory is not enough: more was asked for than there is"),
}


@pytest.mark.parametrize(("raised", "said"), REFUSED.values(), ids=REFUSED)
def test_memory_that_is_refused_is_one_line(raised, said):
    with pytest.raises(Error, match=said), memory.enough_memory("give less"):
        raise raised


def test_other_exceptions_pass():
    with pytest.raises(ValueError, match="as it is"), memory.enough_memory("give less"):
        raise ValueError("as it is")


def test_a_limit_of_addresses_counts(monkeypatch):
    monkeypatch.setattr(memory, "_free_addresses", lambda: 1000)
    assert memory.free_memory() == 1000
    monkeypatch.setattr(memory, "_free_addresses", lambda: None)
    assert memory.free_memory() == pytest.approx(memory._free_of_system(), rel=0.5)


def runs(learner, data):
    wz.run(wz.Study(name="t", variants={"a": learner}, data=data, seeds=1, block=1, steps=1), None, wz.Watch())


def fits(learner, data):
    wz.fit(learner, data, steps=1, keep="last")


@pytest.mark.parametrize("train", [runs, pytest.param(fits, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_a_batch_that_is_far_too_large_is_refused_before_it_is_computed(train):
    x, y = np.ones((20, 4), np.float32), np.arange(20, dtype=np.int32) % 2
    learner = wz.Supervised(models.MLP((4, 3, 2)), optim.SGD(0.1), batch_size=10**11, probes=False)
    with pytest.raises(Error, match=r"the arrays of a step need [\d.,]+ TiB of memory, and .* are free: give smaller"):
        train(learner, ((x, y), (x, y)))


class Node:
    """Part of a cycle."""

    def __init__(self):
        self.own = self


def test_garbage_is_collected_where_the_process_has_grown(monkeypatch):
    sizes = iter([100, 80, 90, 80 + memory.GROWN_BY, 80])
    monkeypatch.setattr(memory, "resident_memory", lambda: next(sizes) + memory.GROWN_BY)
    monkeypatch.setattr(memory, "SHARE", 1e9)
    release, enabled = memory.Release(), gc.isenabled()
    gc.disable()
    try:
        for collected in (True, False, True):
            cycle = weakref.ref(Node())
            release()
            assert (cycle() is None) == collected
    finally:
        if enabled:
            gc.enable()


def test_looking_for_garbage_takes_a_small_share_of_the_time(monkeypatch):
    now, looked = iter([0.0, 1.0, 10.0, 20.9, 21.1, 23.1]), []
    monkeypatch.setattr(memory.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(memory.gc, "collect", lambda: looked.append(True))
    sizes = iter(range(memory.GROWN_BY, 100 * memory.GROWN_BY, memory.GROWN_BY))
    monkeypatch.setattr(memory, "resident_memory", lambda: next(sizes))
    release, counts = memory.Release(), []
    for _ in range(4):  # at 0 s, which takes 1 s; at 10 s and 20.9 s, before 1 + 1 / 5 %; at 21.1 s
        release()
        counts.append(len(looked))
    assert counts == [1, 1, 1, 2]
