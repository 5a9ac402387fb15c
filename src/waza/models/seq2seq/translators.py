"""Sequence-to-sequence models by a few settings."""

from typing import Literal, get_args

from waza.core.errors import Error
from waza.models.seq2seq.bridge import Form
from waza.models.seq2seq.decoder import DecoderRNN, Place, inputs_of
from waza.models.seq2seq.encoder import EncoderRNN
from waza.models.seq2seq.seq2seq import Seq2Seq
from waza.nn.attention import AdditiveAttention, Attention, DotAttention, GeneralAttention
from waza.nn.dropout import Dropout
from waza.nn.recurrent import (
    GRU,
    LSTM,
    SSRU,
    Bidirectional,
    Cell,
    Recurrent,
    RecurrentLayer,
    SimpleRNN,
    StackedRecurrent,
    SummedDirections,
)

CellName = Literal["lstm", "gru", "rnn", "ssru"]
Direction = Literal["forward", "reversed", "concatenated", "summed"]
Score = Literal["additive", "dot", "scaled", "general"]

CELLS: dict[CellName, type[Cell]] = {"lstm": LSTM, "gru": GRU, "rnn": SimpleRNN, "ssru": SSRU}


def recurrent_translator(
    sources: int,
    targets: int,
    width: int = 256,
    depth: int = 2,
    cell: CellName = "lstm",
    direction: Direction = "summed",
    attention: Score | None = "dot",
    place: Place = "after",
    input_feeding: bool = False,
    tied: bool = True,
    dropout: float = 0.0,
) -> Seq2Seq:
    """A `Seq2Seq` whose embeddings and layers have the same width.

    Args:
        sources, targets: the number of tokens (types) of each side; of the targets with the end's.
        width: units of each layer, and the size of an embedding.
        depth: layers of the encoder, and of the decoder.
        cell: "lstm", "gru", "rnn" (simple) or "ssru".
        direction: the encoder reads "forward", "reversed", or both ways, with outputs "concatenated" or "summed".
        attention: its score: "additive", "dot", "scaled" (dot) or "general"; None for no attention.
        place: of attention, "after" or "before" the decoder's cells.
        input_feeding: whether the decoder's last readout is an input of its next step.
        tied: whether the target's embedding is the output's weight.
        dropout: the rate on embeddings, between layers, and on outputs.

    Raises:
        Error: a setting is unknown, or does not fit the others.
    """
    for name, given, known in (("cell", cell, CellName), ("direction", direction, Direction)):
        if given not in get_args(known):
            raise Error(f"{name}={given!r}; expected one of {', '.join(get_args(known))}")
    kind, drop = CELLS[cell], Dropout(dropout) if dropout else None
    both = {"concatenated": Bidirectional, "summed": SummedDirections}
    layers: list[RecurrentLayer] = []
    inputs = width
    for _ in range(depth):
        own = kind(inputs, width)
        layers.append(both[direction](own) if direction in both else Recurrent(own, reverse=direction == "reversed"))
        inputs = layers[-1].outputs
    scored = None if attention is None else _scored(attention, width, inputs)
    first = inputs_of(width, scored, place, input_feeding)
    cells = tuple(kind(first if height == 0 else width, width) for height in range(depth))
    encoder = EncoderRNN(sources, StackedRecurrent(tuple(layers), drop), drop)
    decoder = DecoderRNN(targets, width, cells, scored, place, input_feeding, tied, drop)
    form: Form = "dense" if direction == "concatenated" else "sum"
    return Seq2Seq(encoder, decoder, form)


def _scored(score: Score, queries: int, memory: int) -> Attention:
    if score == "additive":
        return AdditiveAttention(queries, memory, queries)
    if score == "general":
        return GeneralAttention(queries, memory)
    if score not in ("dot", "scaled"):
        raise Error(f"attention={score!r}; expected one of {', '.join(get_args(Score))}, or None")
    if queries != memory:
        raise Error(
            f"attention={score!r} with outputs of {memory} and queries of {queries}: give 'general', or add the "
            "directions (direction='summed')"
        )
    return DotAttention(queries, memory, scaled=score == "scaled")
