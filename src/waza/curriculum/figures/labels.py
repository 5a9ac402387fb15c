"""The labels of these figures, in the files beside this one."""

from pathlib import Path
from typing import Any

from waza.core.language import texts


def own_labels(language: str) -> dict[str, Any]:
    """The labels in a language.

    >>> own_labels("en")["gap"]
    'test loss less training loss'
    """
    return texts(Path(__file__).parent / "labels", language)
