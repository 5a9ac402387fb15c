"""Outputs over a large vocabulary, and their cross entropy without an array of all logits."""

import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, DTypeLike, Float, Int

from waza.nn.token_logits import token_logits

AT_ONCE = 2**21  # logits that are computed together, which stay in a processor's cache
FEWEST = 128  # rows of them


class TokenOutputs:
    r"""The logits $z = W x + b$ of all tokens of a vocabulary, before they are computed.

    For 8,000 tokens the logits of a batch are tens of times larger than the rows that they come from. A loss that
    takes `TokenOutputs` computes them piece by piece.

    Args:
        rows: x, (..., inputs).
        weight: W, (vocabulary, inputs).
        bias: b, (vocabulary).
        dtype: of the logits; None for that of the rows. Products are computed in the dtype of the rows.

    >>> outputs = TokenOutputs(jnp.array([[3.0, 4.0]]), jnp.array([[1.0, 0.0], [0.0, 1.0]]), jnp.array([0.0, 0.5]))
    >>> outputs.shape, outputs.logits().tolist()
    ((1, 2), [[3.0, 4.5]])
    """

    def __init__(self, rows: Array, weight: Array, bias: Array, dtype: DTypeLike | None = None):
        self.rows, self.weight, self.bias = rows, weight, bias
        self.dtype = jnp.dtype(rows.dtype if dtype is None else dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the logits, (..., vocabulary)."""
        return *self.rows.shape[:-1], len(self.weight)

    def astype(self, dtype: DTypeLike) -> "TokenOutputs":
        """The same with logits of another dtype."""
        return TokenOutputs(self.rows, self.weight, self.bias, dtype)

    def logits(self) -> Float[Array, "*rows vocabulary"]:
        """All logits."""
        return token_logits(self.rows, self.weight, self.bias).astype(self.dtype)


def token_cross_entropy(
    outputs: TokenOutputs, targets: Int[Array, "*rows"], smoothing: Any = 0.0
) -> tuple[Float[Array, "*rows"], Float[Array, "*rows"]]:
    r"""The cross entropy of each target, and 1 where the largest logit is the target's (the first of equal ones).

    $$\text{loss} = \log \sum_k e^{z_k} - (1 - \epsilon) z_t - \epsilon \frac{1}{K} \sum_k z_k$$

    A piece of about two million logits is computed at a time, and once more for the gradients, so that no array of all
    logits is written or kept. For 1,216 rows and 8,000 tokens the loss and its gradients take two thirds of the time
    that they take with all logits, although there is a product more.

    Args:
        outputs: of K tokens.
        targets: t; the loss is NaN where one is not a token.
        smoothing: $\epsilon$, the share of the target that is spread over all tokens.
    """
    inputs, vocabulary = outputs.rows.shape[-1], outputs.shape[-1]
    flat = targets.reshape(-1)
    loss, right = _losses(
        outputs.rows.reshape(-1, inputs), outputs.weight, outputs.bias, flat, jnp.asarray(smoothing, jnp.float32)
    )
    loss = jnp.where((flat >= 0) & (flat < vocabulary), loss, jnp.nan)
    return tuple(each.astype(outputs.dtype).reshape(targets.shape) for each in (loss, right))  # type: ignore[return-value]


@jax.custom_vjp
def _losses(rows: Array, weight: Array, bias: Array, targets: Array, smoothing: Array) -> tuple[Array, Array]:
    loss, right, *_ = _forward(rows, weight, bias, targets, smoothing)
    return loss, right


def _forward(rows: Array, weight: Array, bias: Array, targets: Array, smoothing: Array) -> tuple[Array, ...]:
    """The loss, the right ones, the logarithm of the sum, and by how much the target's logit is above the mean."""

    def piece(piece: tuple[Array, Array]) -> tuple[Array, ...]:
        logits, target = _logits(piece[0], weight, bias), piece[1][:, None]
        token = lax.broadcasted_iota(target.dtype, logits.shape, 1)
        largest = jnp.max(logits, axis=1)
        total = largest + jnp.log(jnp.sum(jnp.exp(logits - largest[:, None]), axis=1))
        own = jnp.sum(logits, axis=1, where=token == target)
        earlier = jnp.any((logits == largest[:, None]) & (token < target), axis=1)
        above = own - jnp.mean(logits, axis=1)
        right = (own == largest) & ~earlier
        return total - own + smoothing * above, right.astype(jnp.float32), total, above

    cut, whole = _pieces(len(rows), len(weight))
    return jax.tree.map(whole, lax.map(piece, (cut(rows), cut(targets))))


def _forwards(rows: Array, weight: Array, bias: Array, targets: Array, smoothing: Array) -> tuple[Any, Any]:
    loss, right, total, above = _forward(rows, weight, bias, targets, smoothing)
    return (loss, right), (rows, weight, bias, targets, smoothing, total, above)


def _backwards(kept: Any, cotangents: tuple[Array, Array]) -> tuple[Any, ...]:
    rows, weight, bias, targets, smoothing, total, above = kept
    given, vocabulary = cotangents[0], len(weight)

    def piece(sums: tuple[Array, Array], piece: tuple[Array, ...]) -> tuple[tuple[Array, Array], Array]:
        x, target, total, given = piece
        logits = _logits(x, weight, bias)
        token = lax.broadcasted_iota(target.dtype, logits.shape, 1)
        expected = smoothing / vocabulary + jnp.where(token == target[:, None], 1 - smoothing, 0)
        change = (jnp.exp(logits - total[:, None]) - expected) * given[:, None]
        narrow = change.astype(x.dtype)
        of_weight = jnp.matmul(narrow.T, x, preferred_element_type=jnp.float32)
        return (sums[0] + of_weight, sums[1] + jnp.sum(change, axis=0)), narrow @ weight

    cut, whole = _pieces(len(rows), vocabulary)
    nothing = jnp.zeros(weight.shape), jnp.zeros(bias.shape)
    (of_weight, of_bias), of_rows = lax.scan(piece, nothing, (cut(rows), cut(targets), cut(total), cut(given)))
    return whole(of_rows), of_weight.astype(weight.dtype), of_bias.astype(bias.dtype), None, jnp.sum(given * above)


_losses.defvjp(_forwards, _backwards)


def _logits(rows: Array, weight: Array, bias: Array) -> Array:
    return jnp.matmul(rows, weight.T, preferred_element_type=jnp.float32) + bias.astype(jnp.float32)


def _pieces(rows: int, vocabulary: int) -> tuple[Any, Any]:
    """Functions that cut an array into pieces of rows, filled up with zeros, and that put pieces together again."""
    count = max(1, math.ceil(rows / max(FEWEST, AT_ONCE // vocabulary)))
    size = math.ceil(rows / count)

    def cut(array: Array) -> Array:
        filled = jnp.pad(array, [(0, count * size - rows)] + [(0, 0)] * (array.ndim - 1))
        return filled.reshape(count, size, *array.shape[1:])

    return cut, lambda pieces: pieces.reshape(count * size, *pieces.shape[2:])[:rows]
