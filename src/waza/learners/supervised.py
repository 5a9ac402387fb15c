"""Supervised learning: a model, a loss and an optimiser."""

import dataclasses
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree, UInt32

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures, named
from waza.core.recipe import at, later
from waza.core.variables import join, trained
from waza.data import Dataset
from waza.learners.learner import Learner
from waza.learners.probes import MEASURES as PROBED
from waza.learners.probes import activation_measures, gradient_measures
from waza.learners.row_stream import RowStream, is_large
from waza.learners.rows import (
    as_inputs,
    first_rows,
    mean_of_rows,
    measure_rows,
    row_count,
    rows_at_once,
    sum_of_rows,
    value_of,
    weights_of,
)
from waza.learners.source import Resident, Source
from waza.nn import Augmentation, CrossEntropy, Layer, Loss, Pass, Penalty, named_key
from waza.optim import Optimizer, add

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
    with `probes`, those of `waza.learners.probes` for each layer. Schedules follow the steps in any field.

    Inputs, targets and outputs may be any trees of arrays whose first axis is the row. A split may be `Weighted`: loss
    and measures are then weighted means. Training data above 2 GiB stay in the host's memory or in their file, and are
    read batch by batch.

    Args:
        model: maps a batch of rows to outputs.
        optimizer: turns gradients into updates.
        loss: the objective, and the measures beside it.
        penalty: a function of the weights that is added to the objective.
        batch_size: rows a step.
        probes: whether evaluations measure each layer too.
        augment: a random change of each step's images; evaluations use them unchanged.
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

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """The loss's measures on each split, the test split's first; the batches' loss; and the probes."""
        splits = self.judged(data)
        on_splits = (self._on(name, measure) for name in splits for measure in self.split_measures())
        return *on_splits, self._on("batch", named(self.loss.measures(), "loss")), *(PROBED if self.probes else ())

    def split_measures(self) -> tuple[Measure, ...]:
        """The measures of a split, by names without the split's."""
        return self.loss.measures()

    def _on(self, split: str, measure: Measure) -> Measure:
        return dataclasses.replace(measure, name=f"{split}_{measure.name}")

    def selection(self, data: Any) -> Measure:
        """The loss on the validation split.

        Raises:
            Error: the data have none.
        """
        if data.validation is None:
            raise Error(
                f"{data.name} has no validation split, by which the best step is chosen: set rows aside with "
                "wz.data.hold_out(data, rows)"
            )
        return named(self.measures(data), "validation_loss")

    def source(self, data: Dataset) -> Source:
        """The data as they are, or a stream of batches where the training inputs are large."""
        return RowStream(self, data) if is_large(data.train) else Resident(data)

    def init(self, key: PRNGKeyArray, data: Any) -> SupervisedState:
        """Fresh variables, and the optimiser's state for those that are trained."""
        variables = self.model.init(named_key(key, "model"))
        return SupervisedState(variables, self.optimizer.init(trained(variables)), jnp.zeros((), jnp.int32))

    @property
    def targets_a_step(self) -> int:
        """The number of targets that one step learns from."""
        return self.batch_size

    def rows_drawn(self, data: Dataset, key: PRNGKeyArray) -> UInt32[Array, " batch"]:
        """`batch_size` training rows, drawn with replacement (a row's chance is off by less than rows / 2^32)."""
        return jax.random.bits(key, (self.batch_size,)) % row_count(data.train)

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Any:
        """The inputs and targets of `rows_drawn`, a `Split` or `Weighted`."""
        rows = self.rows_drawn(data, key)
        batch = jax.tree.map(lambda leaf: leaf[rows], data.train)
        return batch._replace(x=as_inputs(batch.x))

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
    ) -> tuple[PyTree[Array], tuple[Any, PyTree[Array], Any]]:
        """The objective's gradients; and the loss, the variables after the pass, and the state carried over."""

        def objective(parameters: PyTree[Array]) -> tuple[Float[Array, ""], Any]:
            run = Pass(training=True, key=key)
            variables = join(self._narrowed(parameters), state.variables)
            outputs, targets, carried = self._outputs(variables, state, batch, run, key)
            outputs = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), outputs)
            loss = mean_of_rows(measure_rows(self.loss, outputs, targets, weights_of(batch))["loss"])
            value = value_of(loss)
            objective = value if self.penalty is None else value + self.penalty(parameters)
            return objective, (loss, run.followed(variables), carried)

        return jax.grad(objective, has_aux=True)(trained(state.variables))

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[PyTree[Array], Any, Any]:
        """The outputs for a batch in training, their targets, and what is carried over to the next step."""
        x = as_inputs(batch.x)
        if self.augment is not None:
            x = self.augment(x, named_key(key, "augment"))
        return self.model.apply(variables, self._narrowed(x), run), batch.y, None

    def _narrowed(self, tree: PyTree[Array]) -> PyTree[Array]:
        """The floats in the precision of a step."""
        floating = jnp.floating
        return jax.tree.map(lambda x: x.astype(self.precision) if jnp.issubdtype(x.dtype, floating) else x, tree)

    def plain(self, x: PyTree[Any]) -> PyTree[Array]:
        """The inputs of rows as the model sees them outside training."""
        x = as_inputs(x)
        return x if self.augment is None else self.augment.plain(x)

    def row_measures(self, state: SupervisedState, rows: Any, key: PRNGKeyArray) -> dict[str, Any]:
        """The loss's measures of each row; `key` is for models that draw at random when they are evaluated."""
        outputs = self.model.apply(state.variables, self.plain(rows.x), Pass(key=key))
        return measure_rows(self.loss, outputs, rows.y, weights_of(rows))

    def evaluate(self, state: SupervisedState, data: Dataset, key: PRNGKeyArray) -> Measures:
        """The loss's measures on all splits, and the probes."""
        measures: Measures = {}
        now = at(self, state.step)
        splits = self.judged(data)
        for name, split in splits.items():
            for measure, value in now.mean_measures(state, split, named_key(key, name)).items():
                measures[f"{name}_{measure}"] = value
        if self.probes:
            train = splits["train"]
            measures |= activation_measures(now.model, state.variables, self.plain(train.x))
            few = first_rows(train, self.batch_size)
            few = few._replace(x=self.plain(few.x))
            measures |= gradient_measures(now.model, now.loss, now.optimizer, state, few, key)
        return measures

    def judged(self, data: Dataset) -> dict[str, Any]:
        """The splits that are evaluated, by the name that their measures begin with; of the training rows the first."""
        validation = {} if data.validation is None else {"validation": data.validation}
        return {"test": data.test, **validation, "train": first_rows(data.train, TRAINING_ROWS)}

    def mean_measures(self, state: SupervisedState, split: Any, key: PRNGKeyArray) -> dict[str, Mean]:
        """Each measure's mean over all rows, evaluated in pieces that fit the processor's caches."""

        def total(piece: Any, real: Bool[Array, " rows"], key: PRNGKeyArray) -> dict[str, Any]:
            return {name: sum_of_rows(rows, real) for name, rows in self.row_measures(state, piece, key).items()}

        rows = row_count(split)
        size = rows_at_once(split.x)
        pieces = -(-rows // size)
        if pieces == 1:
            totals = total(split, jnp.ones(rows, bool), key)
        else:
            row = jnp.arange(pieces * size).reshape(pieces, size)
            index = jnp.minimum(row, rows - 1)
            arrays = jax.tree.map(jnp.asarray, split)

            def of_piece(at: Any) -> dict[str, Any]:
                i, index, real = at
                return total(jax.tree.map(lambda leaf: leaf[index], arrays), real, jax.random.fold_in(key, i))

            totals = jax.lax.map(of_piece, (jnp.arange(pieces), index, row < rows))
            totals = jax.tree.map(jnp.sum, totals)
        return {name: value if isinstance(value, Mean) else Mean(value, rows) for name, value in totals.items()}

    def kept(self, state: SupervisedState) -> PyTree[Array]:
        """The model's variables."""
        return state.variables

    def chance(self, data: Dataset) -> dict[str, float]:
        """The level of the best constant answer, on each split."""
        return {
            f"{name}_{measure}": value
            for name, split in {**self.judged(data), "train": data.train}.items()
            for measure, value in self.loss.chance(split.y).items()
        }
