"""Intervals of BLEU: what other test sentences, and other seeds of the training, would change."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ORDERS = 4  # the longest n-grams that BLEU counts
DRAWS = 1000
COVERED = 0.95


class Spread(NamedTuple):
    """A mean over seeds, and its 95 % intervals.

    Attributes:
        mean: over the seeds.
        sentences: for other test sentences, with these seeds.
        seeds: for other seeds, with these test sentences; None for one seed.
        both: for other sentences and other seeds; None for one seed.
    """

    mean: float
    sentences: tuple[float, float]
    seeds: tuple[float, float] | None
    both: tuple[float, float] | None


def sentence_counts(
    translations: Sequence[str], references: Sequence[str], tokenizer: str, lowercase: bool = False
) -> np.ndarray:
    """What BLEU counts in each sentence, (sentences, 10): right n-grams by n, n-grams by n, and both lengths."""
    from sacrebleu.metrics import BLEU

    metric = BLEU(lowercase=lowercase, tokenize=tokenizer, effective_order=True)
    found = (metric.sentence_score(one, [other]) for one, other in zip(translations, references, strict=True))
    return np.array([[*one.counts, *one.totals, one.sys_len, one.ref_len] for one in found], np.int64)


def bleu(counts: np.ndarray) -> float:
    """The BLEU of a corpus from what is counted in it, (10), smoothed as sacrebleu does by default."""
    from sacrebleu.metrics import BLEU

    right, total, (own, reference) = np.split(counts, [ORDERS, 2 * ORDERS])
    found = BLEU.compute_bleu(right.tolist(), total.tolist(), int(own), int(reference), smooth_method="exp")
    return float(found.score)


def resampled(counts: np.ndarray, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """BLEU on sentences that are drawn with replacement, (draws); with the same seed the same sentences are drawn.

    Source: Koehn, "Statistical significance tests for machine translation evaluation", 2004.

    Args:
        counts: from `sentence_counts`.
        draws: how many times as many sentences as there are are drawn.
        seed: of the draws.
    """
    sentences = len(counts)
    random = np.random.default_rng(seed)
    times = random.multinomial(sentences, np.full(sentences, 1 / sentences), size=draws)
    return np.array([bleu(one) for one in times @ counts])


def interval(values: np.ndarray) -> tuple[float, float]:
    """The range of 95 % of the values, without as many on either side.

    >>> [round(end, 6) for end in interval(np.arange(1001.0))]
    [25.0, 975.0]
    """
    low, high = np.quantile(values, [(1 - COVERED) / 2, (1 + COVERED) / 2])
    return float(low), float(high)


def spread(counts: Sequence[np.ndarray], others: Sequence[np.ndarray] | None = None) -> Spread:
    """BLEU over several seeds, or the difference to another kind of translator, on the same sentences.

    The interval over seeds is Student's. The one over both adds the variance of the mean over the seeds to that over
    the resampled sentences, with Satterthwaite's degrees of freedom. A difference is paired by sentence, and by seed.

    Args:
        counts: `sentence_counts` of each seed.
        others: those of the other kind, which are subtracted, of the same seeds in their order.
    """
    if others is not None and len(others) != len(counts):
        raise ValueError(f"{len(counts)} and {len(others)} seeds are given; expected the same seeds of both kinds")

    def over(one: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        return np.array([bleu(c.sum(axis=0)) for c in one]), np.mean([resampled(c) for c in one], axis=0)

    scores, draws = over(counts)
    if others is not None:
        less, fewer = over(others)
        scores, draws = scores - less, draws - fewer
    mean, number = float(scores.mean()), len(scores)
    if number == 1:
        return Spread(mean, interval(draws), None, None)
    of_seeds, of_sentences = float(scores.var(ddof=1)) / number, float(draws.var(ddof=1))
    together = of_seeds + of_sentences
    freedom = together**2 / (of_seeds**2 / (number - 1)) if of_seeds else np.inf
    return Spread(mean, interval(draws), _around(mean, of_seeds, number - 1), _around(mean, together, freedom))


def _around(mean: float, variance: float, freedom: float) -> tuple[float, float]:
    from scipy import stats

    half = float(stats.t.ppf((1 + COVERED) / 2, min(freedom, 1e9)) * np.sqrt(variance))
    return mean - half, mean + half
