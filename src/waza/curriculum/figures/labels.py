"""The labels of these figures, in the files beside this one, and the short names of variants."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.core.language import texts


def own_labels(language: str) -> dict[str, Any]:
    """The labels in a language.

    >>> own_labels("en")["gap"]
    'test loss less training loss'
    """
    return texts(Path(__file__).parent / "labels", language)


def without_common(names: Sequence[str]) -> list[str]:
    """The names without the parts that all of them have, where something is left of each.

    >>> without_common(["SGD 0.1, tilt 1, noise", "momentum 0.1, tilt 1, noise"]), without_common(["SGD 0.1、傾き 1"])
    (['SGD 0.1', 'momentum 0.1'], ['SGD 0.1、傾き 1'])
    """
    split = [re.split("(?:, |、)", name) for name in names]
    own = [[part for part in parts if not all(part in other for other in split)] for parts in split]
    joiner = "、" if any("、" in name for name in names) else ", "
    return [joiner.join(parts) for parts in own] if all(own) else list(names)
