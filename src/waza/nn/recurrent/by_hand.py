"""Backpropagation through time, implemented without automatic differentiation."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float


class Gradients(NamedTuple):
    """The loss, and its gradients with respect to the network's weights and biases."""

    loss: Array
    input: Array
    recurrent: Array
    bias: Array
    output: Array
    output_bias: Array


def bptt(
    weights: dict[str, Array],
    x: Float[Array, "time inputs"],
    targets: Float[Array, "time outputs"],
    f: tuple[Callable, Callable],
    g: tuple[Callable, Callable],
    window: int | None = None,
) -> Gradients:
    r"""The gradients of $L = \frac12 \sum_t \lVert y_t - d_t \rVert^2$ for one sequence.

    Forward, for t from first to last, with $z_0 = 0$:

    $$u_t = W_\text{in} x_t + W z_{t-1} + b, \quad z_t = f(u_t), \quad v_t = W_\text{out} z_t + c, \quad y_t = g(v_t)$$

    Backward, from last to first, with $\delta_{T+1} = 0$. The gradient of $z_t$ has two terms: one from the error of
    this step, and one from the next step, which uses $W z_t$:

    $$\delta^\text{out}_t = (y_t - d_t) \odot g'(v_t), \quad
      \delta_t = (W_\text{out}^\top \delta^\text{out}_t + W^\top \delta_{t+1}) \odot f'(u_t)$$

    All steps use the same weights, so their gradients are sums over time:

    $$\frac{\partial L}{\partial W_\text{out}} = \sum_t \delta^\text{out}_t z_t^\top, \quad
      \frac{\partial L}{\partial W_\text{in}} = \sum_t \delta_t x_t^\top, \quad
      \frac{\partial L}{\partial W} = \sum_t \delta_t z_{t-1}^\top, \quad
      \frac{\partial L}{\partial b} = \sum_t \delta_t, \quad
      \frac{\partial L}{\partial c} = \sum_t \delta^\text{out}_t$$

    Over many steps $\delta$ contains products of $W^\top$ and $f'$, which is why it vanishes or explodes.

    With truncation, the steps are divided into windows, and no $\delta$ passes from a window to the one before it.

    Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990.

    Args:
        weights: "input" (units, inputs), "recurrent" (units, units), "bias" (units), "output" (outputs, units) and
            "output_bias" (outputs).
        x: the sequence.
        targets: d.
        f: the units' activation, and its derivative.
        g: the outputs' activation, and its derivative.
        window: the number of steps in a window of the truncation; None for no truncation.

    >>> weights = {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1),
    ...            "output": jnp.ones((1, 1)), "output_bias": jnp.zeros(1)}
    >>> identity = (lambda u: u, jnp.ones_like)
    >>> float(bptt(weights, jnp.ones((2, 1)), jnp.ones((2, 1)), identity, identity).recurrent[0, 0])
    1.0
    """
    (f_of, f_prime), (g_of, g_prime), time = f, g, x.shape[0]
    u, z, v = [], [jnp.zeros(weights["recurrent"].shape[0])], []
    for t in range(time):
        u.append(weights["input"] @ x[t] + weights["recurrent"] @ z[t] + weights["bias"])
        z.append(f_of(u[t]))
        v.append(weights["output"] @ z[t + 1] + weights["output_bias"])

    sums = {name: jnp.zeros_like(weight) for name, weight in weights.items()}
    loss, later = jnp.zeros(()), jnp.zeros_like(z[0])
    for t in reversed(range(time)):
        error = g_of(v[t]) - targets[t]
        loss += jnp.sum(error**2) / 2
        out = error * g_prime(v[t])
        here = (weights["output"].T @ out + weights["recurrent"].T @ later) * f_prime(u[t])
        sums["output"] += jnp.outer(out, z[t + 1])
        sums["output_bias"] += out
        sums["input"] += jnp.outer(here, x[t])
        sums["recurrent"] += jnp.outer(here, z[t])
        sums["bias"] += here
        first_of_window = window is not None and t % window == 0
        later = jnp.zeros_like(here) if first_of_window else here
    return Gradients(loss, **sums)
