"""Rates of false and of right verdicts on normal effects, by the formulas of `waza.study.deciding` on many studies.

    python benchmarks/verdict_rates.py [STUDIES]

Effects are normal with standard deviation 1, one a seed. The rule is "at least m", with m = 1: for a true effect below
m only "holds" is false, above m only "fails" is, and at m either. Studies until decided are judged after every 10
seeds, up to 100, and a false verdict at any look counts. All studies of a row are computed at once; a sample of them is
compared with `decide`.
"""

import sys
from collections.abc import Iterator

import numpy as np
import xarray as xr
from scipy import stats

from waza.study.claims import Claim, Part
from waza.study.deciding import FEWEST_SEEDS, STRICTER, UNTIL_DECIDED, decide
from waza.study.statistics import sign_flip_p

ALPHA = 0.05
BLOCK, MOST = 10, 100
BOUND = 1.0
CERTAIN = 1e-5  # far below each level that is used


def p_values(effects: np.ndarray, bound: float, anytime: bool = False, overlap: float = 0.0) -> np.ndarray:
    """The error rate from which a part with this bound is decided, for effects (..., seed): interval and sign flips."""
    n = effects.shape[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (effects.mean(-1) - bound) / effects.std(-1, ddof=1) / np.sqrt(1 / n + overlap / (1 - overlap))
    if anytime:
        r = t**2 / (n - 1)
        p = np.minimum(1, np.exp(0.5 * np.log(n + 1) - n / 2 * (np.log1p(r) - np.log1p(r / (n + 1)))))
    else:
        p = 2 * stats.t.sf(np.abs(t), n - 1)
    d = effects - bound
    with np.errstate(divide="ignore", invalid="ignore"):
        at_most = 2 * np.exp(-(d.sum(-1) ** 2) / (2 * (d**2).sum(-1)))  # the sign flips' p, by Hoeffding's inequality
    matters = (p <= ALPHA) & (at_most > CERTAIN)
    p[matters] = np.maximum(p[matters], [sign_flip_p(one) for one in d[matters]])
    return p


def holm(p: np.ndarray, alpha: float = ALPHA) -> np.ndarray:
    """Which parts are decided, for p-values (..., part): Holm's steps."""
    order, count = np.argsort(p, -1), p.shape[-1]
    passes = np.take_along_axis(p, order, -1) <= alpha / (count - np.arange(count))
    return np.take_along_axis(np.logical_and.accumulate(passes, -1), np.argsort(order, -1), -1)


def verdicts(effects: np.ndarray, bound: float, anytime: bool = False, alpha: float = ALPHA) -> np.ndarray:
    """1 where a part holds, -1 where it fails, 0 where it is undecided, for effects (study, part, seed)."""
    if effects.shape[-1] < FEWEST_SEEDS:
        return np.zeros(effects.shape[:-1], int)
    side = np.sign(effects.mean(-1) - bound).astype(int)
    return side * holm(p_values(effects, bound, anytime), alpha)


def looks(effects: np.ndarray, bound: float) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Seeds, the studies that are still open, and their verdicts at each look, until each part is decided."""
    still = np.arange(len(effects))
    for seen in range(BLOCK, effects.shape[-1] + 1, BLOCK):
        found = verdicts(effects[still, :, :seen], bound, anytime=True)
        yield seen, still, found
        still = still[(found == 0).any(-1)]
        if not still.size:
            return


def until_decided(effects: np.ndarray, bound: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The last verdicts (study, part), whether any look said "holds" and "fails", and the seeds of each study."""
    last, seeds = np.zeros(effects.shape[:-1], int), np.full(len(effects), effects.shape[-1])
    ever = {1: np.zeros(last.shape, bool), -1: np.zeros(last.shape, bool)}
    for seen, still, found in looks(effects, bound):
        last[still] = found
        seeds[still] = seen
        for side, reached in ever.items():
            reached[still] |= found == side
    return last, ever[1], ever[-1], seeds


def false_verdicts(found: np.ndarray, true: np.ndarray, bound: float) -> np.ndarray:
    """Which verdicts are false for these true effects; at the bound any is."""
    return ((found == 1) & (true <= bound)) | ((found == -1) & (true >= bound))


def agrees_with_decide(effects: np.ndarray, bound: float, anytime: bool) -> bool:
    """Whether `verdicts` says of these studies, (study, part, seed), what `decide` says."""
    names = {1: "holds", 0: "undecided", -1: "fails"}
    parts = [Part(f"p{i}", lambda of, i=i: of["e"][i], low=bound) for i in range(effects.shape[1])]
    for own, found in zip(effects, verdicts(effects, bound, anytime), strict=True):
        attributes = {"stopping": UNTIL_DECIDED} if anytime else {}
        (finding,) = decide([Claim("c", tuple(parts))], xr.Dataset({"e": (("part", "seed"), own)}, attrs=attributes))
        if [part.verdict for part in finding.parts] != [names[one] for one in found]:
            return False
    return True


def one_bound(studies: int, rng: np.random.Generator) -> None:
    """Print false and right verdicts of one part by its true effect."""
    print("\none part, bound m: false / right verdicts; until decided with the mean number of seeds")
    for true in (0.0, 0.5, 1.0, 1.5, 2.0):
        cells = []
        for seeds in (10, 30, 100):
            found = verdicts(rng.normal(true, 1, (studies, 1, seeds)), BOUND)
            false = false_verdicts(found, np.array(true), BOUND)
            cells.append(f"{false.mean():6.1%} / {((found != 0) & ~false).mean():6.1%}")
        last, held, failed, seeds_used = until_decided(rng.normal(true, 1, (studies, 1, MOST)), BOUND)
        false = (held & (true <= BOUND)) | (failed & (true >= BOUND))
        right = (last != 0) & ~false_verdicts(last, np.array(true), BOUND)
        cells.append(f"{false.mean():6.1%} / {right.mean():6.1%} with {seeds_used.mean():5.1f}")
        print(f"  true effect {true:3.1f} m | " + " | ".join(cells))


def several_parts(studies: int, rng: np.random.Generator) -> None:
    """Print the share of studies with any false verdict among five parts that share a baseline."""
    print("\nfive parts that share a baseline (correlation 0.5): studies with any false verdict")
    for title, true in (
        ("all at the bound", np.full(5, 1.0)),
        ("two at the bound, three far from it", np.array([1.0, 1.0, 3.0, 3.0, -1.0])),
        ("all between 0 and m", np.full(5, 0.5)),
    ):
        cells = []
        for seeds in (10, 30, MOST):
            shared, own = rng.normal(size=(studies, 1, seeds)), rng.normal(size=(studies, 5, seeds))
            effects = true[:, None] + (shared + own) / np.sqrt(2)
            cells.append(f"{false_verdicts(verdicts(effects, BOUND), true, BOUND).any(-1).mean():5.1%}")
        _, held, failed, _ = until_decided(effects, BOUND)
        ever = (held & (true <= BOUND)) | (failed & (true >= BOUND))
        print(f"  {title:>36} | " + " | ".join(cells) + f" | until decided {ever.any(-1).mean():5.1%}")


def readings(studies: int, rng: np.random.Generator) -> None:
    """Print how often `waza compare` says something false of five techniques."""
    print("\nfive techniques (helps, harms, makes no difference, does not help): comparisons with a false statement")
    for title, true in (("all at +m", np.full(5, 1.0)), ("all at -m", np.full(5, -1.0)), ("+m, -m, 0, 2m, -2m", None)):
        real = np.array([1.0, -1.0, 0.0, 2.0, -2.0]) if true is None else true
        cells = []
        for seeds in (10, 30, MOST):
            effects = real[:, None] + rng.normal(size=(studies, 5, seeds))
            cells.append(f"{false_readings(effects, real).any(-1).mean():5.1%}")
        print(f"  {title:>36} | " + " | ".join(cells))


def false_readings(effects: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Which of two parts of each effect, at least +m and at most -m, have a false verdict: (study, part)."""
    mean = effects.mean(-1)
    bounds = (BOUND, -BOUND)
    p = np.stack([p_values(effects, bound) for bound in bounds], -1)
    decided = np.zeros(p.shape, bool)
    for _ in range(p.shape[-2]):  # an effect is left until both of its parts are decided
        left = (~decided.all(-1)).sum(-1)[:, None, None]
        decided |= p <= ALPHA / np.maximum(left, 1)
    found = [np.where(decided[..., i], np.sign(mean - bound), 0) for i, bound in enumerate(bounds)]
    return np.logical_or(*(false_verdicts(one, true, bound) for one, bound in zip(found, bounds, strict=True)))


def near(studies: int, rng: np.random.Generator) -> None:
    """Print which share of false and of right verdicts carries the remark "close to the bound"."""
    print("\nverdicts with the remark 'close to the bound'")
    for true in (1.0, 1.5, 2.0, 3.0):
        effects = rng.normal(true, 1, (studies, 1, 30))
        found, sure = verdicts(effects, BOUND) != 0, verdicts(effects, BOUND, alpha=ALPHA / STRICTER) != 0
        print(f"  true effect {true:3.1f} m, 30 seeds | {np.mean(~sure[found]):6.1%} of {found.mean():6.1%}")


def main() -> None:
    """Print the tables."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rng = np.random.default_rng(0)
    most = stats.binom.ppf(0.99, studies, ALPHA) / studies
    print(f"{studies} studies a cell; at most {most:.1%} is compatible with 5 %")
    sample = rng.normal(1.5, 1, (10, 5, 30))
    agree = all(agrees_with_decide(sample[..., :n], BOUND, anytime) for n in (10, 30) for anytime in (False, True))
    print(f"a sample of 40 studies agrees with decide: {agree}")
    one_bound(studies, rng)
    several_parts(studies, rng)
    readings(studies, rng)
    near(studies, rng)


if __name__ == "__main__":
    main()
