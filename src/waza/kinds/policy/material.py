"""An environment as what a policy is trained in."""

import dataclasses
from typing import Any

from waza.engine.describe import describe, fingerprint
from waza.kinds.material import Subject


@dataclasses.dataclass(frozen=True)
class PolicyMaterial(Subject):
    """An environment, of a `PolicyPreparation`; there are no data, since the learner makes its own."""

    dataset: None = None
    preparation: Any = None

    @property
    def name(self) -> str:
        """Of the environment."""
        name: str = self.preparation.name
        return name

    def digest(self) -> str:
        """Of the environment with its numbers."""
        return fingerprint(describe(self.preparation.environment))[:16]
