"""The usual networks of policies and critics: separate multilayer perceptrons with orthogonal weights."""

import itertools
import math
from collections.abc import Callable

from waza import nn
from waza.models import Chain
from waza.nn.orthogonal import Orthogonal
from waza.rl.environments import Discrete, Environment
from waza.rl.policies.policy import CategoricalPolicy, GaussianPolicy, Policy
from waza.rl.rollouts import input_size

HIDDEN = (64, 64)


def orthogonal_mlp(sizes: tuple[int, ...], activation: Callable, last_gain: float) -> Chain:
    """Dense layers with an activation between them; orthogonal weights of the gain sqrt(2), and another at the end.

    Source: Engstrom et al., "Implementation matters in deep policy gradients", 2020; as in Stable-Baselines3.

    >>> len(orthogonal_mlp((4, 64, 64, 2), nn.tanh, 0.01).layers)
    5
    """
    layers: list[nn.Layer | Callable] = []
    for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes), start=2):
        last = i == len(sizes)
        layers.append(nn.Dense(inputs, outputs, Orthogonal(last_gain if last else math.sqrt(2))))
        layers += [] if last else [activation]
    return Chain(tuple(layers))


def mlp_policy(environment: Environment, hidden: tuple[int, ...] = HIDDEN, activation: Callable = nn.tanh) -> Policy:
    """A policy for an environment's spaces whose first actions are almost equally probable (the last gain is 0.01).

    Args:
        environment: whose observations and actions it is for.
        hidden: the numbers of hidden units.
        activation: of the hidden layers.
    """
    actions = environment.actions
    outputs = actions.n if isinstance(actions, Discrete) else math.prod(actions.shape)
    model = orthogonal_mlp((input_size(environment.observations), *hidden, outputs), activation, 0.01)
    return CategoricalPolicy(model) if isinstance(actions, Discrete) else GaussianPolicy(model)


def mlp_critic(environment: Environment, hidden: tuple[int, ...] = HIDDEN, activation: Callable = nn.tanh) -> Chain:
    """A critic for an environment's observations.

    Args:
        environment: whose observations it is for.
        hidden: the numbers of hidden units.
        activation: of the hidden layers.
    """
    return orthogonal_mlp((input_size(environment.observations), *hidden, 1), activation, 1.0)
