"""Draws from beta distributions, all at once."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray


def draw_beta(key: PRNGKeyArray, a: Float[Array, "..."], b: Float[Array, "..."]) -> Float[Array, "..."]:
    """One draw from Beta(a, b) for each element; a and b are at least 1.

    >>> draw_beta(jax.random.key(0), jnp.array([1.0, 50.0]), jnp.array([1.0, 50.0])).shape
    (2,)
    """
    x, y = draw_gamma(key, jnp.stack([a, b]))
    return x / (x + y)


def draw_gamma(key: PRNGKeyArray, shape: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""One draw from Gamma(shape, 1) for each element; the shapes are at least 1.

    A proposal is $d v$ with $d = \text{shape} - 1/3$ and $v = (1 + x / \sqrt{9 d})^3$, x standard normal. It is taken
    where $v > 0$ and $\log u < x^2 / 2 + d (1 - v + \log v)$, which is at least 95 % of them. The loop proposes for all
    elements until each has accepted one; `jax.random.gamma` takes the elements one after another on a CPU.

    Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    """
    d = shape - 1 / 3
    width = jax.lax.rsqrt(9 * d)

    def proposed(turn):
        normal, uniform = jax.random.split(jax.random.fold_in(key, turn))
        x = jax.random.normal(normal, shape.shape)
        u = jax.random.uniform(uniform, shape.shape, minval=jnp.finfo(jnp.float32).tiny)
        v = (1 + width * x) ** 3
        inside = v > 0
        log_v = jnp.log(jnp.where(inside, v, 1))
        return d * v, inside & (jnp.log(u) < x**2 / 2 + d * (1 - v + log_v))

    def again(carry):
        turn, drawn, accepted = carry
        new, takes = proposed(turn)
        return turn + 1, jnp.where(accepted, drawn, new), accepted | takes

    first, takes = proposed(0)
    _, drawn, _ = jax.lax.while_loop(lambda carry: ~jnp.all(carry[2]), again, (1, first, takes))
    return drawn
