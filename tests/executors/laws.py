"""What every executor must do: the laws that tests run each of them through."""

import hashlib

import pytest

from waza.engine.checkpoint import Checkpoint
from waza.engine.watch import Interrupted, Watch
from waza.engine.work import Trials, Unit, compute


class Stop(Watch):
    """Asks to stop once some steps are done."""

    def __init__(self, after=None):
        self.steps, self.after = 0, after

    def advance(self, steps):
        self.steps += steps

    def stop_asked(self):
        return self.after is not None and self.steps >= self.after


def digests(found):
    """The bits of outcomes, by unit."""
    return {unit: hashlib.sha256(outcome.to_bytes()).hexdigest() for unit, outcome in found}


def check_executor(executor, trials: Trials, blocks: int, folder) -> None:
    """Compute the units of trials in several ways, and compare them with `waza.engine.work.compute`."""

    def checkpoint_of(unit):
        return Checkpoint(folder / unit.name, "start over")

    chosen = executor.mappings(trials, None, Watch())
    assert len(chosen) == len(trials.groups)
    units = [Unit(block, group, one.how) for block in range(blocks) for group, one in enumerate(chosen)]
    expected = digests((unit, compute(trials, unit)) for unit in units)
    watch = Stop()
    assert digests(executor.run(trials, units, lambda unit: None, watch)) == expected, "the bits of compute"
    assert watch.steps == len(units) * trials.plan.steps, "each step is counted once"
    assert digests(executor.run(trials, units[::-1], lambda unit: None, Watch())) == expected, "in any order"
    assert digests(executor.run(trials, [], lambda unit: None, Watch())) == {}, "of no units"
    found = []
    with pytest.raises(Interrupted):
        for one in executor.run(trials, units, checkpoint_of, Stop(after=trials.plan.steps)):
            found.append(one)
    done = digests(found)
    left = [unit for unit in units if unit not in done]
    assert left and done.items() <= expected.items(), "a request to stop is followed"
    assert done | digests(executor.run(trials, left, checkpoint_of, Watch())) == expected, "from the checkpoints"
    assert executor.origin_of(units[0]) is None or "processor" in executor.origin_of(units[0])
