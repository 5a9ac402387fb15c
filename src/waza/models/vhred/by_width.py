"""VHRED by a few settings."""

from waza.models.hred.by_width import gru_decoder
from waza.models.vhred.bag_of_words import BagOfWords
from waza.models.vhred.gaussian_network import PosteriorNorm
from waza.models.vhred.vhred import VHRED
from waza.nn.recurrent import GRU, Bidirectional


def gru_vhred(
    vocabulary: int,
    width: int = 256,
    latent: int = 64,
    dropout: float = 0.0,
    word_dropout: float = 0.0,
    utterance_dropout: float = 0.0,
    norm: float | None = None,
    bag: bool = False,
    lanes_at_once: int | None = None,
) -> VHRED:
    """A `VHRED` of GRUs whose layers and embeddings have the same width.

    Args:
        vocabulary: the number of tokens, with the end's.
        width: units of each layer, and the size of an embedding.
        latent: dimensions of the latent variable.
        dropout: the rate on embeddings and readouts.
        word_dropout: the share of the decoder's true tokens that are replaced in training.
        utterance_dropout: the share of utterances that the context does not see in training.
        norm: the scale of the batch-normalised posterior (`PosteriorNorm`); None for a free posterior.
        bag: whether z has to predict a bag of words (`BagOfWords`).
        lanes_at_once: for gradient checkpointing (`UtteranceDecoder`); None for none.
    """
    condition = width + latent
    return VHRED(
        gru_decoder(vocabulary, width, condition, dropout, word_dropout, lanes_at_once),
        Bidirectional(GRU(width, width)),
        GRU(2 * width, width),
        utterance_dropout,
        latent=latent,
        hidden=width,
        norm=None if norm is None else PosteriorNorm(latent, norm),
        bag=BagOfWords(condition, width, vocabulary) if bag else None,
    )
