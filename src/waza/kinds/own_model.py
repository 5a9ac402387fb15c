"""A model that a learner of the user's own has trained, and that cannot be made again without her code."""

import dataclasses
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.kinds.model import Model
from waza.learners import Learner


@dataclasses.dataclass(frozen=True)
class OwnModel(Model):
    """What a learner keeps of its training (`Learner.kept`).

    It predicts where the learner has a network whose outputs are known to be classes or numbers; then it has a
    preparation. Its folder holds arrays and a description of the learner, and no code: `waza.load` needs the learner.

    Args:
        learner: what was trained.
    """

    learner: Learner | None = None

    def _outputs_of(self, x: Any) -> np.ndarray:
        if self.preparation is None:
            kind = type(self.learner).__name__
            raise Error(f"{kind} does not say how its outputs are predictions: use model.variables")
        return super()._outputs_of(x)

    def check(self) -> None:
        """Apply the network to one row, if the model predicts."""
        if self.preparation is not None:
            super().check()


def kept_shapes(learner: Learner, data: Any) -> PyTree[Any]:
    """The shapes of what a learner keeps."""
    arrays, rest = eqx.partition(data, eqx.is_array)

    def kept(arrays: Any) -> Any:
        return learner.kept(learner.init(jax.random.key(0), eqx.combine(arrays, rest)))

    return jax.eval_shape(kept, arrays)
