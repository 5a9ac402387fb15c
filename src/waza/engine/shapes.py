"""Shapes of a trial's batches."""

import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PyTree

from waza.engine.streams import one_batch
from waza.learners import Learner, Source, Stream
from waza.learners.keys import trial_key


def batch_shapes(learner: Learner, data: Any, source: Source) -> PyTree[jax.ShapeDtypeStruct]:
    """The shapes of a batch; of a stream's, the first one."""
    if isinstance(source, Stream):
        first = jax.tree.map(np.asarray, one_batch(source, 0, 0))
        return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), first)
    arrays, rest = eqx.partition(data, eqx.is_array)

    def batch(arrays: Any) -> Any:
        return learner.batch(eqx.combine(arrays, rest), trial_key(0, "batch"), jnp.zeros((), jnp.int32))

    return jax.eval_shape(batch, arrays)


def common_rows(shapes: PyTree[jax.ShapeDtypeStruct]) -> int:
    """A number of rows that divides the first axis of all arrays of a batch; 1 where there are none.

    >>> common_rows({"x": jax.ShapeDtypeStruct((6, 2), "int32"), "y": jax.ShapeDtypeStruct((4,), "int32")})
    2
    """
    return math.gcd(*(leaf.shape[0] for leaf in jax.tree.leaves(shapes) if leaf.ndim)) or 1
