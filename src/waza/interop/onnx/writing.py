"""Writing a part as an ONNX model."""

from typing import Any

import jax

# Each registers its layers.
import waza.interop.onnx.attention
import waza.interop.onnx.images
import waza.interop.onnx.networks
import waza.interop.onnx.plain
import waza.interop.onnx.recurrent
import waza.interop.onnx.served
import waza.interop.onnx.translation  # noqa: F401
from waza.interop.onnx.emit import emit
from waza.interop.onnx.graph import Graph
from waza.interop.part import Part


def model_of(part: Part, metadata: dict[str, str] | None = None) -> Any:
    """The `onnx.ModelProto` of a part.

    Args:
        part: what is written.
        metadata: texts that the file holds, by name.

    Raises:
        Error: a layer has no counterpart.
    """
    graph = Graph()
    given = tuple(graph.input(one) for one in part.inputs)
    found = emit(part.layer, graph, jax.device_put(part.variables), given[0] if len(given) == 1 else given)
    values = (found,) if len(part.outputs) == 1 else tuple(found)
    return graph.model(part.name, list(zip(part.outputs, values, strict=True)), metadata or {})
