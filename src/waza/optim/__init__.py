"""Optimisers: what turns gradients into updates, one a file."""

from waza.optim.adagrad import AdaGrad as AdaGrad
from waza.optim.adam import Adam as Adam
from waza.optim.from_optax import FromOptax as FromOptax
from waza.optim.momentum import Momentum as Momentum
from waza.optim.optimizer import Optimizer as Optimizer
from waza.optim.optimizer import add as add
from waza.optim.rmsprop import RMSProp as RMSProp
from waza.optim.sgd import SGD as SGD
