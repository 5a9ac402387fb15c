"""Networks that give the value of each action: a perceptron, or the dueling network; and their initial values."""

import itertools
import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models import MLP
from waza.models.hidden import Hidden
from waza.nn import Dense, He, Layer, Norm, Pass, named_key, relu
from waza.rl.environments import Discrete, Environment
from waza.rl.environments.names import name_of
from waza.rl.rollouts import input_size


class Dueling(Layer):
    r"""$Q(s, a) = V(s) + A(s, a) - \frac{1}{n} \sum_{a'} A(s, a')$.

    Two streams share the first hidden layers. One gives the state's value, the other each action's advantage; each has
    a last hidden layer of its own. What is learned from one action moves the value of all of them.

    Source: Wang et al., "Dueling network architectures for deep reinforcement learning", 2016 (equation 9).

    Args:
        sizes: the numbers of units from input to actions, such as (4, 256, 256, 2); at least one hidden layer.

    >>> model = Dueling((4, 8, 8, 2))
    >>> variables = model.init(jax.random.key(0))
    >>> model.apply(variables, jnp.ones((5, 4)), Pass()).shape
    (5, 2)
    """

    sizes: tuple[int, ...]

    def __check_init__(self):
        if len(self.sizes) < 3:
            raise Error(f"Dueling(sizes={self.sizes}); expected input, hidden and output, as in (4, 256, 256, 2)")

    def parts(self) -> dict[str, Any]:
        """The shared layers and the two streams."""
        *shared, last, actions = self.sizes
        return {
            "shared": tuple(Hidden(Dense(*one, He()), relu) for one in itertools.pairwise(shared)),
            "value": MLP((shared[-1], last, 1)),
            "advantage": MLP((shared[-1], last, actions)),
        }

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch actions"]:
        """The value of each action."""
        parts, x = self.parts(), x.reshape(x.shape[0], -1)
        for i, layer in enumerate(parts["shared"]):
            x = layer.apply(variables["shared"][i], x, run.at("shared").at(i))
        value = parts["value"].apply(variables["value"], x, run.at("value"))
        advantage = parts["advantage"].apply(variables["advantage"], x, run.at("advantage"))
        return value + advantage - jnp.mean(advantage, axis=-1, keepdims=True)


def q_network(
    environment: Environment, hidden: tuple[int, ...], algorithm: str, norm: Norm | None = None, dueling: bool = False
) -> Layer:
    """The network from an environment's observations to the values of its actions.

    Raises:
        Error: the actions are no finite number.
    """
    actions = environment.actions
    if not isinstance(actions, Discrete):
        shown = name_of(environment) or type(environment).__name__
        raise Error(f"{algorithm} learns a value for each action, and {shown} has continuous actions: use ppo or a2c")
    sizes = (input_size(environment.observations), *hidden, actions.n)
    return Dueling(sizes) if dueling else MLP(sizes, norm=norm)


def fan_in_uniform(variables: PyTree[Array], key: PRNGKeyArray) -> PyTree[Array]:
    r"""The variables of dense layers with weights and biases drawn anew, uniformly from $\pm 1/\sqrt{n_\text{in}}$.

    The biases matter. A network of rectifiers whose biases are 0 is positively homogeneous, f(c x) = c f(x): its values
    bend at x = 0 only. In CartPole-v1, whose observations are small, DQN then gives the last states of an episode
    almost the values of the states around them, and unless the target network moves rarely, all values grow without
    bound.

    Source: the initial values of PyTorch's `Linear`; LeCun et al., "Efficient backprop", 1998, for the scale.

    Args:
        variables: of a network; layers are dictionaries with a "weight", (outputs, inputs), and a "bias".
        key: of the draws.

    >>> drawn = fan_in_uniform({"weight": jnp.zeros((50, 4)), "bias": jnp.zeros(50)}, jax.random.key(0))
    >>> all(0.45 < float(jnp.max(jnp.abs(leaf))) <= 0.5 for leaf in drawn.values())
    True
    """
    if isinstance(variables, tuple | list):
        return type(variables)(fan_in_uniform(one, named_key(key, str(i))) for i, one in enumerate(variables))
    if "weight" not in variables:
        return {name: fan_in_uniform(one, named_key(key, name)) for name, one in variables.items()}
    bound = 1 / math.sqrt(variables["weight"].shape[1])
    return {
        name: jax.random.uniform(named_key(key, name), leaf.shape, leaf.dtype, -bound, bound)
        for name, leaf in variables.items()
    }
