"""Optimisers, wrappers of optimisers, and schedules, one a file."""

from waza.core.masks import Mask as Mask
from waza.core.masks import everything as everything
from waza.core.masks import weights as weights
from waza.optim.adagrad import AdaGrad as AdaGrad
from waza.optim.adam import Adam as Adam
from waza.optim.clip_by_norm import ClipByNorm as ClipByNorm
from waza.optim.cosine_decay import CosineDecay as CosineDecay
from waza.optim.exponential_decay import ExponentialDecay as ExponentialDecay
from waza.optim.from_optax import FromOptax as FromOptax
from waza.optim.linear_decay import LinearDecay as LinearDecay
from waza.optim.momentum import Momentum as Momentum
from waza.optim.nesterov import Nesterov as Nesterov
from waza.optim.optimizer import Optimizer as Optimizer
from waza.optim.optimizer import Wrapper as Wrapper
from waza.optim.optimizer import add as add
from waza.optim.proximal_l1 import ProximalL1 as ProximalL1
from waza.optim.rmsprop import RMSProp as RMSProp
from waza.optim.sgd import SGD as SGD
from waza.optim.step_decay import StepDecay as StepDecay
from waza.optim.warm_up import WarmUp as WarmUp
from waza.optim.weight_decay import WeightDecay as WeightDecay
