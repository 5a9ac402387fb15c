"""Environments whose action values are known."""

import jax.numpy as jnp

from waza.rl.environments import Box, Discrete, Environment, Step

from ..problems import Numbered


class Loop(Environment):
    """One state, and the reward 1 at each step; only the time limit ends an episode. Q = 1 / (1 - discount)."""

    time_limit: int | None = 5

    @property
    def actions(self):
        return Discrete(2)

    @property
    def observations(self):
        return Box((1,))

    def reset(self, key):
        return jnp.float32(1)

    def observe(self, state):
        return state[None]

    def step(self, state, action, key):
        return Step(state, jnp.float32(1), jnp.bool_(False))


class Once(Loop):
    """The same, but the process ends after its first step: Q = 1."""

    def step(self, state, action, key):
        return Step(state, jnp.float32(1), jnp.bool_(True))


class Chain(Numbered):
    """States 0, 1, 2 in a row: action 1 goes right, action 0 stays; a step costs 0.1, leaving state 2 earns 1."""

    states = 3
    time_limit: int | None = 20

    def step(self, state, action, key):
        ends = (state == 2) & (action == 1)
        after = jnp.minimum(state + action, 2).astype(jnp.int32)
        return Step(after, jnp.where(ends, 1.0, -0.1), ends)


class Steered(Loop):
    """Actions are numbers, which no learner of action values can use."""

    @property
    def actions(self):
        return Box((1,))


def chain_values(discount):
    """Q of the chain, (states, actions), by value iteration."""
    q = [[0.0, 0.0] for _ in range(3)]
    for _ in range(500):
        v = [max(row) for row in q] + [0.0]
        q = [[-0.1 + discount * v[s], (1.0 if s == 2 else -0.1) + discount * v[s + 1]] for s in range(3)]
    return q
