"""What a supervised model is trained to make small, and what is measured beside it."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from waza.core.recipe import Recipe


class Loss(Recipe):
    """Measures of outputs against targets, one value a row; the measure "loss" is what training makes small."""

    def __call__(self, outputs: Array, targets: Array) -> dict[str, Float[Array, " batch"]]:
        """The measures by name, "loss" among them."""
        raise NotImplementedError(f"{type(self).__name__} has no measures")

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The measures that the best constant answer reaches on these targets."""
        raise NotImplementedError(f"{type(self).__name__} has no chance level")


class CrossEntropy(Loss):
    r"""Classification: "loss" is $-\log \text{softmax}(z)_t$ in nats, "accuracy" whether the largest logit is right.

    >>> measures = CrossEntropy()(jnp.array([[0.0, 0.0]]), jnp.array([1]))
    >>> round(float(measures["loss"][0]), 4)
    0.6931
    """

    def __call__(
        self, outputs: Float[Array, "batch classes"], targets: Int[Array, " batch"]
    ) -> dict[str, Float[Array, " batch"]]:
        """The loss and the accuracy of each row; the loss is NaN where the target is no class of the outputs."""
        right = targets[:, None] == jnp.arange(outputs.shape[1], dtype=targets.dtype)  # faster than gather and scatter
        loss = -jnp.sum(jax.nn.log_softmax(outputs), axis=1, where=right)
        loss = jnp.where((targets >= 0) & (targets < outputs.shape[1]), loss, jnp.nan)
        return {"loss": loss, "accuracy": (jnp.argmax(outputs, axis=1) == targets).astype(outputs.dtype)}

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The entropy of the class shares, and the share of the most frequent class."""
        shares = np.bincount(targets) / len(targets)
        present = shares[shares > 0]
        return {"loss": float(-present @ np.log(present)), "accuracy": float(shares.max())}


class SquaredError(Loss):
    r"""Regression: "loss" is $(z - t)^2$ for the one output z; on standardised targets, a share of their variance.

    >>> SquaredError()(jnp.array([[1.0], [3.0]]), jnp.array([1.0, 1.0]))["loss"].tolist()
    [0.0, 4.0]
    """

    def __call__(
        self, outputs: Float[Array, "batch 1"], targets: Float[Array, " batch"]
    ) -> dict[str, Float[Array, " batch"]]:
        """The squared error of each row."""
        return {"loss": (outputs[:, 0] - targets) ** 2}

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The variance: the error of the mean."""
        return {"loss": float(np.var(targets))}
