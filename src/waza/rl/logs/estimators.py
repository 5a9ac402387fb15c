r"""Estimators of the value of a policy from the log of another one (off-policy evaluation).

The value is $V(\pi) = E[\sum_a \pi(a|x) r(x, a)]$. The log has $x_i$, the arm $a_i$ that was chosen with probability
$e_i$, and the reward $r_i$; $w_i = \pi(a_i|x_i) / e_i$. Each estimator returns one term a row: their mean is the estimate,
and their spread is that of its influence function, so that `waza.rl.logs.normal_interval(terms)` is its interval, and the
interval of the terms' difference that of the difference of two policies on the same rows. All are functions of JAX.

Sources: Horvitz and Thompson 1952 (IPS); Swaminathan and Joachims 2015 (SNIPS); Dudik, Langford and Li 2011, and Robins,
Rotnitzky and Zhao 1994 (doubly robust).
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

Policy = Float[Array | np.ndarray, "rows arms"]
Rows = Float[Array | np.ndarray, " rows"]
Arms = Int[Array | np.ndarray, " rows"]


def weights(policy: Policy, arm: Arms, propensity: Rows) -> Rows:
    r"""$w_i = \pi(a_i|x_i) / e_i$.

    >>> weights(jnp.array([[0.2, 0.8]]), jnp.array([1]), jnp.array([0.5])).tolist()
    [1.600000023841858]
    """
    return jnp.take_along_axis(policy, arm[:, None], axis=1)[:, 0] / propensity


def ips(policy: Policy, arm: Arms, reward: Rows, propensity: Rows) -> Rows:
    """Inverse propensity scoring: w r. Unbiased; the variance is that of w, which is large where e is small."""
    return weights(policy, arm, propensity) * reward


def snips(policy: Policy, arm: Arms, reward: Rows, propensity: Rows) -> Rows:
    r"""Self-normalised IPS: $v + w (r - v) / \bar w$ with $v = \sum w r / \sum w$.

    Its bias vanishes as 1 / rows, and its value stays within the rewards that were seen. NaN where no row of the log has
    an arm that the policy chooses.

    >>> terms = snips(jnp.eye(2), jnp.array([0, 1]), jnp.array([1.0, 3.0]), jnp.array([0.5, 0.25]))
    >>> round(float(terms.mean()), 4)  # (2 * 1 + 4 * 3) / (2 + 4)
    2.3333
    """
    w = weights(policy, arm, propensity)
    value = jnp.sum(w * reward) / jnp.sum(w)
    return value + w * (reward - value) / jnp.mean(w)


def direct(policy: Policy, model: Policy) -> Rows:
    r"""The direct method: $\sum_a \pi(a|x) m(x, a)$ with a model m of the reward.

    Biased where the model is wrong. The interval of these terms leaves out the error of the model, so it is too short.
    """
    return jnp.sum(policy * model, axis=1)


def doubly_robust(
    policy: Policy, arm: Arms, reward: Rows, propensity: Rows, model: Policy
) -> Rows:
    r"""$\sum_a \pi(a|x) m(x, a) + w (r - m(x, a_i))$: the direct method, corrected by IPS of what the model leaves.

    Consistent if the propensities or the model are right. Known propensities make it unbiased for any model that has not
    seen the row (cross-fitting), and a good model makes its variance small.
    """
    left = reward - jnp.take_along_axis(model, arm[:, None], axis=1)[:, 0]
    return direct(policy, model) + weights(policy, arm, propensity) * left


def scores(arm: Arms, reward: Rows, propensity: Rows, model: Policy) -> Policy:
    r"""The doubly robust score of each arm, $m(x, a) + 1[a_i = a] (r - m(x, a)) / e_i$: an unbiased reward for each arm.

    A policy's doubly robust value is the mean of $\sum_a \pi(a|x)$ times these.

    >>> scores(jnp.array([1]), jnp.array([1.0]), jnp.array([0.5]), jnp.array([[0.1, 0.4]])).round(3).tolist()
    [[0.10000000149011612, 1.600000023841858]]
    """
    chosen = arm[:, None] == jnp.arange(model.shape[1])
    return model + chosen * (reward[:, None] - model) / propensity[:, None]


def effective_sample_size(w: Rows) -> Float[Array, ""]:
    r"""$(\sum w)^2 / \sum w^2$ (Kish 1965): the number of equally weighted rows with this variance; 0 without overlap.

    >>> float(effective_sample_size(jnp.array([2.0, 2.0, 0.0, 0.0])))
    2.0
    """
    squares = jnp.sum(w**2)
    return jnp.where(squares > 0, jnp.sum(w) ** 2 / jnp.where(squares > 0, squares, 1), 0.0)
