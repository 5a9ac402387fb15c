"""Bases of small environments, and a training without the engine."""

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from waza.rl import tabular
from waza.rl.environments import Discrete, Environment
from waza.rl.environments.finite import Finite, Outcomes


class Numbered(Environment):
    """Two actions and `states` numbered states, which are observed; the first one is 0. A subclass defines `step`."""

    states: ClassVar[int]

    @property
    def actions(self):
        return Discrete(2)

    @property
    def observations(self):
        return Discrete(self.states)

    def reset(self, key):
        return jnp.int32(0)

    def observe(self, state):
        return state


class OfModel(Finite):
    """An environment that samples from a model, which a subclass gives as `table`; the first state is 0."""

    @property
    def actions(self):
        return Discrete(self.table().actions)

    def outcomes(self):
        model = tabular.checked(self.table())
        probability = np.concatenate([model.transition, model.ending[..., None]], -1)
        following = np.broadcast_to([*range(model.states), 0], probability.shape)
        return Outcomes(following, probability, model.reward[..., None], np.arange(model.states + 1) == model.states)

    def starts(self):
        return np.array([0])


def trained(learner, updates, seed=0):
    """The state after some updates."""

    def one(state, key):
        return learner.update(state, None, key)[0], None

    state = learner.init(jax.random.key(seed), None)
    keys = jax.random.split(jax.random.key(seed + 1), updates)
    return jax.jit(lambda state: jax.lax.scan(one, state, keys)[0])(state)
