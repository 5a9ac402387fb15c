"""Scan of a cell over time; the gradients of the recurrent weights are computed outside the scan.

JAX differentiates a scan so that each step of the backward pass adds to the gradient of every recurrent weight: for 100
steps, 100 small products whose sum is read and written 100 times. Here a weight is a constant inside the scan. The
backward pass stores the gradient of each pre-activation, the forward pass stores the inputs of the weight, and one
product over all times and rows is the weight's gradient:

    dL/dW = sum over t of (dL/da_t)^T z_{t-1}

For each step the pre-activations and the state are stored; the rest is cheap and is recomputed. The gradients of the
pre-activations reuse the memory of the projected input. Both reduce the use of fresh memory: its first access takes
longer than the computation of the numbers. Steps are not unrolled: unrolled by 2 or by 4 they took as long or longer,
at hidden sizes from 32 to 256, and compiled more slowly.
"""

from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe, like
from waza.nn.recurrent.cell import Preactivations
from waza.nn.recurrent.product import weight_gradient

Parts = dict[str, Array]


def scan_cell(
    cell: Recipe,
    variables: dict[str, Array],
    projected: dict[str, Float[Array, "time batch ..."]],
    state: PyTree[Array],
    real: Bool[Array, "time batch"] | None = None,
    reverse: bool = False,
) -> tuple[Float[Array, "time batch outputs"], PyTree[Array]]:
    """The outputs of all steps and the last state.

    Args:
        cell: the time step: a `Cell`, or another recipe that has its `advance`.
        variables: the variables of the cell.
        projected: the result of `cell.project` for all times.
        state: the state before the first step.
        real: mask of the steps of each row; elsewhere its state is unchanged and its output is zero. None for all
            steps.
        reverse: whether to scan from the last step to the first.
    """
    numbers, structure = eqx.partition(cell, lambda leaf: isinstance(leaf, float) or eqx.is_inexact_array(leaf))
    weights = {name: variables[name] for name in projected if name in variables}
    others = {name: value for name, value in variables.items() if name not in weights}
    return _scan(structure, reverse, weights, (numbers, others), projected, state, real)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _scan(
    structure: Recipe, reverse: bool, weights: Parts, settings: Any, projected: Parts, state: Any, real: Any
) -> tuple[Array, Any]:
    weights = _narrowed(weights, projected)

    def step(state: Any, now: tuple[Parts, Any]) -> tuple[Any, Array]:
        parts, real = now
        return _step(structure, settings, Preactivations(parts, weights), weights, state, real)

    state, outputs = lax.scan(step, state, (projected, real), reverse=reverse)
    return outputs, state


def _forward(
    structure: Recipe, reverse: bool, weights: Parts, settings: Any, projected: Parts, state: Any, real: Any
) -> tuple[tuple[Array, Any], Any]:
    narrowed = _narrowed(weights, projected)

    def step(before: Any, now: tuple[Parts, Any]) -> tuple[Any, Any]:
        parts, real = now
        preactivation = Preactivations(parts, narrowed)
        after, output = _step(structure, settings, preactivation, narrowed, before, real)
        return after, (output, before, preactivation.sums, preactivation.met)

    state, (outputs, states, sums, met) = lax.scan(step, state, (projected, real), reverse=reverse)
    return (outputs, state), (weights, settings, projected, sums, states, met, real)


def _backward(structure: Recipe, reverse: bool, kept: Any, gradient: tuple[Array, Any]) -> tuple:
    weights, settings, projected, sums, states, met, real = kept
    narrowed = _narrowed(weights, projected)
    to_outputs, to_state = gradient

    def step(carry: Any, now: Any) -> tuple[Any, None]:
        (to_state, written, to_settings), (t, sums, real, before, to_output) = carry, now

        def again(settings: Any, sums: Parts, state: Any) -> tuple[Any, Array]:
            preactivation = Preactivations(sums, narrowed, add=_added)
            return _step(structure, settings, preactivation, narrowed, state, real)

        more, to_sums, to_before = jax.vjp(again, settings, sums, before)[1]((to_state, to_output))
        written = jax.tree.map(lambda whole, now: lax.dynamic_update_index_in_dim(whole, now, t, 0), written, to_sums)
        return (to_before, written, jax.tree.map(jnp.add, to_settings, more)), None

    times, nothing = jnp.arange(to_outputs.shape[0]), jax.tree.map(jnp.zeros_like, settings)
    (to_state, to_projected, to_settings), _ = lax.scan(
        step,
        (to_state, projected, nothing),  # the projected input is no longer needed: its gradient reuses its memory
        (times, projected | sums, real, states, to_outputs),
        reverse=not reverse,
    )
    to_weights = {
        name: weight_gradient(to_projected[name], met[name]).astype(weight.dtype) for name, weight in weights.items()
    }
    return to_weights, to_settings, to_projected, to_state, None


_scan.defvjp(_forward, _backward)


def _step(
    structure: Recipe, settings: Any, preactivation: Preactivations, weights: Parts, state: Any, real: Any
) -> tuple[Any, Array]:
    """The state and the output after a step; where `real` is false, the old state and zero."""
    numbers, others = settings
    cell = eqx.combine(numbers, structure)
    after, output = cell.advance(others | weights, state, preactivation)
    if missing := weights.keys() - preactivation.met.keys():
        raise Error(f"{type(cell).__name__}.advance does not use the pre-activation {missing}: its weight is unused")
    if real is not None:
        after = jax.tree.map(lambda new, old: jnp.where(real[:, None], new, old), after, state)
        output = jnp.where(real[:, None], output, 0)
    return after, output


@jax.custom_vjp
def _added(sums: Array, weight: Array, met: Array) -> Array:
    """part + W met, where the sum is already known."""
    return sums


_added.defvjp(
    lambda sums, weight, met: (sums, weight),
    lambda weight, gradient: (gradient, None, gradient @ weight),
)


def _narrowed(weights: Parts, projected: Parts) -> Parts:
    """The weights in the dtype of the steps."""
    return {name: like(weight, projected[name]) for name, weight in weights.items()}
