"""Any optimiser of optax, kept as a recipe."""

from collections.abc import Callable
from typing import Any

from jaxtyping import PyTree

from waza.optim.optimizer import Optimizer


class FromOptax(Optimizer):
    """An optax factory and its settings; the transformation is built where it is used, inside the trace.

    (`optax.sgd(0.1)` itself has no numeric leaves: every rate would be another program.)

    Args:
        factory: such as `optax.adamw`.
        settings: its numbers by name, such as `{"learning_rate": 1e-3, "weight_decay": 1e-2}`; floats can vary.
    """

    factory: Callable
    settings: dict[str, Any]

    def init(self, parameters: PyTree) -> Any:
        """The transformation's own state."""
        return self.factory(**self.settings).init(parameters)

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """The transformation's own update."""
        return self.factory(**self.settings).update(gradients, state, parameters)
