"""How often the intervals of off-policy estimators cover the true value, in logs whose truth is known exactly.

python benchmarks/off_policy_coverage.py [--logs 2000] [--rows 20000]

Customers are of 64 kinds. The value of the target policy is a sum over the kinds, so it is known. Each log is drawn, its
reward model is fitted with two folds (least squares on two features of the kinds, so it is wrong), and all estimators
are computed: one compiled program for all logs of a case.
"""

import argparse
import math
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from waza.rl.logs import direct, doubly_robust, ips, normal_interval, skewed_interval, snips

KINDS = 64
AT_ONCE = 50
ESTIMATORS = ("ips", "snips", "dr", "dm")
# By name: the smallest propensity of the arm that the target policy prefers, and whether rewards are sales.
CASES = {"usual": (0.3, False), "rare arm": (0.02, False), "skewed rewards": (0.3, True), "both": (0.02, True)}
BOUGHT, SPREAD = 0.03, 1.5  # the share who buy, and the standard deviation of the logarithm of what they spend


def tables(rare: float) -> tuple[np.ndarray, ...]:
    """Of each kind: two features, the propensities and the target policy of two arms, and the mean rewards."""
    rng = np.random.RandomState(0)
    features = rng.normal(size=(KINDS, 2))
    mailed = rare * (1 + rng.uniform(size=KINDS))
    target = 1 / (1 + np.exp(-2 * features[:, 0]))
    without = 0.1 + 0.15 / (1 + np.exp(-features[:, 0] * features[:, 1]))
    mean = np.stack([without, without + 0.08 / (1 + np.exp(-features[:, 0]))], axis=1)
    return features, np.stack([1 - mailed, mailed], axis=1), np.stack([1 - target, target], axis=1), mean


def intervals(key, rows: int, skewed: bool, features, propensities, target, mean):
    """The intervals of all estimators on one log, (estimator, "normal" or "skewed", low or high)."""
    kinds, arms, rewards, sizes = jax.random.split(key, 4)
    kind = jax.random.randint(kinds, (rows,), 0, KINDS)
    arm = jax.random.bernoulli(arms, propensities[kind, 1]).astype(jnp.int32)
    expected = mean[kind, arm]
    if skewed:
        bought = jax.random.bernoulli(rewards, BOUGHT, (rows,))
        spent = jnp.exp(SPREAD * jax.random.normal(sizes, (rows,)) - SPREAD**2 / 2)
        reward = bought * spent * expected / BOUGHT
    else:
        reward = jax.random.bernoulli(rewards, expected).astype(jnp.float32)
    x = jnp.concatenate([features[kind], jnp.ones((rows, 1))], axis=1)
    fold = jnp.arange(rows) % 2

    def fitted(one, chosen):  # least squares on one arm's rows outside a fold, with a small ridge
        weight = ((arm == chosen) & (fold != one)).astype(jnp.float32)
        gram = (x * weight[:, None]).T @ x + 1e-3 * jnp.eye(3)
        return jnp.linalg.solve(gram, (x * weight[:, None]).T @ reward)

    weights = jnp.stack([jnp.stack([fitted(one, chosen) for chosen in range(2)]) for one in range(2)])
    model = jnp.einsum("nf,naf->na", x, weights[fold])
    policy, logged = target[kind], propensities[kind, arm]
    terms = (
        ips(policy, arm, reward, logged),
        snips(policy, arm, reward, logged),
        doubly_robust(policy, arm, reward, logged, model),
        direct(policy, model),
    )
    found = [[normal_interval(one), skewed_interval(one)] for one in terms]
    return jnp.array([[[one.low, one.high] for one in pair] for pair in found])


def covered(case: str, logs: int, rows: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Shares of logs, (estimator, kind of interval): covered, too low (the truth above), too high, and mean widths."""
    rare, skewed = CASES[case]
    features, propensities, target, mean = (jnp.asarray(one, jnp.float32) for one in tables(rare))
    truth = float((np.asarray(target, float) * np.asarray(mean, float)).sum(axis=1).mean())
    of_log = partial(
        intervals,
        rows=rows,
        skewed=skewed,
        features=features,
        propensities=propensities,
        target=target,
        mean=mean,
    )
    keys = jax.random.split(jax.random.key(seed), logs)
    found = np.asarray(jax.jit(lambda keys: jax.lax.map(of_log, keys, batch_size=AT_ONCE))(keys))
    low, high = found[..., 0], found[..., 1]
    below, above = (high < truth).mean(axis=0), (low > truth).mean(axis=0)
    width = (high - low).mean(axis=0) / truth
    return {"covered": 1 - below - above, "below": below, "above": above, "width": width}


def main() -> None:
    """Print a table of each case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--logs", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=20_000)
    options = parser.parse_args()
    error = 196 * math.sqrt(0.05 * 0.95 / options.logs)
    print(f"{options.logs} logs of {options.rows} rows; a true 95 % would be seen within {error:.1f} points")
    for case in CASES:
        begun = time.perf_counter()
        found = covered(case, options.logs, options.rows)
        print(f"\n{case} ({time.perf_counter() - begun:.0f} s): covered (truth above / below the interval), width")
        for place, name in enumerate(ESTIMATORS):
            cells = [
                f"{kind} {100 * found['covered'][place, at]:5.1f} % "
                f"({100 * found['below'][place, at]:.1f} / {100 * found['above'][place, at]:.1f}) "
                f"{100 * found['width'][place, at]:.0f} %"
                for at, kind in enumerate(("normal", "skewed"))
            ]
            print(f"  {name:6}", "   ".join(cells))


if __name__ == "__main__":
    main()
