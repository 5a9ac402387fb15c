"""Bandit algorithms: 10,000 pulls of 1,000 seeds each, one algorithm after another, compiling apart.

    python benchmarks/bandits.py [SEEDS PULLS]

Ten arms. Linear algorithms choose by five features of each arm, which are drawn anew for each pull.
"""

import sys

from waza.engine.machine import machine, versions
from waza.rl import bandits
from waza.study import Study, final, run

MAILS = bandits.Bernoulli((0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01))
TESTBED = bandits.Gaussian(bandits.NormalMeans(10))
LINEAR = bandits.LinearContexts(choices=10, size=5)
ALGORITHMS = {
    "greedy": (MAILS, bandits.Greedy()),
    "epsilon-greedy": (MAILS, bandits.EpsilonGreedy(epsilon=0.1)),
    "decaying epsilon": (MAILS, bandits.EpsilonGreedy(epsilon=bandits.InverseDecay(100.0))),
    "optimistic": (TESTBED, bandits.Greedy(initial=5.0, step_size=0.1)),
    "gradient": (TESTBED, bandits.GradientBandit(step_size=0.1)),
    "UCB1": (MAILS, bandits.UCB1()),
    "KL-UCB": (MAILS, bandits.KLUCB()),
    "Bernoulli Thompson": (MAILS, bandits.BernoulliThompson()),
    "Gaussian Thompson": (TESTBED, bandits.GaussianThompson()),
    "LinUCB": (LINEAR, bandits.LinUCB(width=0.5)),
    "linear Thompson": (LINEAR, bandits.LinearThompson(std=0.1)),
}
PULLS = 100  # of one update


def main() -> None:
    """Print a line an algorithm, and the sum."""
    seeds, pulls = map(int, sys.argv[1:3]) if sys.argv[1:] else (1000, 10_000)
    print(machine(), versions())
    print(f"{seeds} seeds, {pulls} pulls")
    print("| algorithm | compiling, s | pulling, s | ns a pull | regret |\n|---|---|---|---|---|")
    sums = [0.0, 0.0]
    for name, (problem, algorithm) in ALGORITHMS.items():
        study = Study(
            name="bandits",
            data=None,
            variants={name: bandits.BanditLearner(problem, algorithm, pulls=PULLS)},
            seeds=seeds,
            block=seeds,
            steps=pulls // PULLS,
            evaluate_every=pulls // PULLS,
        )
        results = run(study)
        spent = [results.attrs["compile_seconds"], results.attrs["train_seconds"]]
        sums = [a + b for a, b in zip(sums, spent, strict=True)]
        each = 1e9 * spent[1] / (seeds * pulls)
        regret = float(final(results, "regret").mean())
        print(f"| {name} | {spent[0]:.1f} | {spent[1]:.2f} | {each:.0f} | {regret:.1f} |", flush=True)
    print(f"| all | {sums[0]:.1f} | {sums[1]:.2f} | | |")


if __name__ == "__main__":
    main()
