"""Probes: what happens inside a model, layer by layer.

| measure | per layer |
|---|---|
| activation_mean, activation_std, activation_square | moments of the activations over rows and units |
| saturated | share of activations whose derivative is below 5 % of its largest value (`waza.nn.saturated`) |
| dead | share of units (last axis: a convolution's channels) saturated on every row, at every position or time |
| signal_gradient_square | second moment of d(loss of a row) / d(preactivation), over rows and units |
| gradient_norm | Euclidean norm of the loss's gradient with respect to the layer's parameters |
| update_ratio | norm of the optimiser's update over the norm of the layer's parameters |
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.measure import Measure
from waza.core.variables import join, trained
from waza.learners.rows import mean_of_rows, measure_rows, row_count, value_of, weights_of
from waza.nn import Layer, Loss, Pass
from waza.optim import Optimizer

ByLayer = dict[str, Float[Array, ""]]

MEASURES = (
    Measure("activation_mean"),
    Measure("activation_std", bounds=(0.0, math.inf)),
    Measure("activation_square", bounds=(0.0, math.inf)),
    Measure("saturated", bounds=(0.0, 1.0)),
    Measure("dead", bounds=(0.0, 1.0)),
    Measure("signal_gradient_square", bounds=(0.0, math.inf)),
    Measure("gradient_norm", bounds=(0.0, math.inf)),
    Measure("update_ratio", bounds=(0.0, math.inf)),
)


def activation_measures(model: Layer, variables: PyTree[Array], x: Array) -> dict[str, ByLayer]:
    """Moments, saturation and dead units of whatever the model records, as it is used (not as in training)."""
    run = Pass()
    model.apply(variables, x, run)
    activations = _recorded(run, "activation")
    saturations = _recorded(run, "saturated")
    return {
        "activation_mean": {layer: jnp.mean(value) for layer, value in activations.items()},
        "activation_std": {layer: jnp.std(value) for layer, value in activations.items()},
        "activation_square": {layer: jnp.mean(value**2) for layer, value in activations.items()},
        "saturated": {layer: jnp.mean(value) for layer, value in saturations.items()},
        "dead": {layer: jnp.mean(jnp.all(value, tuple(range(value.ndim - 1)))) for layer, value in saturations.items()},
    }


def gradient_measures(
    model: Layer,
    loss: Loss,
    optimizer: Optimizer,
    state: Any,
    batch: Any,
    key: PRNGKeyArray,
) -> dict[str, ByLayer]:
    """Norms of the gradient and of the next update, taken on one fixed batch as in a training step."""

    def objective(parameters: PyTree[Array], shifts: dict[str, Array]) -> Float[Array, ""]:
        run = Pass(training=True, key=key, shifts=shifts)
        outputs = model.apply(join(parameters, state.variables), batch.x, run)
        return value_of(mean_of_rows(measure_rows(loss, outputs, batch.y, weights_of(batch))["loss"]))

    def preactivations(parameters: PyTree[Array]) -> dict[str, Array]:
        run = Pass(training=True, key=key)
        model.apply(join(parameters, state.variables), batch.x, run)
        return {name: value for name, value in run.records.items() if name.endswith(".preactivation")}

    parameters = trained(state.variables)
    shapes = jax.eval_shape(preactivations, parameters)
    shifts = {name: jnp.zeros(shape.shape, shape.dtype) for name, shape in shapes.items()}
    gradients, signals = jax.grad(objective, argnums=(0, 1))(parameters, shifts)
    updates, _ = optimizer.update(gradients, state.optimizer, parameters)
    rows = row_count(batch)
    sizes = norms_by_layer(parameters)
    return {
        "signal_gradient_square": {
            name.removesuffix(".preactivation"): jnp.mean((rows * signal) ** 2) for name, signal in signals.items()
        },
        "gradient_norm": norms_by_layer(gradients),
        "update_ratio": {layer: norm / sizes[layer] for layer, norm in norms_by_layer(updates).items()},
    }


def _recorded(run: Pass, kind: str) -> dict[str, Array]:
    """What the pass recorded under this name, by layer."""
    return {name.removesuffix(f".{kind}"): value for name, value in run.records.items() if name.endswith(f".{kind}")}


def norms_by_layer(tree: PyTree[Any]) -> dict[str, Any]:
    """The Euclidean norm of all leaves of a layer, by layer; of JAX's arrays or of NumPy's."""
    squares: dict[str, Any] = {}
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        layer = layer_of(path)
        squares[layer] = squares.get(layer, 0.0) + (leaf**2).sum()
    return {layer: square**0.5 for layer, square in squares.items()}


def layer_of(path: tuple[Any, ...]) -> str:
    """The layer that a variable belongs to: its path up to the first index, or else its first name.

    >>> [path for path, _ in jax.tree_util.tree_leaves_with_path({"hidden": [{"weight": 1.0}]})][0]
    (DictKey(key='hidden'), SequenceKey(idx=0), DictKey(key='weight'))
    >>> layer_of(_)
    'hidden.0'
    """
    names: list[str] = []
    for entry in path:
        names.append(str(getattr(entry, "key", getattr(entry, "idx", getattr(entry, "name", entry)))))
        if hasattr(entry, "idx"):
            return ".".join(names)
    return names[0]
