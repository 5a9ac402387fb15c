"""Tied weights: the layers of a decoder that use the weights of an encoder's, in the reversed order."""

from collections.abc import Iterator
from typing import Any

import jax
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.nn.conv2d import Conv2d
from waza.nn.conv_transpose2d import ConvTranspose2d
from waza.nn.dense import Dense
from waza.nn.layer import Layer

Path = tuple[str | int, ...]
Linear = Dense | Conv2d | ConvTranspose2d


def without_weights(layer: Layer, variables: PyTree[Array]) -> PyTree[Array]:
    """The variables of a decoder without the weights that it has from its encoder; biases stay."""
    for path, _ in linear_layers(layer):
        variables = _changed(variables, path, lambda own: {name: own[name] for name in own if name != "weight"})
    return variables


def with_weights(decoder: Layer, own: PyTree[Array], encoder: Layer, variables: PyTree[Array]) -> PyTree[Array]:
    """The decoder's variables with the encoder's weights: of dense layers transposed, of convolutions as they are.

    Args:
        decoder: the layer.
        own: what `without_weights` leaves of its variables.
        encoder: the other layer.
        variables: of the encoder.
    """
    taken = [_at(variables, path)["weight"] for path, _ in linear_layers(encoder)]
    for (path, layer), weight in zip(linear_layers(decoder), reversed(taken), strict=True):
        weight = weight.T if isinstance(layer, Dense) else weight
        own = _changed(own, path, lambda biases, weight=weight: {**biases, "weight": weight})
    return own


def check_tied(encoder: Layer, decoder: Layer) -> None:
    """Refuse layers whose weights cannot be tied.

    Raises:
        Error: they have different numbers of layers, or a layer's weight has another shape than its counterpart's.
    """
    counts = [len(list(linear_layers(one))) for one in (encoder, decoder)]
    if counts[0] != counts[1]:
        raise Error(
            f"tied weights of {counts[0]} layers in the encoder and {counts[1]} in the decoder: make them equal"
        )
    pairs = zip(linear_layers(decoder), reversed(list(linear_layers(encoder))), strict=True)
    for (_, mine), (path, other) in pairs:
        shapes = [
            jax.eval_shape(one.init, jax.eval_shape(lambda: jax.random.key(0)))["weight"].shape for one in (mine, other)
        ]
        expected = shapes[1][::-1] if isinstance(other, Dense) else shapes[1]
        if isinstance(mine, Dense) != isinstance(other, Dense) or shapes[0] != expected:
            name = ".".join(map(str, path))
            raise Error(
                f"tied weights: the encoder's {name} is {shapes[1]}, and the decoder's layer at its place {shapes[0]}; "
                f"expected {expected}: make the decoder's layers those of the encoder in the reversed order"
            )


def linear_layers(layer: Layer, path: Path = ()) -> Iterator[tuple[Path, Linear]]:
    """The dense and convolutional layers that a layer consists of, in the order of its parts, with their paths.

    >>> from waza.models.mlp import MLP
    >>> [path for path, _ in linear_layers(MLP((4, 3, 2)))]
    [('hidden', 0, 'dense'), ('output',)]
    """
    if isinstance(layer, Linear):
        yield path, layer
        return
    for name, part in layer.parts().items():
        for key, one in enumerate(part) if isinstance(part, tuple) else [(None, part)]:
            yield from linear_layers(one, (*path, name) if key is None else (*path, name, key))


def _at(variables: PyTree, path: Path) -> Any:
    for name in path:
        variables = variables[name]
    return variables


def _changed(variables: PyTree, path: Path, change: Any) -> Any:
    """The tree with the node at the path changed."""
    if not path:
        return change(variables)
    first, *rest = path
    new = _changed(variables[first], tuple(rest), change)
    if isinstance(variables, dict):
        return {**variables, first: new}
    return [new if i == first else one for i, one in enumerate(variables)]
