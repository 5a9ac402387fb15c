"""From waza to Keras: a model with the same weights and the same outputs."""

from collections.abc import Mapping
from typing import Any

from waza.core.errors import Error
from waza.core.names import public_name
from waza.interop.keras import build_attention, build_models, build_plain, build_recurrent
from waza.interop.keras.package import keras
from waza.interop.keras.place import Builder, Place
from waza.models import MLP, Chain, ConvNet, DeconvNet, LanguageModel, SequenceModel
from waza.nn import Attention, Dense, Embedding, LastOutput, Layer, MultiHead, RecurrentLayer

BUILDERS: Mapping[type, Builder] = {
    **build_plain.BUILDERS,
    **build_recurrent.BUILDERS,
    **build_attention.BUILDERS,
    **build_models.BUILDERS,
}
REASONS: Mapping[type, str] = {**build_plain.REASONS, **build_models.REASONS}
Shape = tuple[int | None, ...]


def to_keras(model: Any, variables: Any = None, shape: Shape | None = None) -> Any:
    r"""The Keras model that computes the same: $f_\text{Keras}(x) = f(x)$ for every x, in training and in use.

    Of each layer the result has Keras's own layers, named after the layer's path, so that it can be trained further in
    Keras, saved as a `.keras` file, and read without waza. Classifiers give logits, as waza's do: compile with
    `from_logits=True`. Inputs are those of the network, (batch, height, width, channels) for images and token ids for
    texts; of a trained `Model`, its preparation stays behind.

    What differs: Keras's running variance follows the biased variance of a batch, waza's the unbiased one. Keras trains
    the two uses of a tied table apart. A token outside of the vocabulary is an error here, and undefined there.

    Args:
        model: a trained `Model`, or a layer.
        variables: of the layer.
        shape: of one row of inputs, where the layer does not say it, such as (28, 28, 1); None for any number.

    Raises:
        Error: a layer has no counterpart in Keras, the shape is needed, or Keras is not installed.

    >>> to_keras(Dense(3, 2))
    Traceback (most recent call last):
    waza.core.errors.Error: to_keras is given the layer nn.Dense without variables: give variables=
    """
    layer = model
    if not isinstance(model, Layer):
        layer, variables, shape = _parts_of(model, shape)
    if variables is None:
        raise Error(f"to_keras is given the layer {public_name(type(layer))} without variables: give variables=")
    package = keras()
    shapes, tokens = inputs_of(layer) if shape is None else ([shape], reads_tokens(layer))
    place = Place(package, BUILDERS, REASONS)
    dtype = "int32" if tokens else "float32"
    given = [package.Input(one, dtype=dtype) for one in shapes]
    y = place.build(layer, variables, given[0] if len(given) == 1 else tuple(given))
    return package.Model(given[0] if len(given) == 1 else given, y)


def _parts_of(model: Any, shape: Shape | None) -> tuple[Layer, Any, Shape | None]:
    """The network, the variables and the rows' shape of a trained model."""
    layer, preparation = getattr(model, "model", None), getattr(model, "preparation", None)
    if not isinstance(layer, Layer):
        raise Error(f"to_keras is given a {type(model).__name__}; expected a trained model, or a layer and variables")
    known = getattr(preparation, "shape", None)
    return layer, model.variables, tuple(known) if shape is None and known else shape


def reads_tokens(layer: Layer) -> bool:
    """Whether the inputs are token ids."""
    if isinstance(layer, Chain):
        return reads_tokens(layer.parts()["layers"][0])
    return isinstance(layer, Embedding | LanguageModel)


def inputs_of(layer: Layer) -> tuple[list[Shape], bool]:
    """The shape of a row of each input, as far as the layer tells it, and whether the inputs are token ids.

    Raises:
        Error: the layer takes rows of any shape.

    >>> inputs_of(MLP((4, 3, 2))), inputs_of(Embedding(5, 2))
    (([(4,)], False), ([(None,)], True))
    """
    if reads_tokens(layer):
        return [(None,)], True
    if isinstance(layer, Chain):
        return inputs_of(layer.parts()["layers"][0])
    if isinstance(layer, MLP):
        return [(layer.sizes[0],)], False
    if isinstance(layer, Dense):
        return [(layer.inputs,)], False
    if isinstance(layer, ConvNet):
        return [layer.image], False
    if isinstance(layer, DeconvNet):
        return [(layer.mirrored.outputs if layer.inputs is None else layer.inputs,)], False
    if isinstance(layer, RecurrentLayer):
        return [(None, layer.inputs)], False
    if isinstance(layer, SequenceModel):
        return inputs_of(layer.recurrent)
    if isinstance(layer, LastOutput):
        return inputs_of(layer.layer)
    if isinstance(layer, Attention):
        return [(None, layer.queries), (None, layer.memory)], False
    if isinstance(layer, MultiHead):
        own: Shape = (None, layer.size)
        return ([own] if layer.memory in (None, layer.size) else [own, (None, layer.memory)]), False
    name = public_name(type(layer))
    raise Error(f"{name} takes rows of any shape, and Keras needs one: give shape=, such as shape=(28, 28, 1)")
