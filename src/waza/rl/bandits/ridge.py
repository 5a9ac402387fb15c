"""Ridge regression of rewards on features, one row at a time."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float


class Ridge(NamedTuple):
    r"""Ridge regression after some rows.

    Attributes:
        weights: $\theta = A^{-1} \sum r x$ with $A = \lambda I + \sum x x^T$.
        root: S with $S S^T = A^{-1}$.
    """

    weights: Float[Array, "features ..."]
    root: Float[Array, "features features ..."]


def no_rows(features: int, strength: Any) -> Ridge:
    r"""Before the first row, with the penalty $\lambda$ = strength."""
    return Ridge(jnp.zeros(features), jnp.eye(features) / jnp.sqrt(strength))


def widths(ridge: Ridge, x: Float[Array, "arms features ..."]) -> Float[Array, "arms ..."]:
    r"""$\sqrt{x^T A^{-1} x}$ of each row."""
    through = jnp.sum(x[:, :, None] * ridge.root, axis=1)  # x S; matrices of this size are too small for a library call
    return jnp.sqrt(jnp.sum(through**2, axis=1))


def with_row(ridge: Ridge, x: Float[Array, "features ..."], reward: Float[Array, "..."]) -> Ridge:
    r"""After one more row.

    With $\phi = S^T x$ and $\gamma = 1 / (1 + \phi^T \phi)$ the new root is
    $S - S \phi \phi^T \gamma / (1 + \sqrt\gamma)$, and $\theta$ moves by $\gamma S \phi \, (r - x^T \theta)$. Rounding
    cannot make $S S^T$ indefinite, as it could a difference of matrices.

    Source: Potter, 1963; Kaminski, Bryson and Schmidt, "Discrete square root filtering", 1971.

    >>> one = with_row(no_rows(2, 1.0), jnp.array([1.0, 0.0]), jnp.array(1.0))
    >>> one.weights.tolist(), [round(float(s), 4) for s in (one.root @ one.root.T)[0]]
    ([0.5, 0.0], [0.5, 0.0])
    """
    phi = jnp.sum(x[:, None] * ridge.root, axis=0)
    gamma = 1 / (1 + jnp.sum(phi**2, axis=0))
    gain = jnp.sum(ridge.root * phi, axis=1)
    root = ridge.root - gamma / (1 + jnp.sqrt(gamma)) * gain[:, None] * phi
    return Ridge(ridge.weights + gamma * gain * (reward - jnp.sum(x * ridge.weights, axis=0)), root)
