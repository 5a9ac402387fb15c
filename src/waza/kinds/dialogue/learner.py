"""From options and dialogues to a learner: the usual settings, and the network."""

import dataclasses
from typing import Any

from waza import optim
from waza.kinds.dialogue.corpus import DialogueMaterial
from waza.kinds.dialogue.options import DialogueOptions
from waza.kinds.settling import optimizer_of, settled
from waza.learners import AggressiveInference, UtterancePrediction
from waza.models import DialogueModel, gru_hred, gru_joined_seq2seq, gru_utterance_rnn, gru_vhred
from waza.nn import VariationalBound

WIDTH, LATENT, NORM, DROPOUT, CLIP = 256, 64, 0.6, 0.2, 1.0
EVALUATED = 100  # dialogues of each part
WORD_DROPOUT = 0.25  # of a decoder with a latent variable
BATCH, SMALL_BATCH, FEW = 32, 8, 1_000


def settle(asked: DialogueOptions, given: DialogueMaterial) -> DialogueOptions:
    """The options with nothing left open, for these dialogues; those of other networks stay open."""
    dialogues = given.dataset.train.size
    batch = asked.batch_size or min(BATCH if dialogues >= FEW else SMALL_BATCH, dialogues)
    latent: dict[str, Any] = {}
    if asked.architecture == "vhred":
        latent = {
            "latent": asked.latent or LATENT,
            "posterior_norm": NORM if asked.posterior_norm is None else asked.posterior_norm,
            "kl_warm_up": asked.kl_warm_up or 0,
            "free_bits": asked.free_bits or 0.0,
            "aggressive": asked.aggressive or 0,
        }
    usual = WORD_DROPOUT if asked.architecture == "vhred" else 0.0
    return dataclasses.replace(
        settled(dataclasses.replace(asked, batch_size=batch), dialogues, "adam"),
        tokens=asked.tokens or "pieces",
        vocabulary=given.preparation.tokenizer.size,
        width=asked.width or WIDTH,
        dropout=DROPOUT if asked.dropout is None else asked.dropout,
        word_dropout=usual if asked.word_dropout is None else asked.word_dropout,
        clip=CLIP if asked.clip is None else asked.clip,
        precision="float32",
        **latent,
    )


def network(options: DialogueOptions, given: DialogueMaterial) -> DialogueModel:
    """The network that settled options describe."""
    assert options.width
    common: dict[str, Any] = {
        "width": options.width,
        "dropout": options.dropout,
        "word_dropout": options.word_dropout,
        "lanes_at_once": options.lanes_at_once,
    }
    outputs = given.preparation.outputs
    if options.architecture == "vhred":
        assert options.latent
        return gru_vhred(
            outputs,
            latent=options.latent,
            utterance_dropout=options.utterance_dropout,
            norm=options.posterior_norm or None,
            bag=options.bag_of_words,
            **common,
        )
    if options.architecture == "hred":
        return gru_hred(outputs, utterance_dropout=options.utterance_dropout, **common)
    return (gru_joined_seq2seq if options.architecture == "joined" else gru_utterance_rnn)(outputs, **common)


def learner(options: DialogueOptions, given: DialogueMaterial) -> UtterancePrediction:
    """The learner that settled options describe."""
    assert options.batch_size
    beta: Any = optim.WarmUp(1.0, options.kl_warm_up) if options.kl_warm_up else 1.0
    extra = None
    if options.aggressive:
        steady = optimizer_of(dataclasses.replace(options, schedule="constant", warm_up=0))
        extra = AggressiveInference(_clipped(steady, options), options.aggressive)
    return UtterancePrediction(
        network(options, given),
        _clipped(optimizer_of(options), options),
        VariationalBound(beta, options.free_bits or None),
        batch_size=options.batch_size,
        aggressive=extra,
        evaluated=EVALUATED,
    )


def _clipped(optimizer: optim.Optimizer, options: DialogueOptions) -> optim.Optimizer:
    return optim.ClipByNorm(optimizer, float(options.clip)) if options.clip else optimizer
