"""Keras's counterparts of dense layers, convolutions, pooling, normalisation, dropout and embedding."""

from typing import Any

from waza.core.errors import Error
from waza.interop.keras.activations import activation_there
from waza.interop.keras.place import Builder, Place
from waza.interop.keras.weights import array, dense_there, kernel_there, norm_there
from waza.models.chain import Activation
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
    LocalResponseNorm,
    MaxPool,
)
from waza.nn.windows import Windows, windows


def _dense(layer: Dense, variables: Any, x: Any, place: Place) -> Any:
    r"""$y = x K + b$ with $K = W^\top$."""
    return place.add("Dense", x, dense_there(variables), units=layer.outputs, use_bias=layer.use_bias)


def _activation(layer: Activation, variables: Any, x: Any, place: Place) -> Any:
    return activated(layer.function, x, place)


def activated(function: Any, x: Any, place: Place) -> Any:
    """The activation of x as a layer; x itself for the identity."""
    name = activation_there(function, place.shown)
    return x if name == "linear" else place.add("Activation", x, part="activation", activation=name)


def _conv2d(layer: Conv2d, variables: Any, x: Any, place: Place) -> Any:
    """A convolution; padding by numbers of cells is a layer of its own before it."""
    settings = windows(layer.kernel_size, layer.strides, layer.padding)
    padding = _same_or_valid(settings, tuple(x.shape[1:3]))
    if padding is None:
        x, padding = place.add("ZeroPadding2D", x, part="padding", padding=settings.padding), "valid"
    return place.add(
        "Conv2D",
        x,
        kernel_there(variables),
        filters=layer.outputs,
        kernel_size=settings.kernel_size,
        strides=settings.strides,
        padding=padding,
        groups=layer.groups,
        use_bias=layer.use_bias,
        data_format="channels_last",
    )


def _same_or_valid(settings: Windows, size: tuple[int | None, ...]) -> str | None:
    """Keras's word for this padding of an image of this size; None where it has none."""
    if len(set(settings.padding)) == 1 and isinstance(settings.padding[0], str):
        return settings.padding[0]
    if settings.padding in ((0, 0), ("valid", 0), (0, "valid")):
        return "valid"
    if None in size:
        return None
    same = settings._replace(padding=("same", "same"))
    known: tuple[int, ...] = size  # type: ignore[assignment]  # no side is None
    return "same" if same.sides(known) == settings.sides(known) else None


def _conv_transpose2d(layer: ConvTranspose2d, variables: Any, x: Any, place: Place) -> Any:
    """A transposed convolution without padding, then a layer that cuts the padding off."""
    settings = windows(layer.kernel_size, layer.strides, layer.padding)
    y = place.add(
        "Conv2DTranspose",
        x,
        kernel_there(variables),
        filters=layer.outputs,
        kernel_size=settings.kernel_size,
        strides=settings.strides,
        padding="valid",
        output_padding=windows(1, 1, layer.output_padding).padding,
        use_bias=layer.use_bias,
        data_format="channels_last",
    )
    cut = settings.padding
    return y if cut == (0, 0) else place.add("Cropping2D", y, part="cropping", cropping=cut)


def _pool(kind: str) -> Builder:
    def build(layer: Any, variables: Any, x: Any, place: Place) -> Any:
        settings = windows(
            layer.window, layer.window if layer.strides is None else layer.strides, layer.padding, "window"
        )
        padding = _same_or_valid(settings, tuple(x.shape[1:3]))
        if padding is None:
            raise Error(
                f"{place.shown} pools with padding={layer.padding!r}, and Keras pads pooling by 'same' or 'valid' "
                "only: use one of these, or `waza export --to tensorflow`"
            )
        return place.add(
            kind,
            x,
            pool_size=settings.kernel_size,
            strides=settings.strides,
            padding=padding,
            data_format="channels_last",
        )

    return build


def _batch_norm(layer: BatchNorm, variables: Any, x: Any, place: Place) -> Any:
    return place.add(
        "BatchNormalization",
        x,
        norm_there(variables),
        momentum=float(layer.momentum),
        epsilon=float(layer.epsilon),
        center=layer.affine,
        scale=layer.affine,
    )


def _layer_norm(layer: LayerNorm, variables: Any, x: Any, place: Place) -> Any:
    weights, affine = norm_there(variables), layer.affine
    return place.add("LayerNormalization", x, weights, epsilon=float(layer.epsilon), center=affine, scale=affine)


def _dropout(layer: Dropout, variables: Any, x: Any, place: Place) -> Any:
    return place.add("Dropout", x, rate=float(layer.rate))


def _flatten(layer: Flatten, variables: Any, x: Any, place: Place) -> Any:
    return place.add("Flatten", x, data_format="channels_last")


def _embedding(layer: Embedding, variables: Any, x: Any, place: Place) -> Any:
    weights = [array(variables["weight"])]
    return place.add("Embedding", x, weights, input_dim=layer.vocabulary, output_dim=layer.size)


BUILDERS: dict[type, Builder] = {
    Dense: _dense,
    Activation: _activation,
    Conv2d: _conv2d,
    ConvTranspose2d: _conv_transpose2d,
    MaxPool: _pool("MaxPooling2D"),
    AveragePool: _pool("AveragePooling2D"),
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    Dropout: _dropout,
    Flatten: _flatten,
    Embedding: _embedding,
}
REASONS: dict[type, str] = {
    LocalResponseNorm: "Keras has no layer for: leave it out, use BatchNorm, or `waza export --to tensorflow`",
}
