"""Keras's counterparts of attention."""

import math
from typing import Any

import numpy as np

from waza.interop.keras.place import Builder, Place
from waza.interop.keras.weights import array, multi_head_there
from waza.nn import AdditiveAttention, DotAttention, GeneralAttention, MultiHead


def _dot(layer: DotAttention, variables: Any, x: Any, place: Place) -> Any:
    r"""$s = a\, q^\top m$ with a fixed $a = 1 / \sqrt d$ for scaled scores; Keras would train it."""
    weights = [np.float32(1 / math.sqrt(layer.queries))] if layer.scaled else []
    made = place.layer("Attention", use_scale=layer.scaled, trainable=not layer.scaled)
    return place.call(made, ([*x],), weights)


def _general(layer: GeneralAttention, variables: Any, x: Any, place: Place) -> Any:
    r"""$s = q^\top (W m)$: the keys are a dense layer on the memory."""
    queries, memory = x
    weights = [array(variables["key"]).T]
    keys = place.add("Dense", memory, weights, "key", units=layer.queries, use_bias=False)
    return place.call(place.layer("Attention"), ([queries, memory, keys],))


def _additive(layer: AdditiveAttention, variables: Any, x: Any, place: Place) -> Any:
    r"""$s = v^\top \tanh(q' + m')$, where $q' = W_q q$ and $m' = W_m m + b$ are dense layers and v is Keras's scale."""
    queries, memory = x
    asked = place.add("Dense", queries, [array(variables["query"]).T], "query", units=layer.size, use_bias=False)
    weights = [array(variables["key"]).T, array(variables["bias"])]
    keys = place.add("Dense", memory, weights, "key", units=layer.size)
    made = place.layer("AdditiveAttention", use_scale=True)
    return place.call(made, ([asked, memory, keys],), [array(variables["score"])])


def _multi_head(layer: MultiHead, variables: Any, x: Any, place: Place) -> Any:
    """Self-attention, or attention of queries to a memory for a pair of inputs."""
    queries, memory = x if isinstance(x, tuple) else (x, x)
    rate = 0.0 if layer.dropout is None else float(layer.dropout.rate)
    made = place.layer("MultiHeadAttention", num_heads=layer.heads, key_dim=layer.size // layer.heads, dropout=rate)
    return place.call(made, (queries, memory), multi_head_there(variables, layer.heads))


BUILDERS: dict[type, Builder] = {
    DotAttention: _dot,
    GeneralAttention: _general,
    AdditiveAttention: _additive,
    MultiHead: _multi_head,
}
