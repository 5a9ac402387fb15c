"""The variety of replies: different replies, distinct-n and self-BLEU, of tokens of any kind."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from waza.core.errors import Error

Tokens = Sequence[Hashable] | np.ndarray


class Variety(NamedTuple):
    """How varied some replies to the same turns are, or the mean of that over several dialogues.

    Attributes:
        different: how many of the replies differ from each other.
        distinct_1, distinct_2: the share of different tokens, and of different pairs, among those of all replies.
        self_bleu: the mean BLEU-2 of a reply with the others as references; replies are short.
        length: tokens of a reply.
    """

    different: float
    distinct_1: float
    distinct_2: float
    self_bleu: float
    length: float


def variety(replies: Sequence[Tokens]) -> Variety:
    """The variety of the replies to one dialogue.

    >>> variety(["a b".split(), "a b".split(), ["c"]])
    Variety(different=2.0, distinct_1=0.6, distinct_2=0.5, self_bleu=0.6666666666666666, length=1.6666666666666667)
    """
    length = sum(map(len, replies)) / len(replies)
    return Variety(float(different(replies)), distinct(replies, 1), distinct(replies, 2), self_bleu(replies, 2), length)


def mean_variety(several: Sequence[Variety]) -> Variety:
    """The mean over dialogues; of a value that some do not have, over the others.

    >>> mean_variety([variety([["a"], []]), variety([[], []])]).distinct_1
    1.0
    """
    values = np.array(several, np.float64)
    known = np.isfinite(values)
    sums, counts = np.where(known, values, 0).sum(axis=0), known.sum(axis=0)
    return Variety(*np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).tolist())


def different(replies: Sequence[Tokens]) -> int:
    """The number of replies that differ from each other.

    >>> different(["yes", "no", "yes"])
    2
    """
    return len({tuple(reply) for reply in replies})


def distinct(replies: Sequence[Tokens], order: int) -> float:
    """distinct-n: the share of different n-grams among the n-grams of all replies; NaN without any.

    Li et al. divide by the number of tokens; here it is the number of n-grams, so that replies that repeat nothing
    have the value 1 for any n.

    Source: Li, Galley, Brockett, Gao and Dolan, "A diversity-promoting objective function for neural conversation
    models", 2016.

    Args:
        replies: the tokens of each reply.
        order: n, at least 1.

    Raises:
        Error: n is below 1.

    >>> replies = ["I do not know".split(), "I do not".split()]
    >>> round(distinct(replies, 1), 3), distinct(replies, 2)
    (0.571, 0.6)
    """
    _check(order)
    counts = sum((ngrams(reply, order) for reply in replies), Counter[tuple[Hashable, ...]]())
    return len(counts) / counts.total() if counts else math.nan


def self_bleu(replies: Sequence[Tokens], order: int = 4) -> float:
    """The mean BLEU of each reply with all others as its references: 1 where all are equal; NaN for fewer than two.

    Source: Zhu, Lu, Zheng, Guo, Zhang, Wang and Yu, "Texygen: a benchmarking platform for text generation models",
    2018.

    Args:
        replies: the tokens of each reply.
        order: the longest n-grams that BLEU counts, at least 1.

    Raises:
        Error: the order is below 1.

    >>> same, other = "I do not know".split(), "see you".split()
    >>> self_bleu([same, same]), self_bleu([same, other])
    (1.0, 0.0)
    """
    _check(order)
    if len(replies) < 2:
        return math.nan
    others = ([*replies[:i], *replies[i + 1 :]] for i in range(len(replies)))
    return sum(bleu(one, rest, order) for one, rest in zip(replies, others, strict=True)) / len(replies)


def bleu(hypothesis: Tokens, references: Sequence[Tokens], order: int = 4) -> float:
    r"""BLEU of one sentence, from 0 to 1.

    $$\min\left(1, e^{1 - r/c}\right) \left( \prod_{n=1}^N p_n \right)^{1/N}$$

    $p_n$ is the share of the hypothesis' n-grams that a reference has, each counted at most as often as in the
    reference that has it most; c is the hypothesis' length, and r the length of a reference that is nearest to it,
    the shorter one of two. N is the order, or the length of a shorter hypothesis. The k-th of the $p_n$ that are zero
    counts as $1 / (2^k m_n)$ for $m_n$ n-grams; without any common token the value is 0. These are sacrebleu's
    effective order and exponential smoothing.

    Sources: Papineni, Roukos, Ward and Zhu, "BLEU", 2002; Post, "A call for clarity in reporting BLEU scores", 2018.

    Args:
        hypothesis: its tokens.
        references: the tokens of each reference, at least one.
        order: N.

    Raises:
        Error: the order is below 1, or there is no reference.

    >>> round(bleu("a b c".split(), ["a b d".split()]), 4)  # p = 2/3, 1/2 and 1/2
    0.5503
    """
    _check(order)
    if not references:
        raise Error("bleu(references=[]); expected at least one reference")
    length, matched = len(hypothesis), 0
    logarithms: list[tuple[int, float]] = []
    for n in range(1, min(order, length) + 1):
        own = ngrams(hypothesis, n)
        most: Counter[tuple[Hashable, ...]] = Counter()
        for reference in references:
            most |= ngrams(reference, n)
        common = (own & most).total()
        matched += common
        smoothed = 2.0 ** -(1 + sum(found == 0 for found, _ in logarithms))
        logarithms.append((common, math.log((common or smoothed) / own.total())))
    if not matched:
        return 0.0
    nearest = min((len(reference) for reference in references), key=lambda other: (abs(other - length), other))
    shorter = min(0.0, 1 - nearest / length)
    return math.exp(shorter + sum(value for _, value in logarithms) / len(logarithms))


def ngrams(tokens: Tokens, order: int) -> Counter[tuple[Hashable, ...]]:
    """How often each sequence of n tokens occurs.

    >>> ngrams("abab", 2)
    Counter({('a', 'b'): 2, ('b', 'a'): 1})
    """
    return Counter(zip(*(tokens[i:] for i in range(order)), strict=False))


def _check(order: int) -> None:
    if order < 1:
        raise Error(f"order={order} given; expected a number of tokens of at least 1")
