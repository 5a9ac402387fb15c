"""Aggressive inference: extra steps of a posterior network, as long as its latent variable becomes more telling."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe
from waza.optim import Optimizer, add


class AggressiveState(NamedTuple):
    """Where aggressive inference stands.

    Args:
        optimizer: the state of its optimiser.
        active: whether extra steps are still made.
        total: the sum of the mutual information over the steps of the current window.
        steps: the number of these steps.
        last: the mean of the window before.
    """

    optimizer: PyTree[Array]
    active: Bool[Array, ""]
    total: Float[Array, ""]
    steps: Int[Array, ""]
    last: Float[Array, ""]


class AggressiveInference(Recipe):
    """Extra steps of the posterior network after each step of the whole model, early in training.

    A posterior that lags behind the model is one reason for its collapse. The extra steps end for good after the first
    window of steps in which the mutual information, as a mean over the window, is not higher than in the one before.
    He et al. draw further batches for the extra steps and evaluate once an epoch; here they are made on the step's own
    batch, with other samples of z.

    Source: He, Spokoyny, Neubig and Berg-Kirkpatrick, "Lagging inference networks and posterior collapse in variational
    autoencoders", 2019.

    Args:
        optimizer: of the extra steps.
        steps: extra steps after each step.
        window: steps over which the mutual information is averaged.
    """

    optimizer: Optimizer
    steps: int = 5
    window: int = 100

    def __check_init__(self):
        for name in ("steps", "window"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise Error(
                    f"AggressiveInference({name}={getattr(self, name)!r}); expected a whole number of at least 1"
                )

    def start(self, posterior: PyTree[Array]) -> AggressiveState:
        """The state before the first step, for the trained variables of the posterior network."""
        zero = jnp.zeros(())
        state = self.optimizer.init(posterior)
        return AggressiveState(state, jnp.ones((), bool), zero, jnp.zeros((), jnp.int32), zero - jnp.inf)

    def improved(
        self,
        posterior: PyTree[Array],
        state: AggressiveState,
        gradient: Callable[[PyTree[Array], PRNGKeyArray], PyTree[Array]],
        key: PRNGKeyArray,
    ) -> tuple[PyTree[Array], AggressiveState]:
        """The posterior network after the extra steps, if they are still made.

        Args:
            posterior: its trained variables.
            state: where aggressive inference stands.
            gradient: of the objective with respect to them, with a key of its samples.
            key: of all samples.
        """

        def step(i: Array, now: tuple[PyTree[Array], PyTree[Array]]) -> tuple[PyTree[Array], PyTree[Array]]:
            variables, optimizer = now
            found = gradient(variables, jax.random.fold_in(key, i))
            updates, optimizer = self.optimizer.update(found, optimizer, variables)
            return add(variables, updates), optimizer

        steps = jnp.where(state.active, self.steps, 0)
        posterior, optimizer = jax.lax.fori_loop(0, steps, step, (posterior, state.optimizer))
        return posterior, state._replace(optimizer=optimizer)

    def followed(self, state: AggressiveState, information: Float[Array, ""]) -> AggressiveState:
        """The state after a step with this mutual information.

        >>> from waza.optim import SGD
        >>> one = AggressiveInference(SGD(0.1), window=2)
        >>> state, active = one.start({}), []
        >>> for information in (1.0, 2.0, 3.0, 4.0, 3.0, 3.0):
        ...     state = one.followed(state, jnp.float32(information))
        ...     active.append(bool(state.active))
        >>> active
        [True, True, True, True, True, False]
        """
        total, steps = state.total + information, state.steps + 1
        ends = steps == self.window
        mean = total / self.window
        return state._replace(
            active=state.active & (~ends | (mean > state.last)),
            total=jnp.where(ends, 0.0, total),
            steps=jnp.where(ends, 0, steps),
            last=jnp.where(ends, mean, state.last),
        )


def without(variables: dict[str, Any], names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables of these names, and the others.

    >>> without({"prior": 1, "posterior": 2}, ("posterior", "norm"))
    ({'posterior': 2}, {'prior': 1})
    """
    own = {name: value for name, value in variables.items() if name in names}
    return own, {name: value for name, value in variables.items() if name not in names}
