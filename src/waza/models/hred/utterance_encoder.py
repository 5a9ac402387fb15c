"""The encoder of utterances: a vector for each utterance of a dialogue."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.data.text.dialogue.lanes import Lanes
from waza.models.hred.on_lanes import at_places, begins, stops
from waza.nn.recurrent import Bidirectional, Recurrent, RecurrentLayer
from waza.nn.recurrent.restarting import scan_restarting


def check_encoder(layer: RecurrentLayer) -> None:
    """Raise an `Error` unless the layer can read several utterances on one lane."""
    if not isinstance(layer, Recurrent | Bidirectional):
        raise Error(
            f"the encoder of utterances is a {type(layer).__name__}; expected nn.Bidirectional(cell) or "
            "nn.Recurrent(cell)"
        )


def utterance_outputs(
    layer: RecurrentLayer,
    variables: PyTree[Array],
    x: Float[Array, "lanes steps inputs"],
    place: Int[Array, "lanes steps"],
) -> Float[Array, "lanes steps {layer.outputs}"]:
    """The outputs for all tokens. Each direction starts over at each utterance, so that neighbours do not meet.

    Args:
        layer: `Bidirectional`, or `Recurrent` for one direction.
        variables: of the layer.
        x: the embedded tokens.
        place: the utterance of each token.
    """
    across, outputs = jnp.swapaxes(x, 0, 1), []
    for each, own in _directions(layer, variables):
        cell: Any = each.cell
        starts = (stops if each.reverse else begins)(place).T
        outputs.append(scan_restarting(cell, own, cell.project(own, across), starts, reverse=each.reverse))
    return jnp.swapaxes(jnp.concatenate(outputs, axis=-1), 0, 1)


def utterance_vectors(
    layer: RecurrentLayer, outputs: Float[Array, "lanes steps {layer.outputs}"], lanes: Lanes
) -> Float[Array, "batch utterances {layer.outputs}"]:
    r"""$e_n = [\overrightarrow{h}_{n, T_n}, \overleftarrow{h}_{n, 1}]$: the last output of each direction."""
    if isinstance(layer, Bidirectional):
        ahead, back = jnp.split(outputs, 2, axis=-1)
        return jnp.concatenate([at_places(ahead, lanes.last), at_places(back, lanes.first)], axis=-1)
    assert isinstance(layer, Recurrent)
    return at_places(outputs, lanes.first if layer.reverse else lanes.last)


def _directions(layer: RecurrentLayer, variables: PyTree[Array]) -> list[tuple[Recurrent, dict[str, Array]]]:
    """The layer's directions, each with the variables of its cell."""
    if isinstance(layer, Bidirectional):
        return [(each, variables[name]["cell"]) for name, each in layer.directions().items()]
    assert isinstance(layer, Recurrent)
    return [(layer, variables["cell"])]
