"""Gradient descent on a net at multiples of 2 / lambda_max, with the net's own greatest curvature."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.variables import join, trained
from waza.data import Dataset, Split
from waza.learners import Measure, Measures, Supervised, as_inputs
from waza.learners.supervised import SupervisedState
from waza.nn import Pass
from waza.optim import Optimizer

ROWS, ITERATIONS = 500, 50


class MultipleOfLimit(Optimizer):
    r"""$w \leftarrow w - f \, (2/\lambda_\text{max}) \, g$ with the limit $2/\lambda_\text{max}$ as the state.

    >>> MultipleOfLimit(0.5).update(jnp.array(3.0), jnp.array(0.2), jnp.array(1.0))[0].item().__round__(4)
    -0.3
    """

    factor: float = 1.0

    def init(self, parameters: PyTree) -> Float[Array, ""]:
        """The limit: not known from the parameters alone."""
        return jnp.zeros(())

    def update(self, gradients: PyTree, state: Float[Array, ""], parameters: PyTree) -> tuple[PyTree, Any]:
        """The gradient times the factor and the limit."""
        return jax.tree.map(lambda g: -self.factor * state * g, gradients), state


class WholeBatch(Supervised):
    """Gradient descent on the first 500 training rows, all at each step.

    The optimiser's state is 2 / lambda_max: the greatest curvature of the loss at the initial values, by 50 power
    iterations. Measures: "train_loss" and "train_accuracy" on these rows, and "limit".
    """

    optimizer: Optimizer = MultipleOfLimit()

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """The loss and the accuracy on the training rows, and the limit."""
        judged = [measure for measure in super().measures(data) if measure.name in ("train_loss", "train_accuracy")]
        return *judged, Measure("limit")

    def init(self, key: Any, data: Dataset) -> SupervisedState:
        """Fresh variables, and the limit there."""
        state = super().init(key, data)
        return state._replace(optimizer=2 / self._greatest_curvature(state.variables, data))

    def batch(self, data: Dataset, key: Any, step: Any) -> Split:
        """The same rows at each step."""
        return Split(as_inputs(data.train.x[:ROWS]), jnp.asarray(data.train.y[:ROWS]))

    def evaluate(self, state: SupervisedState, data: Dataset, key: Any) -> Measures:
        """The measures on the training rows, and the limit."""
        means = self.mean_measures(state, Split(data.train.x[:ROWS], data.train.y[:ROWS]), key)
        return {f"train_{name}": value for name, value in means.items()} | {"limit": state.optimizer}

    def _greatest_curvature(self, variables: PyTree[Array], data: Dataset) -> Float[Array, ""]:
        x, y = self.batch(data, None, 0)
        parameters = trained(variables)

        def gradient(parameters: PyTree[Array]) -> PyTree[Array]:
            def loss(parameters: PyTree[Array]) -> Float[Array, ""]:
                outputs = self.model.apply(join(parameters, variables), x, Pass(training=True))
                return jnp.mean(self.loss(outputs, y)["loss"])

            return jax.grad(loss)(parameters)

        def iterate(_: Any, found: tuple[PyTree[Array], Float[Array, ""]]) -> tuple[PyTree[Array], Float[Array, ""]]:
            direction, _ = found
            curved = jax.jvp(gradient, (parameters,), (direction,))[1]
            size = jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(curved)))
            return jax.tree.map(lambda leaf: leaf / size, curved), size

        start = gradient(parameters)
        size = jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(start)))
        unit = jax.tree.map(lambda leaf: leaf / size, start)
        return jax.lax.fori_loop(0, ITERATIONS, iterate, (unit, jnp.zeros(())))[1]
