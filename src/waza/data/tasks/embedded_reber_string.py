"""Random strings of the embedded Reber grammar."""

import numpy as np

SYMBOLS = ("B", "T", "X", "S", "P", "V", "E")

# For each state of the Reber grammar, the possible symbols and the next states, with equal probabilities.
STATES = (
    (("T", 1), ("P", 2)),
    (("S", 1), ("X", 3)),
    (("T", 2), ("V", 4)),
    (("X", 2), ("S", 5)),
    (("P", 3), ("V", 5)),
)
LAST = len(STATES)


# The type is quoted, so that importing this does not load numpy.random.
def embedded_reber_string(rng: "np.random.RandomState") -> str:
    """One string of the embedded Reber grammar, drawn with `rng`: B c B ... E c E, c either T or P.

    The inner B ... E is a string of the Reber grammar. If two symbols can follow, they are equally likely. A string has
    9 symbols or more, and 12 on average.

    Sources: Reber 1967; Cleeremans, Servan-Schreiber and McClelland 1989; Hochreiter and Schmidhuber 1997,
    Long short-term memory, experiment 1.

    >>> embedded_reber_string(np.random.RandomState(0))
    'BTBPVPSETE'
    """
    remembered = "TP"[rng.randint(2)]
    inner, state = "", 0
    while state != LAST:
        symbol, state = STATES[state][rng.randint(2)]
        inner += symbol
    return f"B{remembered}B{inner}E{remembered}E"
