"""A model that a learner of the user's own has trained, and that cannot be made again without her code."""

import dataclasses
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.kinds.model import Model
from waza.learners import Learner, Supervised
from waza.study.kept import kept_shapes


@dataclasses.dataclass(frozen=True, repr=False)
class OwnModel(Model):
    """What a learner keeps of its training (`Learner.kept`).

    It predicts where the learner has a network whose outputs are known to be classes or numbers; then it has a
    preparation. Its folder holds arrays and a description of the learner, and no code: `waza.load` needs the learner.

    Args:
        learner: what was trained.
    """

    learner: Learner | None = None

    @property
    def _name(self) -> str:
        return type(self.learner).__name__

    def _outputs_of(self, x: Any) -> np.ndarray:
        if self.preparation is None:
            raise Error(f"{self._name} does not say how its outputs are predictions: use model.variables")
        return super()._outputs_of(x)

    def check(self) -> None:
        """Apply the network to one row, if the model predicts."""
        if self.preparation is not None:
            super().check()


def keeps_network(learner: Any) -> bool:
    """Whether what a learner keeps are the variables of its network, `learner.model`."""
    return isinstance(learner, Supervised) and type(learner).kept is Supervised.kept


def kept_shapes_of(learner: Any, data: Any) -> PyTree[Any]:
    """The shapes of what a learner keeps; the data may be None where the learner keeps its network's variables."""
    if keeps_network(learner):
        return jax.eval_shape(learner.model.init, jax.random.key(0))
    return kept_shapes(learner, data)
