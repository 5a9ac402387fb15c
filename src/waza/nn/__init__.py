"""The parts of a network: activations, initial values, layers, and the pass that runs through them."""

from waza.nn.activations import derivative as derivative
from waza.nn.activations import relu as relu
from waza.nn.activations import saturated as saturated
from waza.nn.activations import sigmoid as sigmoid
from waza.nn.activations import tanh as tanh
from waza.nn.batch_norm import BatchNorm as BatchNorm
from waza.nn.dense import Dense as Dense
from waza.nn.dropout import Dropout as Dropout
from waza.nn.initializers import Constant as Constant
from waza.nn.initializers import Gaussian as Gaussian
from waza.nn.initializers import He as He
from waza.nn.initializers import Initializer as Initializer
from waza.nn.initializers import Xavier as Xavier
from waza.nn.layer import Layer as Layer
from waza.nn.losses import CrossEntropy as CrossEntropy
from waza.nn.losses import Loss as Loss
from waza.nn.losses import SquaredError as SquaredError
from waza.nn.passes import Pass as Pass
from waza.nn.passes import named_key as named_key
from waza.nn.penalty import L1 as L1
from waza.nn.penalty import L2 as L2
from waza.nn.penalty import Penalties as Penalties
from waza.nn.penalty import Penalty as Penalty
