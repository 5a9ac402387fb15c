"""Cost of evaluations and probes: the vanishing-gradient study with and without them, interleaved.

    python benchmarks/probe_cost.py [PAIRS]

Each pair trains the five variants x 10 seeds for 2,000 steps: once with an evaluation and probes every 100 steps, and
once with an evaluation before the first and after the last step only, without probes. Programs are compiled before the
first pair is timed.
"""

import dataclasses
import sys

import jax
import numpy as np

import waza as wz
from waza.curriculum import exercise
from waza.engine.devices import each_core_a_device
from waza.engine.machine import machine


def main() -> None:
    """Print the extra time of each pair, and the median."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    jax.config.update("jax_compilation_cache_dir", ".cache-probe-cost")
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    looked_at = dataclasses.replace(exercise("vanishing-gradient").study(), seeds=10, block=10, claims=())
    bare = dataclasses.replace(
        looked_at,
        variants={name: wz.vary(variant, probes=False) for name, variant in looked_at.variants.items()},
        evaluate_every=looked_at.steps,
    )
    each_core_a_device()  # as the commands do; `machine` would start JAX with one device
    print(machine())
    ratios = []
    for i in range(-1, pairs):
        order = (looked_at, bare) if i % 2 else (bare, looked_at)
        seconds = {id(study): wz.run(study).attrs["train_seconds"] for study in order}
        extra = seconds[id(looked_at)] / seconds[id(bare)] - 1
        if i >= 0:
            ratios.append(extra)
            print(f"pair {i + 1}: {seconds[id(looked_at)]:.2f} s, {seconds[id(bare)]:.2f} s, {extra:+.1%}", flush=True)
    low, median, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    print(f"evaluations and probes cost {median:.1%} (quartiles {low:.1%} to {high:.1%}, {pairs} pairs)")


if __name__ == "__main__":
    main()
