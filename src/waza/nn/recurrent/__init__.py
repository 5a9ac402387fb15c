"""Recurrent layers: cells that compute one time step, and layers that run them over sequences."""

from waza.nn.recurrent.bidirectional import Bidirectional as Bidirectional
from waza.nn.recurrent.by_hand import bptt as bptt
from waza.nn.recurrent.cell import Cell as Cell
from waza.nn.recurrent.cell import Preactivations as Preactivations
from waza.nn.recurrent.gru import GRU as GRU
from waza.nn.recurrent.lstm import LSTM as LSTM
from waza.nn.recurrent.lstm import LSTMState as LSTMState
from waza.nn.recurrent.recurrent import Recurrent as Recurrent
from waza.nn.recurrent.recurrent import RecurrentLayer as RecurrentLayer
from waza.nn.recurrent.simple_rnn import SimpleRNN as SimpleRNN
from waza.nn.recurrent.ssru import SSRU as SSRU
from waza.nn.recurrent.stacked import StackedRecurrent as StackedRecurrent
from waza.nn.recurrent.summed import SummedDirections as SummedDirections
