"""HRED, the hierarchical recurrent encoder-decoder for dialogues, and baselines of the same interface."""

from waza.models.hred.baselines import JoinedSeq2Seq as JoinedSeq2Seq
from waza.models.hred.baselines import UtteranceRNN as UtteranceRNN
from waza.models.hred.by_width import gru_hred as gru_hred
from waza.models.hred.by_width import gru_joined_seq2seq as gru_joined_seq2seq
from waza.models.hred.by_width import gru_utterance_rnn as gru_utterance_rnn
from waza.models.hred.dialogue_model import DialogueModel as DialogueModel
from waza.models.hred.dialogue_model import Scored as Scored
from waza.models.hred.hred import HRED as HRED
from waza.models.hred.utterance_decoder import UtteranceDecoder as UtteranceDecoder
