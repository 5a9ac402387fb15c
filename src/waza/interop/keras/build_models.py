"""Keras's counterparts of whole models."""

from typing import Any

from waza.interop.keras.build_plain import activated
from waza.interop.keras.build_recurrent import run_there
from waza.interop.keras.place import Builder, Place
from waza.interop.keras.weights import array
from waza.models import MLP, VAE, Autoencoder, Chain, ConvNet, DeconvNet, LanguageModel, SequenceModel
from waza.models.convnet import Convolved
from waza.models.hidden import Hidden
from waza.nn import Flatten, Recurrent, RecurrentLayer, StackedRecurrent


def _chain(layer: Chain, variables: Any, x: Any, place: Place) -> Any:
    for i, part in enumerate(layer.parts()["layers"]):
        x = place.at("layers").at(i).build(part, variables["layers"][i], x)
    return x


def _hidden(layer: Hidden, variables: Any, x: Any, place: Place) -> Any:
    """Dense, activation, dropout; normalised before or after the activation."""
    x = place.at("dense").build(layer.dense, variables["dense"], x)
    if layer.norm is not None and layer.norm_position == "before":
        x = place.at("norm").build(layer.norm, variables["norm"], x)
    x = activated(layer.activation, x, place)
    if layer.norm is not None and layer.norm_position == "after":
        x = place.at("norm").build(layer.norm, variables["norm"], x)
    return x if layer.dropout is None else place.at("dropout").build(layer.dropout, {}, x)


def _convolved(layer: Convolved, variables: Any, x: Any, place: Place) -> Any:
    """Convolution, normalisation, activation, local response normalisation, pooling."""
    x = place.at("convolution").build(layer.convolution, variables["convolution"], x)
    if layer.norm is not None:
        x = place.at("norm").build(layer.norm, variables["norm"], x)
    x = activated(layer.activation, x, place)
    if layer.local_response is not None:
        x = place.at("local_response").build(layer.local_response, {}, x)
    return x if layer.pool is None else place.at("pool").build(layer.pool, {}, x)


def _flat(x: Any, place: Place) -> Any:
    return place.at("flatten").build(Flatten(), {}, x) if len(x.shape) > 2 else x


def _each(name: str, layer: Any, variables: Any, x: Any, place: Place) -> Any:
    """The parts of this name one after another."""
    for i, part in enumerate(layer.parts()[name]):
        x = place.at(name).at(i).build(part, variables[name][i], x)
    return x


def _mlp(layer: MLP, variables: Any, x: Any, place: Place) -> Any:
    x = _each("hidden", layer, variables, _flat(x, place), place)
    return place.at("output").build(layer.parts()["output"], variables["output"], x)


def _convnet(layer: ConvNet, variables: Any, x: Any, place: Place) -> Any:
    x = _flat(_each("convolutions", layer, variables, x, place), place)
    x = _each("hidden", layer, variables, x, place)
    return place.at("output").build(layer.parts()["output"], variables["output"], x)


def _deconvnet(layer: DeconvNet, variables: Any, x: Any, place: Place) -> Any:
    x = _each("hidden", layer, variables, x, place)
    x = place.add("Reshape", x, part="reshape", target_shape=layer.mirrored.sizes()[-1])
    parts = layer.parts()["convolutions"]
    for i, part in enumerate(parts):
        inner = place.at("convolutions").at(i)
        x = inner.build(part, variables["convolutions"][i], x)
        x = activated(layer.activation, x, inner) if i + 1 < len(parts) else x
    return x


def _sequence_model(layer: SequenceModel, variables: Any, x: Any, place: Place) -> Any:
    inner, last = place.at("recurrent"), layer.read == "last"
    z = run_there(layer.recurrent, variables["recurrent"], x, inner, not (last and _reads_forwards(layer.recurrent)))
    if last and len(z.shape) == 3:
        z = place.keras.ops.take(z, -1, axis=1)
    y = place.at("output").build(layer.parts()["output"], variables["output"], z)
    return activated(layer.activation, y, place.at("output"))


def _reads_forwards(layer: RecurrentLayer) -> bool:
    """Whether the last output that is computed is the one of the last step."""
    if isinstance(layer, StackedRecurrent):
        return _reads_forwards(layer.layers[-1])
    return isinstance(layer, Recurrent) and not layer.reverse


def _language_model(layer: LanguageModel, variables: Any, x: Any, place: Place) -> Any:
    """Embedding, recurrent layers and logits. Keras trains the two uses of a tied table apart: it gets copies."""
    parts = layer.parts()
    z = place.at("embedding").build(parts["embedding"], variables["embedding"], x)
    z = _dropped(layer, z, place.at("embedding"))
    z = run_there(layer.recurrent, variables["recurrent"], z, place.at("recurrent"))
    return logits_there(layer, variables, _dropped(layer, z, place.at("output")), place)


def logits_there(layer: LanguageModel, variables: Any, z: Any, place: Place) -> Any:
    """The logits of a language model, by its own weight or by a copy of a tied table."""
    table = variables["embedding" if layer.tied else "output"]["weight"]
    weights = [array(table).T, array(variables["output"]["bias"])]
    return place.at("output").add("Dense", z, weights, units=layer.vocabulary)


def _dropped(layer: LanguageModel, z: Any, place: Place) -> Any:
    return z if layer.dropout is None else place.at("dropout").build(layer.dropout, {}, z)


BUILDERS: dict[type, Builder] = {
    Chain: _chain,
    Hidden: _hidden,
    Convolved: _convolved,
    MLP: _mlp,
    ConvNet: _convnet,
    DeconvNet: _deconvnet,
    SequenceModel: _sequence_model,
    LanguageModel: _language_model,
}
REASONS: dict[type, str] = {
    Autoencoder: "is two models in Keras: convert its encoder and its decoder, each with its variables",
    VAE: "is two models in Keras: convert its encoder and its decoder, or `waza export --to keras`",
}
