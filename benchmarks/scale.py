"""A study on a Ray cluster of this machine against one process: overhead, kills, cost of a unit, and more workers.

    python benchmarks/scale.py --units 200 --seconds 2 --tiny 10000

The overhead is that of one worker with the same devices, once the cluster has started and both sides have compiled.
The efficiency with many workers is simulated from the processor time that this process spends on a unit, not measured.
"""

import argparse
import heapq
import os
import random
import resource
import signal
import threading
import time
from contextlib import contextmanager

import numpy as np
import xarray as xr

from waza import models, nn, optim
from waza.data import Dataset, Split
from waza.engine.watch import Watch
from waza.executors import Ray
from waza.learners import Supervised
from waza.study import Study, run

FEATURES, CLASSES, ROWS, BLOCK = 64, 10, 4000, 2


def study(units: int, steps: int) -> Study:
    """One network in units of two seeds."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2 * ROWS, FEATURES)).astype(np.float32)
    y = (x @ rng.normal(size=(FEATURES, CLASSES))).argmax(1).astype(np.int32)
    data = Dataset("blobs", Split(x[:ROWS], y[:ROWS]), Split(x[ROWS:], y[ROWS:]))
    learner = Supervised(models.MLP((FEATURES, 128, CLASSES), nn.relu, nn.He()), optim.SGD(0.1), batch_size=64)
    size = {"seeds": units * BLOCK, "block": BLOCK, "steps": steps, "evaluate_every": max(steps // 2, 1)}
    return Study(name="scale", data=data, variants={"mlp": learner}, **size)


def timed(one: Study, executor: Ray | None = None) -> tuple[float, xr.Dataset]:
    """The seconds that a study's units take, without compiling, and its results."""
    results = run(one, watch=Watch(), executor=executor)
    return float(results.attrs["train_seconds"]), results.drop_attrs()


def steps_for(seconds: float) -> int:
    """The steps with which a unit takes about this long here."""
    tried = 2000
    return max(1, round(tried * seconds * 4 / timed(study(4, tried))[0]))


@contextmanager
def kills(executor: Ray, every: float, count: list[int]):
    """Kill a random worker at intervals."""
    ended, chance = threading.Event(), random.Random(0)

    def kill() -> None:
        while not ended.wait(every):
            there = [place["process"] for place in executor._crew.there.values()]
            if there:
                os.kill(chance.choice(there), signal.SIGKILL)
                count.append(1)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def efficiency(workers: int, seconds: float, cost: float, rounds: int = 20) -> float:
    """The share of the workers' time that is spent in units, where the driver spends `cost` on each, one at a time."""
    free, driver, ended = [0.0] * workers, 0.0, 0.0
    for _ in range(workers * rounds):
        idle = heapq.heappop(free)
        driver = max(driver, idle) + cost
        ended = max(ended, driver + seconds)
        heapq.heappush(free, driver + seconds)
    return rounds * seconds / ended


def main() -> None:
    """Measure, and print the tables of `docs/benchmarks.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=2.0, help="of a unit, about")
    parser.add_argument("--kill-every", type=float, default=20.0, help="seconds between two kills")
    parser.add_argument("--tiny", type=int, default=10_000, help="units of one step, for the cost of a unit")
    given = parser.parse_args()
    long = study(given.units, steps_for(given.seconds))
    alone, expected = timed(long)
    with Ray(workers=1) as executor:
        timed(study(2, long.steps), executor)
        on_ray, found = timed(long, executor)
        xr.testing.assert_identical(found, expected)
        print(f"| one process, s | {alone:.1f} |\n| one worker, s | {on_ray:.1f} |")
        print(f"| overhead | {on_ray / alone - 1:.1%} |")
        count: list[int] = []
        with kills(executor, given.kill_every, count):
            killed, found = timed(long, executor)
        xr.testing.assert_identical(found, expected)
        print(f"| with {len(count)} kills, s | {killed:.1f} |\n| more than without | {killed / on_ray - 1:.1%} |")
        timed(study(given.tiny // 10, 1), executor)
        before = memory()
        begun, worked = time.perf_counter(), time.process_time()
        run(study(given.tiny, 1), watch=Watch(), executor=executor)
        on_workers, cost = (time.perf_counter() - begun) / given.tiny, (time.process_time() - worked) / given.tiny
        grown = memory() - before
    here = timed(study(given.tiny // 10, 1))[0] / (given.tiny // 10)
    print(
        f"| {given.tiny} units of one step, ms a unit | {1e3 * on_workers:.1f} |\n| the same here | {1e3 * here:.1f} |"
    )
    print(f"| processor time of this process, ms a unit | {1e3 * cost:.1f} |")
    print(f"| growth of this process's memory over them, MiB | {grown:.0f} |\n")
    print("| workers (simulated) | units of 2 s | 20 s | 200 s |\n|---|---|---|---|")
    for workers in (10, 100, 1000):
        shares = " | ".join(f"{efficiency(workers, seconds, cost):.0%}" for seconds in (2, 20, 200))
        print(f"| {workers} | {shares} |")


def memory() -> float:
    """The largest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
