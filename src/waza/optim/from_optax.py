"""Any optimiser of optax as a recipe."""

from collections.abc import Callable
from typing import Any

from jaxtyping import PyTree

from waza.core.recipe import Schedule
from waza.optim.optimizer import Optimizer


class FromOptax(Optimizer):
    """An optax factory and its settings; the transformation is built where it is used, inside the trace.

    (`optax.sgd(0.1)` itself has no numeric leaves: every rate would be another program.)

    Args:
        factory: such as `optax.adamw`, or a function of your own that returns an `optax.chain`.
        settings: its numbers by name, such as `{"learning_rate": 1e-3, "weight_decay": 1e-2}`. Floats can vary, and
            a schedule of waza's may stand for one.

    >>> import jax, optax
    >>> optimizer, w = FromOptax(optax.sgd, {"learning_rate": 0.5}), jax.numpy.array(2.0)
    >>> optimizer.update(w, optimizer.init(w), w)[0].item()
    -1.0
    """

    factory: Callable
    settings: dict[str, Any]

    @property
    def learning_rate(self) -> Any:
        """The setting "learning_rate"; None where there is none, or where it is a schedule of optax's."""
        rate = self.settings.get("learning_rate")
        return None if callable(rate) and not isinstance(rate, Schedule) else rate

    def init(self, parameters: PyTree) -> Any:
        """The transformation's own state."""
        return self.factory(**self.settings).init(parameters)

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """The transformation's own update."""
        return self.factory(**self.settings).update(gradients, state, parameters)
