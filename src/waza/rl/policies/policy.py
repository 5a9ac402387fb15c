"""Policies: a model whose outputs are the parameters of a distribution of actions."""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe
from waza.nn import Layer, Pass, named_key
from waza.rl.environments import Box, Discrete
from waza.rl.policies.distributions import Categorical, Gaussian

Distribution = Categorical | Gaussian


class Policy(Recipe):
    """pi(a | s), made of a model that maps rows of observations to a distribution's parameters.

    Args:
        model: (rows, inputs) to (rows, outputs); discrete observations come as one-hot vectors.
    """

    model: Layer

    def init(self, key: PRNGKeyArray, actions: Discrete | Box) -> dict[str, PyTree[Array]]:
        """The variables."""
        raise NotImplementedError(f"{type(self).__name__} has no init(key, actions)")

    def distribution(self, variables: PyTree[Array], x: Float[Array, "rows inputs"]) -> Distribution:
        """The distribution of actions for each row."""
        raise NotImplementedError(f"{type(self).__name__} has no distribution(variables, x)")

    def noise(self, key: PRNGKeyArray, shape: tuple[int, ...], actions: Discrete | Box) -> Float[Array, "..."]:
        """What `Distribution.sample` needs for actions of this leading shape."""
        raise NotImplementedError(f"{type(self).__name__} has no noise(key, shape, actions)")

    def allowed(self, action: Array, actions: Discrete | Box) -> Array:
        """What is done in the environment for a drawn action."""
        return action

    def check(self, inputs: int, actions: Discrete | Box) -> None:
        """Check the model against an environment.

        Raises:
            Error: the policy is not one for these actions, or the model has another number of inputs or outputs.
        """
        raise NotImplementedError(f"{type(self).__name__} has no check(inputs, actions)")


def outputs_of(model: Layer, inputs: int) -> tuple[int, ...]:
    """The shape of a model's output for one row of so many inputs; an `Error` where it takes another number."""

    def applied(key: PRNGKeyArray, x: Array) -> Array:
        return model.apply(model.init(key), x, Pass())

    row = jax.ShapeDtypeStruct((2, inputs), jnp.float32)
    try:
        return jax.eval_shape(applied, jax.random.key(0), row).shape[1:]
    except TypeError as error:
        raise Error(f"{type(model).__name__} does not take the {inputs} numbers of an observation: {error}") from None


class CategoricalPolicy(Policy):
    """pi(a | s) = softmax of the model's outputs, one a discrete action.

    >>> from waza import nn
    >>> policy = CategoricalPolicy(nn.Dense(3, 2, nn.Constant(0.0)))
    >>> variables = policy.init(jax.random.key(0), Discrete(2))
    >>> jnp.exp(policy.distribution(variables, jnp.ones((1, 3))).log_probability(jnp.array([1]))).tolist()
    [0.5]
    """

    def init(self, key: PRNGKeyArray, actions: Discrete | Box) -> dict[str, PyTree[Array]]:
        """The model's variables, "model"."""
        return {"model": self.model.init(named_key(key, "model"))}

    def distribution(self, variables: PyTree[Array], x: Float[Array, "rows inputs"]) -> Categorical:
        """The probabilities of the actions for each row."""
        return Categorical(self.model.apply(variables["model"], x, Pass()))

    def noise(self, key: PRNGKeyArray, shape: tuple[int, ...], actions: Discrete | Box) -> Float[Array, "..."]:
        """Standard Gumbel draws, one an action."""
        assert isinstance(actions, Discrete)
        return jax.random.gumbel(key, (*shape, actions.n))

    def check(self, inputs: int, actions: Discrete | Box) -> None:
        """One output for each discrete action."""
        if not isinstance(actions, Discrete):
            raise Error(f"the actions are {actions}, and CategoricalPolicy chooses among a few: give a GaussianPolicy")
        if (found := outputs_of(self.model, inputs)) != (actions.n,):
            raise Error(f"the policy's model has outputs of the shape {found}; expected ({actions.n},), one an action")


class GaussianPolicy(Policy):
    r"""$\pi(a | s) = N(\mu(s), \sigma^2)$ with the model's outputs as mu and a standard deviation for all observations.

    The density is that of the drawn action. Where the actions have bounds, the environment receives the drawn action
    cut off at them, as in most implementations of PPO: the distribution has its whole mass, and the gradient is that of
    an environment that cuts actions off itself.

    Args:
        model: as many outputs as an action has numbers.
        log_std: the initial log sigma of each coordinate; it is trained.

    >>> from waza import nn
    >>> policy, space = GaussianPolicy(nn.Dense(3, 1)), Box((1,), -2.0, 2.0)
    >>> policy.allowed(jnp.array([2.5]), space).tolist()
    [2.0]
    """

    log_std: float = 0.0

    def init(self, key: PRNGKeyArray, actions: Discrete | Box) -> dict[str, PyTree[Array]]:
        """The model's variables, "model", and "log_std"."""
        return {"model": self.model.init(named_key(key, "model")), "log_std": jnp.full(actions.shape, self.log_std)}

    def distribution(self, variables: PyTree[Array], x: Float[Array, "rows inputs"]) -> Gaussian:
        """A normal distribution for each row."""
        mean = self.model.apply(variables["model"], x, Pass())
        return Gaussian(mean.reshape(len(x), *variables["log_std"].shape), variables["log_std"])

    def noise(self, key: PRNGKeyArray, shape: tuple[int, ...], actions: Discrete | Box) -> Float[Array, "..."]:
        """Standard normal draws, one a coordinate."""
        return jax.random.normal(key, (*shape, *actions.shape))

    def allowed(self, action: Array, actions: Discrete | Box) -> Array:
        """The drawn action, cut off at the bounds of the actions."""
        assert isinstance(actions, Box)
        low, high = (jnp.asarray(bound, jnp.float32) for bound in (actions.low, actions.high))
        return jnp.clip(action, low, high)

    def check(self, inputs: int, actions: Discrete | Box) -> None:
        """One output for each coordinate of an action."""
        if not isinstance(actions, Box):
            raise Error(f"the actions are {actions}, and GaussianPolicy draws numbers: give a CategoricalPolicy")
        if (found := outputs_of(self.model, inputs)) != (math.prod(actions.shape),):
            expected = f"({math.prod(actions.shape)},), one a coordinate"
            raise Error(f"the policy's model has outputs of the shape {found}; expected {expected}")
