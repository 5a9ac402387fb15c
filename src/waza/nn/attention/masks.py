"""Masks of attention: what is padded has no weight."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int


def real_steps(lengths: Int[Array, " batch"] | None, x: Float[Array, "batch steps ..."]) -> Bool[Array, "batch steps"]:
    """The steps before each row's length; all where no lengths are given.

    >>> real_steps(jnp.array([1, 2]), jnp.zeros((2, 2, 1))).tolist()
    [[True, False], [True, True]]
    """
    batch, steps = x.shape[:2]
    if lengths is None:
        return jnp.ones((batch, steps), bool)
    return jnp.arange(steps) < lengths[:, None]


def masked_softmax(scores: Float[Array, "*rows steps"], real: Bool[Array, "..."]) -> Float[Array, "*rows steps"]:
    r"""$a_i = e^{s_i} / \sum_j e^{s_j}$ over the real steps j; 0 elsewhere, whatever the scores are there.

    A row without a real step has weights of 0.

    Args:
        scores: s.
        real: broadcasts against the scores.

    >>> masked_softmax(jnp.array([0.0, 0.0, jnp.nan]), jnp.array([True, True, False])).tolist()
    [0.5, 0.5, 0.0]
    """
    scores = jnp.where(real, scores, -jnp.inf)
    largest = jax.lax.stop_gradient(jnp.max(scores, axis=-1, keepdims=True))
    terms = jnp.where(real, jnp.exp(scores - jnp.where(jnp.isfinite(largest), largest, 0)), 0)
    total = jnp.sum(terms, axis=-1, keepdims=True)
    return terms / jnp.where(total > 0, total, 1)
