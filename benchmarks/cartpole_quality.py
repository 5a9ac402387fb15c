"""Returns in CartPole-v1 of agents that `waza fit policy` trains with its defaults: ten seeds of each algorithm.

    python benchmarks/cartpole_quality.py [ALGORITHM ...]

Each seed is a training of its own, that of `waza fit policy CartPole-v1 --algorithm ALGORITHM --seed SEED`: evaluations
of 100 episodes choose the step whose variables are kept, and 100 other episodes, played greedily, test these. The
target is a mean test return of at least 475 in each of the ten seeds.
"""

import dataclasses
import sys
import time
from collections.abc import Iterator

from waza.engine.machine import machine, versions
from waza.kinds.fitting import ordered, program_of, train_ordered
from waza.kinds.policy.agents import USUAL
from waza.kinds.policy.kind import KIND
from waza.kinds.policy.options import PolicyOptions

SOLVED, SEEDS = 475.0, 10


def test_returns(options: PolicyOptions) -> Iterator[float]:
    """The mean test return of each seed; the program is compiled once."""
    order = ordered(KIND, options, KIND.read(options, None))
    program = program_of(order)
    for seed in range(SEEDS):
        _, result = train_ordered(order._replace(options=dataclasses.replace(order.options, seed=seed)), program)
        yield result["measures"]["test_return"]


def main() -> None:
    """Print a row for each algorithm, seed by seed."""
    print(machine(), versions())
    print("| algorithm | steps | test return of seeds 0 to 9 | solved | lowest | seconds |\n|---|---|---|---|---|---|")
    for algorithm in (name for name in USUAL if name in (sys.argv[1:] or USUAL)):
        begun, returns = time.perf_counter(), []
        print(f"| {algorithm} | {USUAL[algorithm].steps:,} |", end="", flush=True)
        for one in test_returns(PolicyOptions(model="policy", data="CartPole-v1", algorithm=algorithm)):
            returns.append(one)
            print(f" {one:.0f}", end="", flush=True)
        seconds, solved = time.perf_counter() - begun, sum(one >= SOLVED for one in returns)
        print(f" | {solved} of {SEEDS} | {min(returns):.1f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
