"""Exported parts as Keras models: the layers around a network, and several inputs and outputs."""

from typing import Any

import numpy as np

from waza.interop.keras.build_models import logits_there
from waza.interop.keras.build_recurrent import step_there
from waza.interop.keras.building import BUILDERS, REASONS
from waza.interop.keras.package import keras
from waza.interop.keras.place import Builder, Place
from waza.interop.language import LanguageStep
from waza.interop.latent import LatentDecoder, LatentEncoder
from waza.interop.part import Part
from waza.interop.serving import Affine, Bounded, Choice, Columns, OneHot, Pixels, Softmax
from waza.interop.translation import DecoderStep, SourceEncoder

OTHERS = "export it by --to tensorflow or --to onnx"


def keras_part(part: Part) -> Any:
    """The Keras model of a part, whose inputs have the part's names.

    Raises:
        Error: a layer has no counterpart in Keras, or Keras is not installed.
    """
    package = keras()
    place = Place(package, {**BUILDERS, **AROUND}, {**REASONS, **WITHOUT})
    shapes = [[axis if isinstance(axis, int) else None for axis in one.shape[1:]] for one in part.inputs]
    inputs = [
        package.Input(shape, dtype=one.dtype, name=one.name) for shape, one in zip(shapes, part.inputs, strict=True)
    ]
    alone = len(inputs) == 1
    y = place.build(part.layer, part.variables, inputs[0] if alone else tuple(inputs))
    return package.Model(inputs[0] if alone else inputs, list(y) if isinstance(y, tuple) else y)


def _pixels(layer: Pixels, variables: Any, x: Any, place: Place) -> Any:
    return place.add("Rescaling", x, scale=1 / 255)


def _softmax(layer: Softmax, variables: Any, x: Any, place: Place) -> Any:
    return place.add("Softmax", x)


def _one_hot(layer: OneHot, variables: Any, x: Any, place: Place) -> Any:
    return place.keras.ops.one_hot(x, layer.classes)


def _affine(layer: Affine, variables: Any, x: Any, place: Place) -> Any:
    return place.add("Rescaling", x, scale=float(layer.scale), offset=float(layer.shift))


def _choice(layer: Choice, variables: Any, x: Any, place: Place) -> Any:
    ops = place.keras.ops
    return ops.cast(ops.argmax(x, axis=-1), "int32"), x


def _bounded(layer: Bounded, variables: Any, x: Any, place: Place) -> Any:
    ops, (low, high) = place.keras.ops, (np.array(bound, np.float32) for bound in (layer.low, layer.high))
    return place.add("Reshape", ops.minimum(ops.maximum(x, low), high), target_shape=layer.shape)


def _latent_encoder(layer: LatentEncoder, variables: Any, x: Any, place: Place) -> Any:
    y = place.at("encoder").build(layer.model.encoder, variables["model"]["encoder"], x)
    mean, log_variance = place.keras.ops.split(y, 2, axis=-1)
    return mean, log_variance


def _latent_decoder(layer: LatentDecoder, variables: Any, x: Any, place: Place) -> Any:
    model, means = layer.model, layer.of_outputs()
    y = place.at("decoder").build(model.decoder, variables["model"]["decoder"], x)
    y = y if means is None else place.at("mean").build(means, {}, y)
    return place.add("Reshape", y, part="reshape", target_shape=model.shape)


def _language_step(layer: LanguageStep, variables: Any, x: Any, place: Place) -> Any:
    """Embedding, one step of the recurrent layers from a given state, and logits."""
    (token, *leaves), model = x, layer.model
    own, parts = variables["model"], model.parts()
    z = place.at("embedding").build(parts["embedding"], own["embedding"], token)
    z = place.add("Reshape", z, part="reshape", target_shape=(1, model.recurrent.inputs))
    state = layer.state.tree(leaves)
    z, state = step_there(model.recurrent, own["recurrent"], z, state, place.at("recurrent"))
    return logits_there(model, own, z, place), *layer.state.leaves(state)


AROUND: dict[type, Builder] = {
    Pixels: _pixels,
    Softmax: _softmax,
    OneHot: _one_hot,
    Affine: _affine,
    Choice: _choice,
    Bounded: _bounded,
    LatentEncoder: _latent_encoder,
    LatentDecoder: _latent_decoder,
    LanguageStep: _language_step,
}
WITHOUT: dict[type, str] = {
    Columns: f"needs 64 bits, for dates among others, and Keras computes with 32: {OTHERS}",
    SourceEncoder: f"is no model of Keras layers alone, since it has lengths of rows: {OTHERS}",
    DecoderStep: f"is no model of Keras layers alone, since it has states and masks: {OTHERS}",
}
