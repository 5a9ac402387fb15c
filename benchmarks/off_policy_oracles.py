"""Values of policies on a simulated log and on Hillstrom's, by other libraries: the numbers that tests compare with.

In an environment of its own: pip install pandas vw-estimators econml scikit-uplift, then
python benchmarks/off_policy_oracles.py HILLSTROM.csv > tests/fixtures/off_policy/oracles.json

It imports nothing of waza. The policies and the reward model are fixed functions of the columns, given in
`simulated` and `hillstrom`, which tests/rl/logs/test_oracles.py imports.
"""

import importlib
import json
import sys
from typing import Any

import numpy as np


def simulated() -> dict[str, Any]:
    """A log of 400 rows and three arms with propensities that differ by row."""
    rng = np.random.RandomState(7)
    x = rng.normal(size=(400, 2))
    weights = np.exp(np.stack([0 * x[:, 0], x[:, 0], -x[:, 1]], axis=1))
    propensities = weights / weights.sum(axis=1, keepdims=True)
    arm = np.array([rng.choice(3, p=row) for row in propensities])
    reward = (rng.uniform(size=400) < 0.2 + 0.2 * (arm == 1) * (x[:, 0] > 0)).astype(float)
    model = np.stack([0.2 + 0 * x[:, 0], 0.2 + 0.1 * (x[:, 0] > 0), 0.1 + 0 * x[:, 0]], axis=1)
    policy = np.stack([0.2 + 0 * x[:, 0], np.where(x[:, 0] > 0, 0.7, 0.1), np.where(x[:, 0] > 0, 0.1, 0.7)], axis=1)
    return {
        "arm": arm,
        "reward": reward,
        "propensities": propensities,
        "model": model,
        "policy": policy,
        "score": x[:, 0].round(1),
    }


def hillstrom(table: Any) -> dict[str, Any]:
    """Hillstrom's log: those who bought for women receive the second mail, those of the last half year the first."""
    arm = np.select([table["segment"] == "No E-Mail", table["segment"] == "Mens E-Mail"], [0, 1], 2)
    shares = np.bincount(arm) / len(arm)
    womens, recent = table["womens"].to_numpy(float), (table["recency"].to_numpy(float) <= 6) * 1.0
    history = np.minimum(table["history"].to_numpy(float) / 1000, 1)
    model = np.stack([0.1 + 0.1 * history, 0.15 + 0.1 * history, 0.12 + 0.05 * womens], axis=1)
    policy = np.stack([(1 - recent) * (1 - womens), recent * (1 - womens), womens], axis=1)
    return {
        "arm": arm,
        "reward": table["visit"].to_numpy(float),
        "propensities": np.tile(shares, (len(arm), 1)),
        "model": model,
        "policy": policy,
        "score": history,
    }


def numbers(log: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the other libraries."""
    metrics: Any = importlib.import_module("sklift.metrics.metrics")
    dr_outcomes = importlib.import_module("econml.validate.utils").calculate_dr_outcomes
    row = np.arange(len(log["arm"]))
    logged, chosen = log["propensities"][row, log["arm"]], log["policy"][row, log["arm"]]
    found: dict[str, Any] = {}
    for name in ("ips", "snips"):
        estimator = importlib.import_module(f"estimators.bandits.{name}").Estimator()
        for p_log, reward, p_pred in zip(logged, log["reward"], chosen, strict=True):
            estimator.add_example(p_log=float(p_log), r=float(reward), p_pred=float(p_pred))
        found[name] = float(estimator.get())
    gains = dr_outcomes(log["arm"], log["reward"], log["model"], log["propensities"])
    found["dr_over_control"] = float((log["policy"][:, 1:] * gains).sum(axis=1).mean())
    found["dr_gains"] = gains.mean(axis=0).tolist()
    two = log["arm"] < 2
    given = log["reward"][two], log["score"][two], log["arm"][two]
    for name, curve in (("qini", metrics.qini_curve), ("uplift", metrics.uplift_curve)):
        rows, gain = curve(*given)
        at = np.unique(np.linspace(0, len(rows) - 1, 21).round().astype(int))
        found[name] = {
            "points": at.tolist(),
            "rows": rows[at].astype(float).tolist(),
            "gain": gain[at].astype(float).tolist(),
        }
    return found


if __name__ == "__main__":
    read_csv = importlib.import_module("pandas").read_csv
    logs = {"simulated": simulated(), "hillstrom": hillstrom(read_csv(sys.argv[1]))}
    print(json.dumps({name: numbers(log) for name, log in logs.items()}, indent=1))
