"""Material: the data of a training, with the preparation that `waza use` repeats."""

import dataclasses
from typing import Any

from waza.data import Dataset, Note


@dataclasses.dataclass(frozen=True)
class Material:
    """Data with a validation split, their preparation, and notes on what was decided about them."""

    dataset: Dataset
    preparation: Any
    notes: tuple[Note, ...] = ()
