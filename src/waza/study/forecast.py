"""Forecast: how long a study's trials will take, measured on a few steps before they are computed."""

import time
from collections.abc import Callable

import jax

from waza.engine.executors import InProcess
from waza.engine.mapping import Chosen, How
from waza.engine.program import Program
from waza.engine.watch import Watch
from waza.engine.work import Trials

WARM_UP, FEWEST, SHARE = 2, 5, 1 / 25  # steps, and the share of all steps that are timed


class Forecast(InProcess):
    """Computes units in this process, and says beforehand how long one block of seeds of all groups takes.

    Args:
        told: is called with the seconds and the seeds of a block, once the programs are compiled and before the trials
            begin.
    """

    def __init__(self, told: Callable[[float, int], None]) -> None:
        super().__init__()
        self._told = told

    def mappings(self, trials: Trials, how: How | None, watch: Watch) -> list[Chosen]:
        """The mappings of `InProcess`; then a few steps and an evaluation of each program are timed."""
        chosen = super().mappings(trials, how, watch)
        seeds = range(trials.first_seed, trials.first_seed + trials.block)
        self._told(sum(seconds(program, trials, seeds) for program in self._programs.values()), trials.block)
        return chosen


def seconds(program: Program, trials: Trials, seeds: range) -> float:
    """How long a program's trials will take, from a few steps and one evaluation."""
    plan = trials.plan
    padded, timed = range(seeds.start, seeds.start + program.seeds), max(FEWEST, round(SHARE * plan.steps))
    portions = jax.block_until_ready(program.train(program.start(padded), 0, WARM_UP))
    program.evaluate(portions)  # the first calls take longer
    begun = time.perf_counter()
    portions = jax.block_until_ready(program.train(portions, WARM_UP, WARM_UP + timed))
    trained = time.perf_counter()
    program.evaluate(portions)
    evaluated = time.perf_counter()
    return plan.steps * (trained - begun) / timed + plan.evaluations * (evaluated - trained)
