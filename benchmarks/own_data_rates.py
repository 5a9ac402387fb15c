"""What `waza compare` says of tables in which nothing helps, and of tables in which a known technique helps.

    python benchmarks/own_data_rates.py [TABLES [STEPS]]

Nothing helps: labels (and in every other table, numbers) are drawn by lot, in tables of 100 to 2,000 rows; the usual
techniques are tried. "Helps" and "harms" are false, and so is a network that predicts better than a constant. Something
helps: labels follow one of many columns, a fifth of them is flipped, and a network trained to the end learns the noise
by heart. Dropout helps by six or seven points there.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator

import jax
import numpy as np
import pandas as pd
from scipy import stats

from waza.comparison import ask_about_table, run_comparison
from waza.comparison.techniques import USUAL
from waza.engine.watch import Watch

FEWEST, MOST = 100, 2000
USEFUL = ("dropout",)
USEFUL_ROWS = (500, 1000, 2000, 4000)
COLUMNS, NOISE = 30, 0.2


def by_lot(rng: np.random.Generator, rows: int, regression: bool) -> pd.DataFrame:
    """Five columns, and a target that has nothing to do with them."""
    frame = pd.DataFrame(rng.normal(size=(rows, 5)), columns=list("abcde"))
    return frame.assign(y=rng.normal(size=rows) if regression else rng.choice(["no", "yes"], rows))


def with_signal(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Many columns, of which one tells the class; a fifth of the labels is flipped."""
    x = rng.normal(size=(rows, COLUMNS))
    right = x[:, 0] > 0
    flipped = rng.random(rows) < NOISE
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(COLUMNS)]).assign(y=np.where(right ^ flipped, "yes", "no"))


def answered(frame: pd.DataFrame, tried: tuple[str, ...], steps: int) -> tuple[Counter[str], dict[str, str], bool]:
    """The number of techniques with each effect, the effect of each, and whether a network beats the constant."""
    found = run_comparison(ask_about_table(frame, "table.csv", tried=tried, steps=steps), None, Watch())
    for leaf in jax.tree.leaves(found.model.variables):
        if not np.isfinite(leaf).all():
            raise AssertionError("a kept model has values that are not finite")
    effects = {one.technique: one.effect for one in found.outcomes}
    return Counter(effects.values()), effects, found.constant.better


def nothing_helps(rng: np.random.Generator, tables: int, steps: int) -> Iterator[bool]:
    """Whether the answer on each table by lot is false."""
    for i, rows in enumerate(np.geomspace(FEWEST, MOST, tables).round().astype(int)):
        begun = time.perf_counter()
        counts, effects, better = answered(by_lot(rng, int(rows), bool(i % 2)), USUAL, steps)
        wrong = {name: effect for name, effect in effects.items() if effect in ("helps", "harms")}
        kind = "numbers" if i % 2 else "labels"
        print(
            f"  {rows:5} rows, {kind}: {dict(counts)} {wrong or ''} better than a constant: {better} "
            f"({time.perf_counter() - begun:.0f} s)",
            flush=True,
        )
        yield bool(wrong) or better


def main() -> None:
    """Print a line a table, then the rates."""
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    rng = np.random.default_rng(0)
    print(f"nothing helps, {tables} tables, {steps} steps")
    false = sum(nothing_helps(rng, tables, steps))
    most = int(stats.binom.ppf(0.99, tables, 0.05))
    print(f"false answers: {false} of {tables} (at most {most} are compatible with 5 %)")
    for rows in USEFUL_ROWS:
        found = [answered(with_signal(rng, rows), USEFUL, steps) for _ in range(max(1, tables // 2))]
        print(f"known to help, {rows} rows, {len(found)} tables; networks better than a constant: ", end="")
        print(sum(better for _, _, better in found))
        for name in USEFUL:
            print(f"  {name}: {dict(Counter(effects[name] for _, effects, _ in found))}", flush=True)


if __name__ == "__main__":
    main()
