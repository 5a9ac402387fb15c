"""Rates of false and of correct verdicts, by simulations of the decision rules only.

    python benchmarks/verdict_rates.py [STUDIES]

Effects are normal, one value per seed. "Identical" means that the true effect is 0 and the claim is "greater than 0":
any verdict is false. With several claims, a study counts as false if any of them gets a verdict. Open-ended studies are
evaluated after every 10 seeds, up to 50, and end when each claim is decided.
"""

import sys
from collections.abc import Iterator

import numpy as np
import xarray as xr
from scipy import stats

from waza.study.claims import Claim, Part
from waza.study.deciding import UNTIL_DECIDED, decide

BLOCK, MOST = 10, 50


def claims(count: int) -> list[Claim]:
    """`count` claims, each with one part, "the effect is greater than 0"."""
    return [Claim(f"c{i}", (Part("p", lambda results, i=i: results["e"][i], low=0.0),)) for i in range(count)]


def results(effects: np.ndarray, anytime: bool) -> xr.Dataset:
    """The results of a study, from effects of the shape (claim, seed)."""
    return xr.Dataset({"e": (("claim", "seed"), effects)}, attrs={"stopping": UNTIL_DECIDED} if anytime else {})


def looks(effects: np.ndarray) -> Iterator[np.ndarray]:
    """The effects after each block of seeds."""
    for seen in range(BLOCK, MOST + 1, BLOCK):
        yield effects[:, :seen]


def fixed(effects: np.ndarray) -> tuple[bool, int]:
    """Whether any claim is decided after the first block, and the number of seeds."""
    found = decide(claims(len(effects)), results(effects[:, :BLOCK], anytime=False))
    return any(one.verdict != "undecided" for one in found), BLOCK


def open_ended(effects: np.ndarray, anytime: bool = True) -> tuple[bool, int]:
    """Whether any claim is decided at any evaluation, and the number of seeds until all are decided."""
    decided, seen = False, effects
    for seen in looks(effects):
        verdicts = [one.verdict for one in decide(claims(len(effects)), results(seen, anytime))]
        decided |= any(verdict != "undecided" for verdict in verdicts)
        if "undecided" not in verdicts:
            break
    return decided, seen.shape[1]


def main() -> None:
    """Print one row per rule: the share of studies with a verdict, and the mean number of seeds."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rng = np.random.default_rng(0)
    rules = {
        "10 seeds": fixed,
        "until decided": open_ended,
        "until decided, naive": lambda effects: open_ended(effects, anytime=False),
    }
    print(
        f"{studies} studies a row; at most {stats.binom.ppf(0.99, studies, 0.05) / studies:.1%} is compatible with 5 %"
    )
    for title, count, effect in (
        ("identical, 1 claim", 1, 0.0),
        ("identical, 5 claims", 5, 0.0),
        ("effect of 1 deviation, 1 claim", 1, 1.0),
        ("effect of 0.5 deviations, 1 claim", 1, 0.5),
    ):
        for name, rule in rules.items():
            found = [rule(rng.normal(effect, 1, (count, MOST))) for _ in range(studies)]
            decided, seeds = np.mean([one[0] for one in found]), np.mean([one[1] for one in found])
            print(f"{title:>34} | {name:>20} | {decided:6.1%} | {seeds:5.1f} seeds")


if __name__ == "__main__":
    main()
