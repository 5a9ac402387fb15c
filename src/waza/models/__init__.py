"""Whole networks, made of the parts of `waza.nn`."""

from waza.models.alexnet import AlexNet as AlexNet
from waza.models.alexnet import small_alexnet as small_alexnet
from waza.models.chain import Chain as Chain
from waza.models.convnet import ConvNet as ConvNet
from waza.models.convnet import Convolution as Convolution
from waza.models.course_convnets import deep_convnet as deep_convnet
from waza.models.course_convnets import double_convnet as double_convnet
from waza.models.course_convnets import simple_convnet as simple_convnet
from waza.models.encoder_decoder import Encoded as Encoded
from waza.models.encoder_decoder import EncoderDecoder as EncoderDecoder
from waza.models.encoder_decoder import Pair as Pair
from waza.models.encoder_decoder import Step as Step
from waza.models.landscapes import Landscape as Landscape
from waza.models.landscapes import Quadratic as Quadratic
from waza.models.landscapes import Saddle as Saddle
from waza.models.landscapes import Slope as Slope
from waza.models.landscapes import TwoMinima as TwoMinima
from waza.models.language_model import LanguageModel as LanguageModel
from waza.models.language_model import lstm_language_model as lstm_language_model
from waza.models.mlp import MLP as MLP
from waza.models.seq2seq import DecoderRNN as DecoderRNN
from waza.models.seq2seq import EncoderRNN as EncoderRNN
from waza.models.seq2seq import Seq2Seq as Seq2Seq
from waza.models.seq2seq import recurrent_translator as recurrent_translator
from waza.models.sequence_model import SequenceModel as SequenceModel
from waza.models.transformer import Transformer as Transformer
