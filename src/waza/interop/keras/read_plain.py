"""Keras's dense layers, convolutions, pooling, normalisation, dropout and embedding as layers of waza."""

from typing import Any

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.recipe import replace
from waza.core.variables import Tracked
from waza.interop.keras.activations import activation_here
from waza.interop.keras.graph import Operation
from waza.interop.keras.readers import Part, Reader, Reading, check, final, weights_of
from waza.interop.keras.weights import dense_here, kernel_here
from waza.nn import (
    AveragePool,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    MaxPool,
    relu,
)

LAST = "normalise the last axis: axis=-1"


def _dense(operation: Operation, reading: Reading) -> list[Part]:
    r"""$W = K^\top$; after images that were flattened channels first, its columns are put channels last."""
    kernel, *bias = weights_of(operation)
    if reading.flat is not None:
        channels, height, width = reading.flat
        kernel = np.moveaxis(kernel.reshape(channels, height, width, -1), 0, 2).reshape(kernel.shape)
        reading.flat = None
    layer = Dense(kernel.shape[0], kernel.shape[1], use_bias=bool(bias))
    return final((layer, dense_here([kernel, *bias])), activation_here(operation.layer.activation, operation.name))


def _activation(operation: Operation, reading: Reading) -> list[Part]:
    function = activation_here(operation.layer.activation, operation.name)
    return [] if function is None else [(function, {})]


def _relu(operation: Operation, reading: Reading) -> list[Part]:
    plain = {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}
    check(operation, [(name, value, "use the plain one") for name, value in plain.items()])
    return [(relu, {})]


def _softmax(operation: Operation, reading: Reading) -> list[Part]:
    check(operation, [("axis", -1, "use the last axis")])
    return [(jax.nn.softmax, {})]


def _laid(operation: Operation, reading: Reading) -> None:
    """Note how the images lie in Keras; all layers of a model must agree."""
    first = operation.layer.data_format == "channels_first"
    if reading.channels_first is None:
        reading.channels_first = first
        if first:
            reading.notes.append("images are channels first in Keras, and channels last here: np.moveaxis(x, 1, -1)")
    elif reading.channels_first != first:
        raise Error(f"{operation.name} has data_format={operation.layer.data_format!r}, unlike the layers before it")


def _conv2d(operation: Operation, reading: Reading) -> list[Part]:
    layer = operation.layer
    check(operation, [("dilation_rate", (1, 1), "use a larger kernel")])
    _laid(operation, reading)
    kernel, *bias = weights_of(operation)
    size, strides = tuple(layer.kernel_size), tuple(layer.strides)
    inputs = kernel.shape[2] * layer.groups
    made = Conv2d(inputs, kernel.shape[3], size, strides, layer.padding, layer.groups, use_bias=bool(bias))
    return final((made, kernel_here([kernel, *bias])), activation_here(layer.activation, operation.name))


def _padded(operation: Operation, reading: Reading) -> list[Part]:
    """Zeros around the images of the convolution that follows, whose padding they become."""
    layer, follows = operation.layer, reading.next_is("Conv2D")
    (top, bottom), (left, right) = layer.padding
    if follows is None or follows.layer.padding != "valid" or top != bottom or left != right:
        raise Error(
            f"{operation.name} pads by {layer.padding}; expected as many zeros on either side, and then a Conv2D with "
            "padding='valid', as waza's convolutions have it"
        )
    (convolution, variables), *others = _conv2d(reading.operations.pop(0), reading)
    return [(replace(convolution, padding=(top, left)), variables), *others]


def _conv_transpose2d(operation: Operation, reading: Reading) -> list[Part]:
    r"""A side of I cells has $(I - 1) S + F + A$ cells, of which a Cropping2D that follows cuts P on either side.

    With padding="same" Keras cuts $F - S$ cells in all, $\lfloor (F - S) / 2 \rfloor$ at the top and left.
    """
    layer = operation.layer
    check(operation, [("dilation_rate", (1, 1), "use a larger kernel")])
    _laid(operation, reading)
    kernel, *bias = weights_of(operation)
    size, strides = tuple(layer.kernel_size), tuple(layer.strides)
    excess = [f - s for f, s in zip(size, strides, strict=True)]
    padding, more = (0, 0), tuple(max(-e, 0) for e in excess)
    if layer.padding == "same":
        if layer.output_padding is not None or any(e > 0 and e % 2 for e in excess):
            raise Error(
                f"{operation.name} has padding='same' with a kernel of {size} and strides of {strides}, which cuts off "
                "more on one side than on the other: use 'valid'"
            )
        padding = tuple(max(e, 0) // 2 for e in excess)
    elif layer.output_padding is not None:
        given = layer.output_padding
        more = (given, given) if isinstance(given, int) else tuple(given)
    cropped = reading.next_is("Cropping2D") if padding == (0, 0) and layer.activation.__name__ == "linear" else None
    if cropped is not None:
        (top, bottom), (left, right) = cropped.layer.cropping
        if top != bottom or left != right:
            raise Error(f"{cropped.name} cuts {cropped.layer.cropping} off; expected as much on either side")
        reading.operations.pop(0)
        padding = (top, left)
    made = ConvTranspose2d(kernel.shape[3], kernel.shape[2], size, strides, padding, more, use_bias=bool(bias))
    return final((made, kernel_here([kernel, *bias])), activation_here(layer.activation, operation.name))


def _pool(kind: Any) -> Reader:
    def read(operation: Operation, reading: Reading) -> list[Part]:
        layer = operation.layer
        _laid(operation, reading)
        return [(kind(tuple(layer.pool_size), tuple(layer.strides), layer.padding), {})]

    return read


def _batch_norm(operation: Operation, reading: Reading) -> list[Part]:
    """Scale, shift, running mean and running variance of the last axis; of channels first, of the channels."""
    layer = operation.layer
    axes = len(layer.input.shape)
    normal = {1} if reading.channels_first and axes == 4 else {-1, axes - 1}
    if layer.axis not in normal:
        raise Error(f"{operation.name} has axis={layer.axis!r}, which is not that of the features: {LAST}")
    affine = _affine(operation, reading)
    weights = weights_of(operation)
    names = (*(("scale", "shift") if affine else ()), "mean", "variance")
    found: dict[str, Any] = dict(zip(names, weights, strict=True))
    variables = {name: Tracked(one) if name in ("mean", "variance") else one for name, one in found.items()}
    return [(BatchNorm(weights[-1].size, float(layer.momentum), float(layer.epsilon), affine), variables)]


def _layer_norm(operation: Operation, reading: Reading) -> list[Part]:
    layer = operation.layer
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0] if len(layer.axis) == 1 else None
    axes = len(layer.input.shape)
    if axis not in (-1, axes - 1) or (reading.channels_first and axes == 4):
        raise Error(f"{operation.name} has axis={layer.axis!r}, which is not that of the features: {LAST}")
    check(operation, [("rms_scaling", False, "use the plain one")])
    affine = _affine(operation, reading)
    variables = dict(zip(("scale", "shift"), weights_of(operation), strict=False))
    size = int(layer.input.shape[-1])
    return [(LayerNorm(size, float(layer.epsilon), affine), variables)]


def _affine(operation: Operation, reading: Reading) -> bool:
    """Whether a normalisation has scale and shift."""
    layer = operation.layer
    if layer.center != layer.scale:
        raise Error(f"{operation.name} has one of scale and shift, and waza's has both or none: set center=scale")
    if reading.flat is not None:
        raise Error(f"{operation.name} normalises images that were flattened channels first: put it before Flatten")
    return bool(layer.scale)


def _dropout(operation: Operation, reading: Reading) -> list[Part]:
    check(operation, [("noise_shape", None, "leave it out")])
    return [(Dropout(float(operation.layer.rate)), {})]


def _flatten(operation: Operation, reading: Reading) -> list[Part]:
    """Rows, channels last; if Keras flattens channels first, the dense layer that follows is changed instead."""
    shape = tuple(operation.layer.input.shape[1:])
    if reading.channels_first and len(shape) == 3 and operation.layer.data_format != "channels_first":
        reading.flat = shape
    reading.channels_first = None
    return [(Flatten(), {})]


def _embedding(operation: Operation, reading: Reading) -> list[Part]:
    remedy = "waza's recurrent layers take the lengths of rows instead"
    check(operation, [("mask_zero", False, remedy)])
    (table,) = weights_of(operation)
    return [(Embedding(*table.shape), {"weight": table})]


READERS: dict[str, Reader] = {
    "Dense": _dense,
    "Activation": _activation,
    "ReLU": _relu,
    "Softmax": _softmax,
    "Conv2D": _conv2d,
    "ZeroPadding2D": _padded,
    "Conv2DTranspose": _conv_transpose2d,
    "MaxPooling2D": _pool(MaxPool),
    "AveragePooling2D": _pool(AveragePool),
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Dropout": _dropout,
    "Flatten": _flatten,
    "Embedding": _embedding,
}
