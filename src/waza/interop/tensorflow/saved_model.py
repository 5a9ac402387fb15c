"""A part as a SavedModel: the program that JAX compiles, with free batches and named inputs and outputs."""

import dataclasses
from pathlib import Path
from typing import Any

import jax
import numpy as np

from waza.core.paths import named_leaves
from waza.interop.part import Part, Tensor
from waza.interop.tensorflow.free_batch import plain_convolutions
from waza.interop.tensorflow.package import tensorflow

PLATFORMS = ("cpu", "cuda", "tpu")
SIGNATURE = "serving_default"


def save_part(part: Part, folder: Path) -> None:
    """Write a part as a SavedModel with the signature "serving_default".

    The model is the StableHLO program of `part.apply`, serialised by `jax.experimental.jax2tf` and called by one
    operation of TensorFlow, for CPUs, GPUs and TPUs. Free dimensions are polymorphic: one program serves all sizes. The
    variables are those of TensorFlow, by path, and can be read and replaced there.

    Source: Jax and OpenXLA contributors, "JAX and TensorFlow interoperation (jax2tf)", 2024.

    Args:
        part: what is written.
        folder: that is created.
    """
    tf = tensorflow()  # before jax2tf, which needs it
    from jax.experimental import jax2tf

    leaves, structure = jax.tree.flatten(part.variables)

    def apply(leaves: list[Any], *inputs: Any) -> dict[str, Any]:
        whole = dataclasses.replace(part, variables=jax.tree.unflatten(structure, leaves))
        return {one.name: y for one, y in zip(part.outputs, whole.apply(*inputs), strict=True)}

    with part.precision, plain_convolutions():
        converted = jax2tf.convert(
            apply,
            polymorphic_shapes=[None, *(_polymorphic(one) for one in part.inputs)],
            with_gradient=False,
            native_serialization_platforms=PLATFORMS,
        )
        module = tf.Module()
        names = [path.replace(".", "_") for path in named_leaves(part.variables)]
        module.weights = [
            tf.Variable(np.asarray(leaf), name=name, trainable=False) for leaf, name in zip(leaves, names, strict=True)
        ]
        specification = [tf.TensorSpec(_shape(one), one.dtype, name=one.name) for one in part.inputs]
        module.serve = tf.function(
            lambda *inputs: converted(module.weights, *inputs), input_signature=specification, autograph=False
        )
        tf.saved_model.save(module, str(folder), signatures={SIGNATURE: module.serve.get_concrete_function()})


def _polymorphic(one: Tensor) -> str:
    """The shape as jax2tf writes it.

    >>> _polymorphic(Tensor("tokens", "int32", ("batch", "steps", 3)))
    '(batch, steps, 3)'
    """
    return f"({', '.join(map(str, one.shape))})"


def _shape(one: Tensor) -> list[int | None]:
    """The shape as TensorFlow has it, with None for a free dimension."""
    return [axis if isinstance(axis, int) else None for axis in one.shape]
