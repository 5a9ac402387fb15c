"""waza: deep-learning techniques, put to the test.

Public names are found when they are first used, so that `import waza` loads neither JAX nor anything heavy.
"""

import importlib
from typing import Any

_ROOMS = (
    "comparison",
    "core",
    "curriculum",
    "data",
    "engine",
    "kinds",
    "learners",
    "models",
    "nn",
    "optim",
    "report",
    "study",
    "testing",
)
_NAMES = {
    "Claim": "study",
    "Error": "core.errors",
    "Interrupted": "study",
    "Learner": "learners",
    "Mean": "learners",
    "Measure": "learners",
    "Part": "study",
    "Source": "learners",
    "Stream": "learners",
    "Study": "study",
    "Supervised": "learners",
    "TruncatedBPTT": "learners",
    "Tuning": "study",
    "Watch": "study",
    "final": "study",
    "run": "study",
    "vary": "core.vary",
}

__all__ = [*_NAMES, *(room for room in _ROOMS if room != "study")]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"waza.{_NAMES[name]}"), name)
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("waza")
    if name in _ROOMS:
        return importlib.import_module(f"waza.{name}")
    raise AttributeError(f"module 'waza' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
