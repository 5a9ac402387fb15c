"""LogPolicy: response models and a policy that are learned from a log together."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.measure import Mean, Measure, Measures
from waza.core.recipe import at
from waza.learners.learner import Learner
from waza.nn import Layer, Pass, named_key
from waza.optim import Optimizer, add
from waza.rl.logs.estimators import scores


class FoldedLog(NamedTuple):
    """A `Log` whose rows are divided: into folds, of which one is held out, and into two halves.

    Args:
        features: (rows, features).
        arm, reward, propensity: (rows,).
        fold: (rows,), counted from 0.
        half: (rows,), 0 or 1.
    """

    features: Any
    arm: Any
    reward: Any
    propensity: Any
    fold: Any
    half: Any


class PolicyState(NamedTuple):
    """The variables of the networks, the optimiser's state, and the number of steps done."""

    variables: PyTree[Array]
    optimizer: PyTree[Array]
    step: Int[Array, ""]


class LogPolicy(Learner):
    r"""Response models m(x, a), and the gain g(x, a) of each arm over the control, from the rows outside of one fold.

    Two response models learn from one half of the rows each, $(m(x, a_i) - r_i)^2$. The gain learns from the doubly
    robust scores of each row, with the response model that has not seen the row:
    $\sum_a (g(x, a) - (\Gamma_a - \Gamma_c))^2$, whose minimum is the expected gain, whatever the response models
    are, if the propensities are right. A policy that treats those with the largest gain has the largest value at any
    budget.

    Measures, on the held-out fold: "response_loss", and "gain_loss", the two squared errors. The second is mostly noise
    of the scores; differences of it are not.

    Sources: Dudik, Langford and Li 2011; Athey and Wager 2021 (policy learning); Kennedy 2023 (the DR-learner).

    Args:
        response: the network from features to one reward an arm.
        gain: the network from features to one gain an arm other than the control, in the order of the arms.
        optimizer: of all networks.
        control: the arm that gains are compared with.
        fold: the one that is held out; -1 for none.
        batch_size: rows a step.
    """

    response: Layer
    gain: Layer
    optimizer: Optimizer
    control: int = 0
    fold: float = -1.0
    batch_size: int = 512

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The two losses on the held-out fold, and on the batches."""
        return (
            Measure("gain_loss", "lower"),
            Measure("response_loss", "lower"),
            Measure("batch_gain_loss", "lower"),
            Measure("batch_response_loss", "lower"),
        )

    def init(self, key: PRNGKeyArray, data: Any) -> Any:
        """Fresh variables of the networks, and the optimiser's state."""
        halves = [self.response.init(named_key(key, f"response{half}")) for half in range(2)]
        variables = {
            "response": jax.tree.map(lambda *leaves: jnp.stack(leaves), *halves),
            "gain": self.gain.init(named_key(key, "gain")),
        }
        return PolicyState(variables, self.optimizer.init(variables), jnp.int32(0))

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Any:
        """`batch_size` rows of all folds, drawn with replacement; those of the held-out fold have no weight."""
        rows = jax.random.randint(key, (self.batch_size,), 0, len(data.arm))
        return jax.tree.map(lambda leaf: jnp.asarray(leaf)[rows], data)

    def update(self, state: Any, batch: Any, key: PRNGKeyArray) -> tuple[Any, Measures]:
        """One step of all networks on the batch."""
        now = at(self, state.step)
        weight = (batch.fold != self.fold).astype(jnp.float32)

        def objective(variables: PyTree[Array]) -> tuple[Float[Array, ""], Measures]:
            losses = now.losses(variables, batch)
            totals = {name: jnp.sum(weight * loss) for name, loss in losses.items()}
            records = {name: Mean(total, jnp.sum(weight)) for name, total in totals.items()}
            return sum(totals.values()) / jnp.maximum(jnp.sum(weight), 1), records

        gradients, records = jax.grad(objective, has_aux=True)(state.variables)
        updates, optimizer = now.optimizer.update(gradients, state.optimizer, state.variables)
        return PolicyState(add(state.variables, updates), optimizer, state.step + 1), records

    def losses(self, variables: PyTree[Array], rows: FoldedLog) -> dict[str, Float[Array, " rows"]]:
        """The two squared errors of each row."""
        both = self.both_responses(variables, rows.features)
        first, second = both
        own, other = (jnp.where(half[:, None] == 0, first, second) for half in (rows.half, 1 - rows.half))
        response = jnp.take_along_axis(own, rows.arm[:, None], axis=1)[:, 0] - rows.reward
        gain = self.gains(variables, rows.features) - self.gains_of(self.row_scores(rows, other))
        return {"gain_loss": jnp.sum(gain**2, axis=1), "response_loss": response**2}

    def row_scores(self, rows: FoldedLog, model: Float[Array, "rows arms"]) -> Float[Array, "rows arms"]:
        """The doubly robust scores of rows, constants for the gradient."""
        return jax.lax.stop_gradient(jnp.asarray(scores(rows.arm, rows.reward, rows.propensity, model)))

    def gains_of(self, values: Float[Array, "rows arms"]) -> Float[Array, "rows others"]:
        """The values of the other arms less that of the control."""
        others = [arm for arm in range(values.shape[1]) if arm != self.control]
        return values[:, jnp.array(others)] - values[:, self.control, None]

    def both_responses(self, variables: PyTree[Array], x: Float[Array, "rows features"]) -> Float[Array, "2 rows arms"]:
        """The responses by both models."""
        return jax.vmap(lambda one: self.response.apply(one, x, Pass()))(variables["response"])

    def responses(self, variables: PyTree[Array], x: Float[Array, "rows features"]) -> Float[Array, "rows arms"]:
        """The expected reward of each arm: the mean of both models."""
        return jnp.mean(self.both_responses(variables, x), axis=0)

    def gains(self, variables: PyTree[Array], x: Float[Array, "rows features"]) -> Float[Array, "rows others"]:
        """The expected gain of each arm other than the control."""
        return self.gain.apply(variables["gain"], x, Pass())

    def evaluate(self, state: Any, data: Any, key: PRNGKeyArray) -> Measures:
        """The two losses on the held-out fold; a gap where none is held out."""
        held = (jnp.asarray(data.fold) == self.fold).astype(jnp.float32)
        losses = self.losses(state.variables, jax.tree.map(jnp.asarray, data))
        return {name: Mean(jnp.sum(held * loss), jnp.sum(held)) for name, loss in losses.items()}

    def kept(self, state: Any) -> PyTree[Array]:
        """The variables of the networks."""
        return state.variables
