"""The table that answers a comparison: a row a technique, which stands before everything else."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class OutcomeRow:
    """A technique with its effect, as texts.

    Args:
        name: of the technique.
        effect: the mean difference.
        interval: of the difference.
        word: what it means, such as "helps".
        verdict: whose colour the word has; "" for none.
    """

    name: str
    effect: str
    interval: str
    word: str
    verdict: str


@dataclasses.dataclass(frozen=True)
class OutcomeTable:
    """The table, and what a reader must know of it.

    Args:
        heads: of the four columns.
        rows: from the most helpful technique to the most harmful one.
        remarks: a line each, below the table: which rows are compared, which model was kept and why.
        tests_title, tests: the rule and the tests of each technique, a line each, for readers who want them.
        details: the heading of what stands below.
        footnotes: a line each, below the table of all variants.
        standing: what follows the table: where the networks stand, and on how many rows the answer rests.
        notes: on the data, a line each.
    """

    heads: tuple[str, str, str, str]
    rows: tuple[OutcomeRow, ...]
    remarks: tuple[str, ...] = ()
    tests_title: str = ""
    tests: tuple[str, ...] = ()
    details: str = ""
    footnotes: tuple[str, ...] = ()
    standing: str = ""
    notes: tuple[str, ...] = ()
