"""Attention of a decoder: where in the source it looks for its next token."""

from typing import Any, NamedTuple

from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.nn.attention.masks import masked_softmax, real_steps, without_padding
from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Memory(NamedTuple):
    """What attention looks at. Each array has the batch as its first axis.

    Args:
        values: the vectors that are averaged, (batch, steps, memory); zero after a row's length.
        keys: what the scores are computed with, once for all queries.
        real: the steps before a row's length, (batch, steps).
    """

    values: Array
    keys: PyTree[Array]
    real: Array


class Attention(Layer):
    r"""$c_t = \sum_i a_{ti} m_i$ with $a_t = \operatorname{softmax}_i(s(q_t, m_i))$: the context c of each query q.

    A subclass defines the score s by `keys`, the part of it that does not depend on a query, and `scores`. Steps after
    a row's length have the weight 0, whatever they hold.

    Args:
        queries: the size of a query, such as a decoder's output.
        memory: the size of a vector of the memory, such as an encoder's output.
    """

    queries: int
    memory: int

    def __check_init__(self):
        for name in ("queries", "memory"):
            size = getattr(self, name)
            if not isinstance(size, int) or isinstance(size, bool) or size < 1:
                raise Error(f"{type(self).__name__}({name}={size!r}); expected a whole number of at least 1")

    def keys(self, variables: dict[str, Any], values: Float[Array, "batch steps {self.memory}"]) -> Array:
        """What the scores are computed with: the memory itself, unless a subclass projects it."""
        return values

    def scores(
        self, variables: dict[str, Any], queries: Float[Array, "batch time {self.queries}"], keys: Array
    ) -> Float[Array, "batch time steps"]:
        """s(q, m) of each query and each vector of the memory."""
        raise NotImplementedError(f"{type(self).__name__} has no scores(variables, queries, keys)")

    def remember(
        self,
        variables: dict[str, Any],
        values: Float[Array, "batch steps {self.memory}"],
        lengths: Int[Array, " batch"] | None = None,
    ) -> Memory:
        """The memory with its keys; `lengths` are the real steps of each row, None for all."""
        real = real_steps(lengths, values)
        values = without_padding(values, real)
        return Memory(values, self.keys(variables, values), real)

    def attend(
        self, variables: dict[str, Any], queries: Float[Array, "batch time {self.queries}"], memory: Memory
    ) -> tuple[Float[Array, "batch time {self.memory}"], Float[Array, "batch time steps"]]:
        """The context of each query, and its weights."""
        weights = masked_softmax(self.scores(variables, queries, memory.keys), memory.real[:, None])
        return weights @ memory.values, weights

    def apply(self, variables: dict[str, Any], x: Any, run: Pass) -> Float[Array, "batch time {self.memory}"]:
        """The contexts for queries and a memory (queries, values), all steps of which are real."""
        queries, values = x
        return self.attend(variables, queries, self.remember(variables, values))[0]
