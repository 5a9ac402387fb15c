"""How much of the held-out text is in the training text, word for word."""

import numpy as np

from waza.data.text.parts import Corpus

LENGTH = 50  # characters of a piece: longer than phrases that recur by chance
MOST, FEWEST, READ = 200, 20, 2_000_000_000  # pieces that are looked for, and characters read for it
VARIED = 8  # different characters: a ruled line or a table of zeros is no repeat


def repeated_share(corpus: Corpus) -> float:
    """The share of pieces of the validation and test text that are in the training text.

    Up to 200 pieces of 50 characters, at even distances, are looked for.

    >>> story = "".join(f"line {i} of a story that goes on and on\\n" for i in range(100))
    >>> repeated_share(Corpus("twice", story, "", story)), repeated_share(Corpus("once", story, "", story[::-1]))
    (1.0, 0.0)
    """
    held = f"{corpus.validation}{corpus.test}"
    count = min(MOST, max(FEWEST, READ // max(1, len(corpus.train))))
    starts = np.unique(np.linspace(0, max(0, len(held) - LENGTH), count).astype(int))
    pieces = [piece for at in starts if len(set(piece := held[at : at + LENGTH])) >= VARIED]
    return float(np.mean([piece in corpus.train for piece in pieces])) if pieces else 0.0
