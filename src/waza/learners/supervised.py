"""Supervised learning: a model, a loss and an optimiser."""

import math
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree, UInt32

from waza.core.errors import Error
from waza.core.recipe import at, later
from waza.core.variables import join, trained
from waza.data import Dataset, Split
from waza.learners.learner import Learner
from waza.learners.measure import Measures
from waza.learners.probes import activation_measures, gradient_measures
from waza.nn import Augmentation, CrossEntropy, Layer, Loss, Pass, Penalty, named_key
from waza.optim import Optimizer, add

EVALUATED_AT_ONCE = 1000  # rows, or as many as have so many numbers:
NUMBERS_AT_ONCE = 2**22
TRAINING_ROWS = 1000

Precision = Literal["float32", "bfloat16"]


class SupervisedState(NamedTuple):
    """A model's variables, its optimiser's state, the number of steps done, and a state carried over, if any."""

    variables: PyTree[Array]
    optimizer: PyTree[Array]
    step: Int[Array, ""]
    carried: PyTree[Array] = None


class Supervised(Learner):
    """A model trained on the training split by minibatches drawn with replacement.

    Measures: the loss's measures on all test rows ("test_loss", "test_accuracy"), on all validation rows where the
    data have some, and on the first 1,000 training rows ("train_loss", ...), each without the penalty and in float32;
    with `probes`, per layer what `waza.learners.probes` lists. Schedules follow the steps wherever they stand.

    Args:
        model: maps a batch of rows to outputs.
        optimizer: turns gradients into updates.
        loss: what is made small, and what is measured beside it.
        penalty: what is added to the loss for the sake of the weights.
        batch_size: rows a step.
        probes: whether evaluations look inside the model.
        augment: what each step makes of its images; evaluations see them plain.
        precision: of a step's forward and backward pass. The weights that are kept, the optimiser's state, the loss and
            tracked statistics are float32 either way (Micikevicius et al., "Mixed precision training", 2018).
    """

    model: Layer
    optimizer: Optimizer
    loss: Loss = CrossEntropy()
    penalty: Penalty | None = None
    batch_size: int = 100
    probes: bool = True
    augment: Augmentation | None = later(None)
    precision: Precision = later("float32")

    def __check_init__(self):
        if self.precision not in get_args(Precision):
            raise Error(f"Supervised(precision={self.precision!r}); expected one of {', '.join(get_args(Precision))}")
        if not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise Error(f"Supervised(batch_size={self.batch_size!r}); expected a whole number of at least 1")

    def init(self, key: PRNGKeyArray, data: Dataset) -> SupervisedState:
        """Fresh variables, and the optimiser's state for those that are trained."""
        variables = self.model.init(named_key(key, "model"))
        return SupervisedState(variables, self.optimizer.init(trained(variables)), jnp.zeros((), jnp.int32))

    def rows_drawn(self, data: Dataset, key: PRNGKeyArray) -> UInt32[Array, " batch"]:
        """`batch_size` training rows, drawn with replacement (a row's chance is off by less than rows / 2^32)."""
        return jax.random.bits(key, (self.batch_size,)) % data.train.y.shape[0]

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Any:
        """The inputs and targets of `rows_drawn`, a `Split`."""
        rows = self.rows_drawn(data, key)
        return Split(as_inputs(data.train.x[rows]), data.train.y[rows])

    def update(self, state: SupervisedState, batch: Any, key: PRNGKeyArray) -> tuple[SupervisedState, Measures]:
        """One step of the optimiser on the batch's mean loss and the penalty; records that loss alone."""
        now = at(self, state.step)
        gradients, (loss, followed, carried) = now._differentiated(state, batch, key)
        parameters = trained(state.variables)
        updates, optimizer = now.optimizer.update(gradients, state.optimizer, parameters)
        variables = join(add(parameters, updates), followed)
        return SupervisedState(variables, optimizer, state.step + 1, carried), {"loss": loss}

    def gradients(self, state: SupervisedState, batch: Any, key: PRNGKeyArray) -> PyTree[Array]:
        """The gradients from which `update` makes its step, before the optimiser clips or scales any."""
        return at(self, state.step)._differentiated(state, batch, key)[0]

    def _differentiated(
        self, state: SupervisedState, batch: Any, key: PRNGKeyArray
    ) -> tuple[PyTree[Array], tuple[Float[Array, ""], PyTree[Array], Any]]:
        """The objective's gradients; and the loss, the variables as the pass left them, and what is carried over."""

        def objective(parameters: PyTree[Array]) -> tuple[Float[Array, ""], Any]:
            run = Pass(training=True, key=key)
            variables = join(self._narrowed(parameters), state.variables)
            outputs, targets, carried = self._outputs(variables, state, batch, run, key)
            loss = jnp.mean(self.loss(outputs.astype(jnp.float32), targets)["loss"])
            objective = loss if self.penalty is None else loss + self.penalty(parameters)
            return objective, (loss, run.followed(variables), carried)

        return jax.grad(objective, has_aux=True)(trained(state.variables))

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[Array, Array, Any]:
        """The outputs for a batch in training, their targets, and what is carried over to the next step."""
        x = as_inputs(batch.x)
        if self.augment is not None:
            x = self.augment(x, named_key(key, "augment"))
        return self.model.apply(variables, self._narrowed(x), run), batch.y, None

    def _narrowed(self, tree: PyTree[Array]) -> PyTree[Array]:
        """The floats in the precision of a step."""
        floating = jnp.floating
        return jax.tree.map(lambda x: x.astype(self.precision) if jnp.issubdtype(x.dtype, floating) else x, tree)

    def plain(self, x: Array) -> Array:
        """The inputs of rows as the model sees them where it does not train."""
        x = as_inputs(x)
        return x if self.augment is None else self.augment.plain(x)

    def row_measures(self, state: SupervisedState, rows: Split) -> dict[str, Float[Array, " rows"]]:
        """The loss's measures of each row."""
        return self.loss(self.model.apply(state.variables, self.plain(rows.x), Pass()), rows.y)

    def evaluate(self, state: SupervisedState, data: Dataset, key: PRNGKeyArray) -> Measures:
        """The loss's measures on both splits, and the probes."""
        measures: Measures = {}
        now = at(self, state.step)
        splits = self.judged(data)
        train = splits["train"]
        for name, split in splits.items():
            for measure, value in now.mean_measures(state, split).items():
                measures[f"{name}_{measure}"] = value
        if self.probes:
            measures |= activation_measures(now.model, state.variables, self.plain(train.x))
            few = Split(self.plain(train.x[: self.batch_size]), train.y[: self.batch_size])
            measures |= gradient_measures(now.model, now.loss, now.optimizer, state, few, key)
        return measures

    def judged(self, data: Dataset) -> dict[str, Split]:
        """The splits that are evaluated, by the name that their measures begin with; of the training rows the first."""
        validation = {} if data.validation is None else {"validation": data.validation}
        train = Split(data.train.x[:TRAINING_ROWS], data.train.y[:TRAINING_ROWS])
        return {"test": data.test, **validation, "train": train}

    def mean_measures(self, state: SupervisedState, split: Split) -> dict[str, Float[Array, ""]]:
        """Each measure's mean over all rows, evaluated in pieces that fit the processor's caches."""

        def total(piece: tuple[Array, Array, Array]) -> dict[str, Float[Array, ""]]:
            x, y, real = piece
            measures = self.row_measures(state, Split(x, y))
            return {name: jnp.sum(jnp.where(real, value, 0)) for name, value in measures.items()}

        rows = split.x.shape[0]
        size = rows_at_once(split.x.shape)
        pieces = -(-rows // size)
        if pieces == 1:
            totals = total((split.x, split.y, jnp.ones(rows, bool)))
        else:
            row = jnp.arange(pieces * size).reshape(pieces, size)
            index = jnp.minimum(row, rows - 1)
            x, y = jnp.asarray(split.x), jnp.asarray(split.y)
            totals = jax.lax.map(lambda at: total((x[at[0]], y[at[0]], at[1])), (index, row < rows))
            totals = {name: jnp.sum(values) for name, values in totals.items()}
        return {name: value / rows for name, value in totals.items()}

    def chance(self, data: Dataset) -> dict[str, float]:
        """The level of the best constant answer, on each split."""
        return {
            f"{name}_{measure}": value
            for name, split in {**self.judged(data), "train": data.train}.items()
            for measure, value in self.loss.chance(split.y).items()
        }


def rows_at_once(shape: tuple[int, ...]) -> int:
    """How many rows of inputs of this shape (rows, ...) are evaluated at once.

    >>> rows_at_once((60000, 28, 28, 1)), rows_at_once((60000, 227, 227, 3))
    (1000, 27)
    """
    return max(1, min(EVALUATED_AT_ONCE, NUMBERS_AT_ONCE // math.prod(shape[1:])))


def as_inputs(x: Any) -> Array:
    """Rows as floats: bytes are scaled from 0..255 to 0..1, floats stay.

    >>> as_inputs(jnp.array([[0, 255]], dtype=jnp.uint8)).tolist()
    [[0.0, 1.0]]
    """
    x = jnp.asarray(x)
    return x.astype(jnp.float32) / 255 if x.dtype == jnp.uint8 else x
