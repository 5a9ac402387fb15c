"""Executors: where units of work are computed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax

from waza.core.memory import check_memory, release
from waza.engine import structure
from waza.engine.checkpoint import Checkpoint
from waza.engine.mapping import TIMED_HOWS, Chosen, How, seconds_a_step
from waza.engine.processes import any_of
from waza.engine.program import Program
from waza.engine.traces import traces
from waza.engine.watch import Interrupted, Watch
from waza.engine.work import Outcome, Trials, Unit, compute
from waza.learners import Learner, Stream
from waza.nn import Conv2d, RecurrentLayer


class Executor:
    """Computes the units of a study's trials.

    A unit is a pure function of its arguments (`waza.engine.work.compute`), so an executor may compute units anywhere,
    in any order, and more than once.
    """

    def mappings(self, trials: Trials, how: How | None, watch: Watch) -> list[Chosen]:
        """How the trials of each group are mapped over: as given, or chosen by size or by measurement."""
        raise NotImplementedError(f"{type(self).__name__} has no mappings(trials, how, watch)")

    def run(
        self, trials: Trials, units: Iterable[Unit], checkpoint_of: Callable[[Unit], Checkpoint | None], watch: Watch
    ) -> Iterator[tuple[Unit, Outcome]]:
        """Units with their outcomes, as they are finished.

        Raises:
            Interrupted: `watch` asked to stop.
        """
        raise NotImplementedError(f"{type(self).__name__} has no run(trials, units, checkpoint_of, watch)")

    def origin_of(self, unit: Unit) -> Mapping[str, Any] | None:
        """The machine that computed a unit which `run` gave; None for this process."""
        return None


class InProcess(Executor):
    """Computes units in this process, one after another, on all devices. Programs are compiled side by side."""

    def __init__(self) -> None:
        self._trials: Trials | None = None
        self._programs: dict[tuple[int, How], Program] = {}

    def mappings(self, trials: Trials, how: How | None, watch: Watch) -> list[Chosen]:
        """Compile what each group may be mapped by, and time it where there is a choice."""
        learners = list(trials.variants.values())
        candidates = [
            [trials.program(g, one) for one in _hows(trials, learners[members[0]], how)]
            for g, members in enumerate(trials.groups)
        ]
        watch.compiling(sum(map(len, candidates)))
        prepare([program for programs in candidates for program in programs], watch)
        chosen = [_choose(programs, trials) for programs in candidates]
        self._trials = trials
        self._programs = {
            (g, one.how): program
            for g, (programs, one) in enumerate(zip(candidates, chosen, strict=True))
            for program in programs
            if program.how == one.how
        }
        return chosen

    def run(
        self, trials: Trials, units: Iterable[Unit], checkpoint_of: Callable[[Unit], Checkpoint | None], watch: Watch
    ) -> Iterator[tuple[Unit, Outcome]]:
        """Units in the order given; their programs are compiled first where `mappings` has not."""
        units = list(units)
        if self._trials is not trials:
            self._trials, self._programs = trials, {}
        new = dict.fromkeys((unit.group, unit.how) for unit in units if (unit.group, unit.how) not in self._programs)
        if new:
            made = {key: trials.program(*key) for key in new}
            watch.compiling(len(made))
            prepare(list(made.values()), watch)
            self._programs |= made
        for unit in units:
            program = self._programs[unit.group, unit.how]
            yield unit, compute(trials, unit, checkpoint_of(unit), watch, program)


def prepare(programs: Sequence[Program], watch: Watch | None = None) -> None:
    """Compile programs side by side, those that take longest first.

    Raises:
        Interrupted: `watch` asked to stop; no further program was begun.
        Error: a program needs more memory than is free.
    """
    traces.count(len(programs))
    release()  # what earlier programs left
    stop_asked = (watch or Watch()).stop_asked

    def tasks(program: Program) -> Iterator[Callable[[], Any]]:
        if program.steps:
            yield lambda: program.compiled_train
        yield lambda: program.compiled_draws
        yield lambda: program.compiled_evaluate

    def unless_stopped(task: Callable[[], Any]) -> None:
        if not stop_asked():
            task()

    with ThreadPoolExecutor() as pool:
        for prepared in [pool.submit(unless_stopped, task) for program in programs for task in tasks(program)]:
            prepared.result()
    if any_of(stop_asked()):
        raise Interrupted("stopped before the training")
    for program in programs:
        _check_fits(program)


def _check_fits(program: Program) -> None:
    """Refuse a program that needs more memory on the host than is free, before the system ends the process.

    Raises:
        Error: it needs more.
    """
    if jax.devices()[0].platform != "cpu":
        return  # a device says itself what it has not
    for compiled in (program.compiled_train if program.steps else None, program.compiled_evaluate):
        needed = compiled.memory_analysis() if isinstance(compiled, jax.stages.Compiled) else None
        if needed is not None:
            size = needed.temp_size_in_bytes + needed.output_size_in_bytes - needed.alias_size_in_bytes
            check_memory("the arrays of a step", size, "give smaller batches, a smaller model, or fewer seeds a block")


def _hows(trials: Trials, learner: Learner, how: How | None) -> tuple[How | None, ...]:
    """The mappings to choose from for the trials of a learner's structure; None leaves it to their size."""
    if how is not None:
        return (how,)
    timed = trials.plan.steps and structure.holds(learner, Conv2d, RecurrentLayer)
    return TIMED_HOWS if timed and not isinstance(learner.source(trials.data), Stream) else (None,)


def _choose(programs: Sequence[Program], trials: Trials) -> Chosen:
    """The mapping that trains fastest, by measurement where there is a choice."""
    if len(programs) == 1:
        return Chosen(programs[0].how)
    seeds = range(trials.first_seed, trials.first_seed + programs[0].seeds)
    return Chosen.of({program.how: seconds_a_step(program, seeds) for program in programs})
