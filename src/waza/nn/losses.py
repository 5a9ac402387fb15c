"""Loss functions and per-row metrics."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from waza.core.errors import Error
from waza.core.measure import Mean, Measure
from waza.core.recipe import Recipe, later, like

LOSS = Measure("loss", "lower", bounds=(0.0, math.inf))
ACCURACY = Measure("accuracy", "higher", bounds=(0.0, 1.0))


class Loss(Recipe):
    """Measures of outputs against targets, one value per row; training minimises the measure "loss".

    Outputs and targets may be any trees of arrays. A value may be a `Mean` with one total and one weight per row; then
    the mean over rows is the sum of the totals over the sum of the weights.
    """

    def measures(self) -> tuple[Measure, ...]:
        """The declared measures, the main one first."""
        return (LOSS,)

    def __call__(self, outputs: Any, targets: Any, weights: Array | None = None) -> dict[str, Any]:
        """The measures of each row by name, including "loss".

        Args:
            outputs: the outputs of the model.
            targets: the expected outputs.
            weights: the weights of a row's targets, (batch, ...), such as 0 where a sequence is padded; the measures
                are then Means. A subclass may leave this argument out if its rows have one target each.
        """
        raise NotImplementedError(f"{type(self).__name__} has no measures")

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The measures of the best constant prediction on these targets."""
        raise NotImplementedError(f"{type(self).__name__} has no chance level")


class CrossEntropy(Loss):
    r"""Classification: "loss" is $-\log \text{softmax}(z)_t$ in nats, "accuracy" whether the largest logit is right.

    For a row with several targets, such as a sequence, both are means over the targets.

    >>> measures = CrossEntropy()(jnp.array([[0.0, 0.0]]), jnp.array([1]))
    >>> round(float(measures["loss"][0]), 4)
    0.6931
    """

    def measures(self) -> tuple[Measure, ...]:
        """The accuracy and the loss."""
        return ACCURACY, Measure("loss", "lower", "nats", (0.0, math.inf))

    def __call__(
        self,
        outputs: Float[Array, "batch ... classes"],
        targets: Int[Array, "batch ..."],
        weights: Float[Array, "batch ..."] | None = None,
    ) -> dict[str, Any]:
        """The loss and the accuracy of each row; the loss is NaN if a target is not a class of the outputs."""
        classes = outputs.shape[-1]
        right = targets[..., None] == jnp.arange(classes, dtype=targets.dtype)  # faster than gather and scatter
        # -log softmax without a further array of the outputs' size, which took 20 % longer for 33,278 words.
        largest = jax.lax.stop_gradient(jnp.max(outputs, axis=-1))
        total = jnp.sum(jnp.exp(outputs - largest[..., None]), axis=-1)
        loss = jnp.log(total) - (jnp.sum(outputs, axis=-1, where=right) - largest)
        loss = jnp.where((targets >= 0) & (targets < classes), loss, jnp.nan)
        accuracy = (jnp.argmax(outputs, axis=-1) == targets).astype(outputs.dtype)
        return {"loss": _over_row(loss, weights), "accuracy": _over_row(accuracy, weights)}

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The entropy of the class shares, and the share of the most frequent class."""
        shares = np.bincount(np.ravel(targets)) / np.size(targets)
        present = shares[shares > 0]
        return {"loss": float(-present @ np.log(present)), "accuracy": float(shares.max())}


class SmoothedCrossEntropy(CrossEntropy):
    r"""The cross entropy for targets that are spread over all K classes: $1 - \epsilon$ on t, $\epsilon / K$ on each.

    $$\text{loss} = -(1 - \epsilon) \log p_t - \frac{\epsilon}{K} \sum_k \log p_k, \quad p = \text{softmax}(z)$$

    It is lowest where the model gives t the probability $1 - \epsilon + \epsilon / K$, not 1.

    Sources: Szegedy et al., "Rethinking the inception architecture for computer vision", 2016; in translation: Vaswani
    et al., "Attention is all you need", 2017.

    Args:
        smoothing: epsilon, in [0, 1).

    >>> measures = SmoothedCrossEntropy(0.5)(jnp.array([[2.0, 0.0]]), jnp.array([0]))
    >>> round(float(measures["loss"][0]), 4), round(float(-0.75 * jnp.log(0.8808) - 0.25 * jnp.log(0.1192)), 4)
    (0.6269, 0.6269)
    """

    smoothing: float = 0.1

    def __check_init__(self):
        if isinstance(self.smoothing, float) and not 0 <= self.smoothing < 1:
            raise Error(f"SmoothedCrossEntropy(smoothing={self.smoothing:g}); expected a share in [0, 1), such as 0.1")

    def __call__(
        self,
        outputs: Float[Array, "batch ... classes"],
        targets: Int[Array, "batch ..."],
        weights: Float[Array, "batch ..."] | None = None,
    ) -> dict[str, Any]:
        """The smoothed loss and the accuracy of each row; the loss is NaN if a target is not a class of the outputs."""
        measures = super().__call__(outputs, targets, weights)
        right = targets[..., None] == jnp.arange(outputs.shape[-1], dtype=targets.dtype)
        spread = jnp.sum(outputs, axis=-1, where=right) - jnp.mean(outputs, axis=-1)
        more = _over_row(like(self.smoothing, outputs) * spread, weights)
        loss = measures["loss"]
        total = Mean(loss.total + more.total, loss.weight) if isinstance(loss, Mean) else loss + more
        return measures | {"loss": total}


class SquaredError(Loss):
    r"""Regression: "loss" is $(z - t)^2$ for the one output z; for standardised targets, a share of their variance.

    For a row with several targets, such as a sequence, it is the mean over the targets.

    Args:
        within: errors below this count as correct, and their share is the measure "accuracy"; None omits this measure.

    >>> SquaredError()(jnp.array([[1.0], [3.0]]), jnp.array([1.0, 1.0]))["loss"].tolist()
    [0.0, 4.0]
    """

    within: float | None = later(None)

    def measures(self) -> tuple[Measure, ...]:
        """The loss, and the accuracy where errors may count as right."""
        return (LOSS,) if self.within is None else (ACCURACY, LOSS)

    def __call__(
        self,
        outputs: Float[Array, "batch ... 1"],
        targets: Float[Array, "batch ..."],
        weights: Float[Array, "batch ..."] | None = None,
    ) -> dict[str, Any]:
        """The squared error of each row."""
        error = outputs[..., 0] - targets
        measures = {"loss": _over_row(error**2, weights)}
        if self.within is not None:
            measures["accuracy"] = _over_row((jnp.abs(error) < self.within).astype(outputs.dtype), weights)
        return measures

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The variance: the error of the mean."""
        levels = {"loss": float(np.var(targets))}
        if self.within is not None:
            levels["accuracy"] = float(np.mean(np.abs(targets - np.mean(targets)) < self.within))
        return levels


class BitwiseSquaredError(Loss):
    r"""Numbers as bits over time: "loss" is $\frac12 \sum_t (y_t - d_t)^2$, "accuracy" whether all bits are right.

    An output above 0.5 is read as bit 1. This is rounding to the nearest number, and of 0.5 to the even one.

    >>> measures = BitwiseSquaredError()(jnp.array([[[0.9], [0.4]]]), jnp.array([[1.0, 1.0]]))
    >>> round(float(measures["loss"][0]), 3), float(measures["accuracy"][0])
    (0.185, 0.0)
    """

    def measures(self) -> tuple[Measure, ...]:
        """The accuracy and the loss."""
        return ACCURACY, LOSS

    def __call__(
        self,
        outputs: Float[Array, "batch time 1"],
        targets: Float[Array, "batch time"],
        weights: Float[Array, "batch time"] | None = None,
    ) -> dict[str, Any]:
        """The loss of each row, and whether all its bits are right."""
        bits = outputs[..., 0]
        right, error = (bits > 0.5) == (targets > 0.5), (bits - targets) ** 2
        if weights is not None:
            right, error = right | (weights == 0), jnp.where(weights == 0, 0, error * weights)
        return {"loss": jnp.sum(error, axis=1) / 2, "accuracy": jnp.all(right, axis=1).astype(outputs.dtype)}

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The error of each bit's mean, and the share of the number that consists of the most frequent bits."""
        means = np.mean(targets, axis=0)
        most = np.all((targets > 0.5) == (means > 0.5), axis=1)
        return {"loss": float(np.sum(np.var(targets, axis=0)) / 2), "accuracy": float(np.mean(most))}


def _over_row(values: Float[Array, "batch ..."], weights: Float[Array, "batch ..."] | None) -> Any:
    """The mean of each row, a Mean where there are weights."""
    rest = tuple(range(1, values.ndim))
    if weights is None:
        return jnp.mean(values, axis=rest) if rest else values
    weights = jnp.broadcast_to(weights, values.shape).astype(values.dtype)
    values = jnp.where(weights == 0, 0, values)  # what is not counted may be anything, NaN too
    return Mean(jnp.sum(values * weights, axis=rest), jnp.sum(weights, axis=rest))
