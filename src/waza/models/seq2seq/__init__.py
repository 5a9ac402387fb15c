"""Sequence-to-sequence models: recurrent encoders and decoders."""

from waza.models.seq2seq.bridge import Bridge as Bridge
from waza.models.seq2seq.decoder import DecoderRNN as DecoderRNN
from waza.models.seq2seq.decoder import DecoderState as DecoderState
from waza.models.seq2seq.encoder import EncoderRNN as EncoderRNN
from waza.models.seq2seq.seq2seq import Seq2Seq as Seq2Seq
from waza.models.seq2seq.translators import recurrent_translator as recurrent_translator
