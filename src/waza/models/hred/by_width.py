"""Dialogue models by a few settings."""

from waza.models.hred.baselines import JoinedSeq2Seq, UtteranceRNN
from waza.models.hred.hred import HRED
from waza.models.hred.utterance_decoder import UtteranceDecoder
from waza.nn.dropout import Dropout
from waza.nn.recurrent import GRU, Bidirectional


def gru_hred(
    vocabulary: int,
    width: int = 256,
    dropout: float = 0.0,
    word_dropout: float = 0.0,
    utterance_dropout: float = 0.0,
    lanes_at_once: int | None = None,
) -> HRED:
    """An `HRED` of GRUs: embeddings, encoder (each direction), context and decoder have the same width.

    Args:
        vocabulary: the number of tokens, with the end's.
        width: units of each layer, and the size of an embedding.
        dropout: the rate on embeddings and readouts.
        word_dropout: the share of the decoder's true tokens that are replaced in training.
        utterance_dropout: the share of utterances that the context does not see in training.
        lanes_at_once: for gradient checkpointing (`UtteranceDecoder`); None for none.
    """
    decoder = gru_decoder(vocabulary, width, width, dropout, word_dropout, lanes_at_once)
    return HRED(decoder, Bidirectional(GRU(width, width)), GRU(2 * width, width), utterance_dropout)


def gru_utterance_rnn(
    vocabulary: int,
    width: int = 256,
    dropout: float = 0.0,
    word_dropout: float = 0.0,
    lanes_at_once: int | None = None,
) -> UtteranceRNN:
    """An `UtteranceRNN` with a GRU; the arguments are those of `gru_hred`."""
    return UtteranceRNN(gru_decoder(vocabulary, width, 0, dropout, word_dropout, lanes_at_once))


def gru_joined_seq2seq(
    vocabulary: int,
    width: int = 256,
    dropout: float = 0.0,
    word_dropout: float = 0.0,
    lanes_at_once: int | None = None,
) -> JoinedSeq2Seq:
    """A `JoinedSeq2Seq` of GRUs; the arguments are those of `gru_hred`."""
    decoder = gru_decoder(vocabulary, width, width, dropout, word_dropout, lanes_at_once)
    return JoinedSeq2Seq(decoder, GRU(width, width))


def gru_decoder(
    vocabulary: int, width: int, condition: int, dropout: float, word_dropout: float, lanes_at_once: int | None
) -> UtteranceDecoder:
    """A decoder with a GRU whose condition has this size."""
    drop = Dropout(dropout) if dropout else None
    return UtteranceDecoder(
        vocabulary, width, GRU(width + condition, width), condition, drop, word_dropout, lanes_at_once
    )
