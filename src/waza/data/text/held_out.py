"""Which texts are held out from training: it follows from the texts themselves, not from their order."""

import hashlib
from collections.abc import Iterable

import numpy as np

SHARE, MOST, FEWEST = 0.05, 1_000, 10  # of a part that is held out: its share of the texts, and its texts


def text_hashes(texts: Iterable[str], seed: int = 0) -> np.ndarray:
    """A number for each text, (n,) uint64, equal for equal texts and otherwise as if drawn at random."""
    key = str(seed).encode()
    hashes = (hashlib.blake2b(one.encode("utf-8", "surrogatepass"), digest_size=8, key=key) for one in texts)
    return np.frombuffer(b"".join(one.digest() for one in hashes), "<u8")


def held_out(hashes: np.ndarray, parts: int) -> np.ndarray:
    """The part of each text, (n,): 0 for training, 1 ... `parts` for what is held out, equal for equal hashes.

    A text that makes up more than half of a part is not held out.

    >>> held_out(np.arange(40)[::-1] // 2, 1).nonzero()[0].tolist()
    [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]
    """
    if len(hashes) < (parts + 1) * FEWEST:
        return np.zeros(len(hashes), int)
    size = max(FEWEST, min(MOST, round(SHARE * len(hashes))))
    _, text, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    rare = np.where(counts <= size // 2, counts, 0)
    before = np.cumsum(rare) - rare  # texts with lower hashes
    part_of = np.where((rare > 0) & (before < parts * size), 1 + before // size, 0)
    return part_of[text]
