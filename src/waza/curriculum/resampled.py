"""Splits that each seed draws anew from all rows of a data set, for verdicts about a technique and not about rows."""

from typing import Any

from waza.core.errors import Error
from waza.data import Dataset, Split
from waza.data.redrawn import pool_of


def per_seed(dataset: Dataset, train: int, test: int, validation: int = 0) -> dict[str, Any]:
    """The arguments `data`, `splits` and `pool` of a study whose seeds draw this many rows of each kind.

    Raises:
        Error: the data set has too few rows.

    >>> from waza import data
    >>> given = per_seed(data.digits(), train=300, test=1000)
    >>> len(given["data"].train.y), len(given["data"].test.y), len(given["pool"].y)
    (300, 1000, 5000)
    """
    pool = pool_of(dataset)
    rows = train + test + validation
    if len(pool.y) < rows:
        raise Error(
            f"{dataset.name} has {len(pool.y)} rows and the study draws {rows} a seed: choose a larger data set"
        )

    def split(first: int, count: int) -> Split:
        return Split(*(part[first : first + count] for part in pool))

    data = dataset._replace(
        train=split(0, train),
        test=split(train, test),
        validation=split(train + test, validation) if validation else None,
    )
    return {"data": data, "splits": "per seed", "pool": pool}
