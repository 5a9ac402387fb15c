"""From options and sentences to a learner: the usual settings, and the network."""

import dataclasses
from typing import Any

from waza import optim
from waza.kinds.settling import optimizer_of, settled
from waza.kinds.translator.corpus import TranslatorMaterial
from waza.kinds.translator.options import ArchitectureName, TranslatorOptions
from waza.learners.teacher_forcing import TeacherForcing
from waza.models import EncoderDecoder, Transformer, recurrent_translator
from waza.nn import CrossEntropy, Dropout, SmoothedCrossEntropy

WIDTH, HEADS, SMOOTHING, CLIP = 256, 4, 0.1, 1.0
INNER = 4  # hidden units of a Transformer's feed-forward networks, in widths
DEPTHS: dict[ArchitectureName, int] = {"recurrent": 2, "transformer": 3}
DROPOUTS: dict[ArchitectureName, float] = {"recurrent": 0.4, "transformer": 0.3}
# In learning rates of Adam. On Multi30k 5 epochs at 0.003 gave 37.4 BLEU, and 14 at 0.001 34.5 (test2016, beam of 5).
RATE_SCALES: dict[ArchitectureName, float] = {"recurrent": 3.0, "transformer": 1.0}
BATCH, SMALL_BATCH, FEW_PAIRS = 64, 16, 10_000


def settle(asked: TranslatorOptions, given: TranslatorMaterial) -> TranslatorOptions:
    """The options with nothing left open, for these pairs; those of other networks stay open."""
    pairs, vocabularies = given.dataset.train.size, given.preparation.vocabularies
    batch = asked.batch_size or min(BATCH if pairs >= FEW_PAIRS else SMALL_BATCH, pairs)
    name = asked.architecture
    return dataclasses.replace(
        settled(dataclasses.replace(asked, batch_size=batch), pairs, "adam", RATE_SCALES[asked.architecture]),
        tokens=asked.tokens or "pieces",
        vocabulary=vocabularies.target.size,
        joint=vocabularies.joint,
        separate=not vocabularies.joint,
        width=asked.width or WIDTH,
        depth=asked.depth or DEPTHS[name],
        dropout=DROPOUTS[name] if asked.dropout is None else asked.dropout,
        label_smoothing=SMOOTHING if asked.label_smoothing is None else asked.label_smoothing,
        clip=CLIP if asked.clip is None else asked.clip,
        **({"heads": asked.heads or HEADS} if name == "transformer" else _recurrent(asked)),
    )


def _recurrent(asked: TranslatorOptions) -> dict[str, Any]:
    """The settings of a recurrent network."""
    direction = asked.direction or "summed"
    score = asked.attention or ("general" if direction == "concatenated" else "dot")
    place = None if score == "none" else asked.place or "after"
    return {"cell": asked.cell or "lstm", "direction": direction, "attention": score, "place": place}


def network(options: TranslatorOptions, given: TranslatorMaterial) -> EncoderDecoder:
    """The network that settled options describe.

    Raises:
        Error: the settings do not fit each other, such as heads that are no divisor of the width.
    """
    assert options.width and options.depth
    preparation, score = given.preparation, options.attention
    if options.architecture == "transformer":
        assert options.heads
        return Transformer(
            preparation.inputs,
            preparation.outputs,
            width=options.width,
            heads=options.heads,
            depth=options.depth,
            inner=INNER * options.width,
            dropout=Dropout(options.dropout) if options.dropout else None,
            tied=options.tied,
            shared=preparation.vocabularies.joint,
        )
    assert options.cell and options.direction
    return recurrent_translator(
        preparation.inputs,
        preparation.outputs,
        width=options.width,
        depth=options.depth,
        cell=options.cell,
        direction=options.direction,
        attention=None if score == "none" else score,
        place=options.place or "after",
        input_feeding=options.input_feeding,
        tied=options.tied,
        dropout=options.dropout or 0.0,
    )


def learner(options: TranslatorOptions, given: TranslatorMaterial) -> TeacherForcing:
    """The learner that settled options describe."""
    assert options.batch_size and options.precision != "auto"
    optimizer: Any = optimizer_of(options)
    smoothing = options.label_smoothing
    return TeacherForcing(
        network(options, given),
        optim.ClipByNorm(optimizer, float(options.clip)) if options.clip else optimizer,
        batch_size=options.batch_size,
        precision=options.precision,
        loss=SmoothedCrossEntropy(float(smoothing)) if smoothing else CrossEntropy(),
    )
