"""Masks of attention: which positions each query may attend to, and the softmax over those alone."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Shaped

from waza.nn.recurrent.sequences import steps_that_are


def masked_softmax(scores: Float[Array, "*axes keys"], mask: Bool[Array, "..."]) -> Float[Array, "*axes keys"]:
    r"""$\alpha_j = e^{s_j} / \sum_{k \in M} e^{s_k}$ for $j \in M$, and 0 elsewhere; M are the positions of the mask.

    Scores outside the mask have no effect on weights or gradients, even if they are NaN. A row whose mask is empty has
    weights of zero. For narrow dtypes, such as bfloat16, the softmax is computed in float32.

    Args:
        scores: any leading axes, and the keys last.
        mask: True for the positions that count; it has the shape of the scores, or broadcasts to it.

    >>> scores, mask = jnp.array([[0.0, 0.0, jnp.nan], [1.0, 2.0, 3.0]]), jnp.array([[1, 1, 0], [0, 0, 0]]) > 0
    >>> masked_softmax(scores, mask).tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    wide = scores.astype(jnp.promote_types(scores.dtype, jnp.float32))
    return jax.nn.softmax(jnp.where(mask, wide, 0), where=mask).astype(scores.dtype)


def real_steps(lengths: Int[Array, " batch"] | None, x: Shaped[Array, "batch steps ..."]) -> Bool[Array, "batch steps"]:
    """The steps before each row's length; all where no lengths are given.

    Raises:
        Error: the lengths do not fit x.

    >>> real_steps(jnp.array([1, 2]), jnp.zeros((2, 3))).tolist()
    [[True, False, False], [True, True, False]]
    """
    real = steps_that_are(lengths, x)
    return jnp.ones(x.shape[:2], bool) if real is None else real.T


def without_padding(
    x: Shaped[Array, "batch steps *features"], real: Bool[Array, "batch steps"]
) -> Shaped[Array, "batch steps *features"]:
    """The sequences with zeros in place of padding.

    Attention gives padding the weight 0, but 0 times NaN is NaN: keys and values are computed from this.

    >>> without_padding(jnp.array([[[1.0], [jnp.nan]]]), jnp.array([[True, False]])).tolist()
    [[[1.0], [0.0]]]
    """
    return jnp.where(real.reshape(*real.shape, *[1] * (x.ndim - 2)), x, 0)


def causal(steps: int) -> Bool[Array, "steps steps"]:
    """The mask with which each position attends to itself and to those before it.

    >>> causal(3).astype(int).tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    return jnp.tril(jnp.ones((steps, steps), bool))
