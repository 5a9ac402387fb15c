"""TabularEnvironment: an environment that samples from a model."""

import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

from waza.core.errors import Error
from waza.rl.environments import Discrete, Environment, Step
from waza.rl.tabular.model import ROUNDING, TabularModel
from waza.rl.tabular.policies import draw


class TabularEnvironment(Environment):
    """The environment of a finite model; a subclass defines `model`. A state is observed as its number.

    The reward of a step is the model's r(s, a), the expected one, also where it depends on the next state.

    >>> import jax
    >>> walk = RandomWalk(states=3)
    >>> after = walk.step(walk.reset(jax.random.key(0)), 1, jax.random.key(1))
    >>> int(after.state), float(after.reward), bool(after.terminated)
    (2, 0.0, False)
    """

    def model(self) -> TabularModel:
        """The probabilities and rewards; JAX arrays where they depend on numbers of the recipe."""
        raise NotImplementedError(f"{type(self).__name__} has no model()")

    @property
    def actions(self) -> Discrete:
        """The actions 0, ..., A - 1."""
        return Discrete(self.model().actions)

    @property
    def observations(self) -> Discrete:
        """The states 0, ..., S - 1."""
        return Discrete(self.model().states)

    def reset(self, key: PRNGKeyArray) -> Int[Array, ""]:
        """A state drawn from the model's start."""
        return draw(jnp.asarray(self.model().start), key)

    def step(self, state: Int[Array, ""], action: Int[Array, ""] | int, key: PRNGKeyArray) -> Step:
        """A next state drawn from the model; the state stays where the process ends."""
        model = self.model()
        row = jnp.asarray(model.transition)[state, action]
        end = 1 - jnp.sum(row)
        after = draw(jnp.append(row, jnp.where(end > ROUNDING, end, 0.0)), key)
        terminated = after == model.states
        return Step(jnp.where(terminated, state, after), jnp.asarray(model.reward)[state, action], terminated)

    def observe(self, state: Int[Array, ""]) -> Int[Array, ""]:
        """The state's number."""
        return state


class RandomWalk(TabularEnvironment):
    """A walk on a line that ends at both sides (Sutton and Barto, 2018, example 7.1).

    The actions 0 and 1 go left and right. The reward is -1 at the left end, 1 at the right end, and 0 before; an
    episode starts in the middle. Under the uniform policy the values are equidistant between -1 and 1.

    Args:
        states: an odd number.
    """

    states: int = 19

    def __check_init__(self):
        if self.states < 1 or self.states % 2 == 0:
            raise Error(f"RandomWalk(states={self.states}); expected an odd number, so that one is in the middle")

    def model(self) -> TabularModel:
        """One step left or right; missing probability is an end."""
        left, right = jnp.eye(self.states, k=-1), jnp.eye(self.states, k=1)
        reward = jnp.zeros((self.states, 2)).at[0, 0].set(-1.0).at[-1, 1].set(1.0)
        return TabularModel(jnp.stack([left, right], axis=1), reward, jnp.eye(self.states)[self.states // 2])
