"""Keras's attention layers as layers of waza."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.interop.keras.graph import Operation
from waza.interop.keras.readers import Part, Reader, Reading, check, weights_of
from waza.interop.keras.weights import multi_head_here
from waza.nn import AdditiveAttention, Attention, DotAttention, Dropout, GeneralAttention, MultiHead

KINDS = ("Attention", "AdditiveAttention")


def _multi_head(operation: Operation, reading: Reading) -> list[Part]:
    """Self-attention, or of queries to a memory that is an input of the model; heads and sizes as waza has them."""
    layer, weights = operation.layer, weights_of(operation)
    _check_call(operation)
    if len(weights) != 8:
        raise Error(f"{operation.name} has no biases, and waza's MultiHead has them: use use_bias=True")
    (features, heads, depth), (memory, _, values), outputs = weights[0].shape, weights[4].shape, weights[6].shape[-1]
    if values != depth or heads * depth != features or outputs != features:
        raise Error(
            f"{operation.name} has {heads} heads of {depth} and values of {values} for {features} features and "
            f"{outputs} outputs; expected heads of features / heads, and as many outputs as features"
        )
    query, value, *key = (id(one) for one in layer._inbound_nodes[-1].input_tensors)
    if key not in ([], [value]):
        raise Error(f"{operation.name} has keys of other inputs than its values; expected one memory for both")
    if query != value and reading.operations:
        raise Error(f"{operation.name} has two inputs, and other layers follow: convert it as a model of its own")
    dropout = Dropout(float(layer.dropout)) if layer.dropout else None
    own = None if memory == features else memory
    return [(MultiHead(features, heads, own, dropout), multi_head_here(weights))]


def _check_call(operation: Operation) -> None:
    """Refuse masks, of which the conversion would know nothing."""
    for name in ("use_causal_mask", "attention_mask", "mask", "query_mask", "value_mask", "key_mask"):
        given = operation.settings.get(name)
        if given is not None and given is not False:
            raise Error(f"{operation.name} is called with {name}, which waza's layer has no setting for: leave it out")


def _attention(operations: Sequence[Operation]) -> Part:
    """Dot, general or additive attention of the model's two inputs, whose projections are the operations before it.

    Raises:
        Error: the operations are no such attention.
    """
    operation, before = operations[-1], {one.layer: one for one in operations[:-1]}
    layer = operation.layer
    _check_call(operation)
    check(operation, [("dropout", 0, "waza's has none: put a Dropout layer after it")])
    query, value, *key = operation.inputs
    projections = [before.get(one) for one in (query, *key)]
    tensors = layer._inbound_nodes[-1].input_tensors
    queries, memory = int(tensors[0].shape[-1]), int(tensors[1].shape[-1])
    if value is not None or any(not _is_linear(one) for one in projections) or len(before) > 2:
        raise Error(f"{operation.name} is not on the model's inputs; expected [query, value] or [query, value, key]")
    scale = weights_of(operation)
    asked, keyed = projections[0], projections[1] if key else None
    if operation.kind == "AdditiveAttention":
        return _additive(operation, asked, keyed, scale)
    check(operation, [("score_mode", "dot", "use AdditiveAttention")])
    if asked is not None or (keyed is not None and len(weights_of(keyed)) != 1):
        raise Error(
            f"{operation.name} has projections with biases or of the query; expected one without bias, of the key"
        )
    made: Attention
    if keyed is not None:
        weight = weights_of(keyed)[0].T * (float(scale[0]) if scale else 1.0)
        made = GeneralAttention(queries, memory)
        return made, {"key": weight}
    if scale and not math.isclose(float(scale[0]), 1 / math.sqrt(queries), rel_tol=1e-5):
        return GeneralAttention(queries, memory), {"key": float(scale[0]) * np.eye(queries, dtype=np.float32)}
    return DotAttention(queries, memory, scaled=bool(scale)), {}


def _additive(operation: Operation, asked: Any, keyed: Any, scale: list[np.ndarray]) -> Part:
    r"""$s = v^\top \tanh(W_q q + W_m m + b)$ from two dense layers and Keras's scale v."""
    if asked is None or keyed is None or not scale:
        raise Error(
            f"{operation.name} scores its inputs without weights; expected Dense layers on query and key, and a scale"
        )
    query, *more = weights_of(asked)
    key, *bias = weights_of(keyed)
    size = query.shape[1]
    total = sum([*more, *bias], np.zeros(size, np.float32))
    made = AdditiveAttention(query.shape[0], key.shape[0], size)
    return made, {"query": query.T, "key": key.T, "bias": total, "score": scale[0]}


def _is_linear(operation: Operation | None) -> bool:
    """Whether a projection is a dense layer on an input, without activation; or none."""
    if operation is None:
        return True
    plain = operation.kind == "Dense" and getattr(operation.layer.activation, "__name__", "") == "linear"
    return plain and operation.inputs == (None,)


def two_inputs(operations: Sequence[Operation]) -> Part | None:
    """The attention layer that a model of two inputs consists of; None for other models."""
    if operations and operations[-1].kind in KINDS:
        return _attention(operations)
    return None


READERS: dict[str, Reader] = {"MultiHeadAttention": _multi_head}
