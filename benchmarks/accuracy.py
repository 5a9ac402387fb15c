"""The test accuracy of `waza fit`, over several seeds.

    python benchmarks/accuracy.py [--seeds N] [--first-seed N] MODEL DATA [as for waza fit]

    python benchmarks/accuracy.py --seeds 5 deep-convnet mnist --epochs 6
    python benchmarks/accuracy.py --seeds 3 small-alexnet cifar10_jpg --epochs 12 --norm

Each seed is a separate training with different initial values, batches, crops and mirror images. The variables with the
lowest validation loss are evaluated on the test rows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from waza.study.statistics import t_interval

WAZA = (sys.executable, "-c", "import waza.cli; waza.cli.main()")


def main() -> None:
    """Print each seed's test accuracy, and the mean with its 95 % interval."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    asked, passed_on = parser.parse_known_args()
    reached = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
            figures = Path(folder) / f"{seed}.json"
            asked_of_fit = [*passed_on, "--seed", str(seed), "--out", f"{folder}/{seed}", "--json", str(figures)]
            done = subprocess.run([*WAZA, "fit", *asked_of_fit], stdout=subprocess.DEVNULL)
            if done.returncode:  # `fit` has printed the reason
                raise SystemExit(done.returncode)
            found = json.loads(figures.read_text("utf-8"))
            reached.append(found["measures"]["test_accuracy"])
            print(f"seed {seed}: {reached[-1]:.4f}, {found['steps']} steps, {found['seconds']:.0f} s", flush=True)
    if len(reached) > 1:
        interval = t_interval(np.array(reached))
        print(f"mean {interval.mean:.4f} [{interval.low:.4f}, {interval.high:.4f}], {len(reached)} seeds")


if __name__ == "__main__":
    main()
