"""Truncated backpropagation through time: a recurrent model on one long stream."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure
from waza.core.recipe import later
from waza.core.variables import trained
from waza.data import Dataset
from waza.learners.rows import as_inputs, first_rows, measure_rows, row_count, sum_of_rows, weights_of
from waza.learners.source import Resident, Source
from waza.learners.supervised import Supervised, SupervisedState
from waza.nn import CrossEntropy, Pass, named_key

TRAINING_STEPS = 20_000
PERPLEXITY = Measure("perplexity", "lower", bounds=(1.0, math.inf))


class Window(NamedTuple):
    """A piece of each lane, x and y (lanes, window, ...), which lanes begin here, and the weight of each place."""

    x: PyTree[Array]
    y: PyTree[Array]
    begins: Bool[Array, " lanes"]
    weights: Array | None = None


class TruncatedBPTT(Supervised):
    r"""A recurrent model that reads a stream window by window; its state is carried over, its gradient is not.

    The training stream is cut into `batch_size` lanes of equal length, which are read side by side. A step learns from
    the next `window` places of each lane: the state comes from the window before, and the gradient

    $$\frac{\partial L}{\partial W} = \sum_{t} \sum_{k = t_0}^{t}
      \frac{\partial L_t}{\partial z_t} \frac{\partial z_t}{\partial z_k} \frac{\partial z_k}{\partial W}$$

    ends where the window begins, $t_0$. After the last whole window the lanes begin again, from a state of zeros.
    A window as long as the sequence is full backpropagation through time.

    In a long stream a lane rarely starts, so a model hardly learns to predict the first words of a text, which have no
    context. With `restart` some lanes start from the initial state within the stream, as in Melis, Kocisky and Blunsom
    ("Mogrifier LSTM", 2020, where their code calls it the probability to drop the state).

    Data are streams: x (places, ...) and y (places, ...). The splits are judged in the same lanes and windows, from the
    first place to the last that fills a lane, with the state carried all the way; of the training stream the first
    20,000 places. Measures: the loss's, each a mean over places, and with a cross entropy its "perplexity", exp(loss).

    Source: Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", 1990.

    Args:
        model: has `scan(variables, x, run, state) -> (outputs, state)` and `start(batch)`.
        window: places a step, and how far back gradients reach.
        restart: the chance of each lane, before each window, that it forgets its past.
    """

    probes: bool = False
    window: int = 35
    restart: float = later(0.0)

    def __check_init__(self):
        if not isinstance(self.window, int) or self.window < 1:
            raise Error(f"TruncatedBPTT(window={self.window!r}); expected a whole number of at least 1")
        if not hasattr(self.model, "scan"):
            kind = type(self.model).__name__
            raise Error(f"TruncatedBPTT(model={kind}); expected a model with a state, such as models.LanguageModel")
        if self.probes or self.augment is not None:
            raise Error("TruncatedBPTT looks inside no layer and augments nothing: leave out probes and augment")

    def init(self, key: PRNGKeyArray, data: Dataset) -> SupervisedState:
        """Fresh variables, the optimiser's state, and a state of zeros to begin from."""
        variables = self.model.init(named_key(key, "model"))
        optimizer = self.optimizer.init(trained(variables))
        return SupervisedState(variables, optimizer, jnp.zeros((), jnp.int32), self._start)

    @property
    def _start(self) -> PyTree[Array]:
        return self.model.start(self.batch_size)  # type: ignore[attr-defined]

    @property
    def targets_a_step(self) -> int:
        """The places of all lanes in one window."""
        return self.batch_size * self.window

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Window:
        """The window of this step."""
        lanes = self._lanes(data.train, "training")
        place = step % (jax.tree.leaves(lanes.y)[0].shape[1] // self.window)
        part = jax.tree.map(lambda leaf: jax.lax.dynamic_slice_in_dim(leaf, place * self.window, self.window, 1), lanes)
        weights = weights_of(part)
        begins = jnp.broadcast_to(place == 0, (self.batch_size,))
        return Window(as_inputs(part.x), part.y, begins, None if weights is None else _places(weights))

    def _lanes(self, split: Any, name: str) -> Any:
        """The stream in lanes, (lanes, places, ...)."""
        places = row_count(split)
        length = places // self.batch_size
        if length < self.window:
            raise Error(
                f"the {name} stream has {places} places, too few for {self.batch_size} lanes and a window of "
                f"{self.window}: give at least {self.batch_size * self.window}, or fewer lanes (batch_size), or a "
                "shorter window"
            )
        used = self.batch_size * length
        return jax.tree.map(
            lambda leaf: jnp.asarray(leaf)[:used].reshape(self.batch_size, length, *leaf.shape[1:]), split
        )

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[PyTree[Array], PyTree[Array], Any]:
        """The outputs of a window, place by place, and the state after it."""
        restarted = jax.random.bernoulli(named_key(key, "restart"), self.restart, batch.begins.shape)
        carried = _begun(batch.begins | restarted, self._start, state.carried)
        outputs, after = self.model.scan(  # type: ignore[attr-defined]
            variables, self._narrowed(batch.x), run, carried
        )
        kept = jax.tree.map(lambda new, old: new.astype(old.dtype), after, carried)
        return _places(outputs), _places(batch.y), kept

    def source(self, data: Dataset) -> Source:
        """The data as they are: a stream is small."""
        return Resident(data)

    def split_measures(self) -> tuple[Measure, ...]:
        """The loss's measures, and with a cross entropy the perplexity."""
        more = (PERPLEXITY,) if isinstance(self.loss, CrossEntropy) else ()
        return *super().split_measures(), *more

    def mean_measures(self, state: SupervisedState, split: Any, key: PRNGKeyArray) -> dict[str, Any]:
        """Each measure's mean over all places of the lanes, read in order."""
        lanes = self._lanes(split, "judged")
        length = jax.tree.leaves(lanes.y)[0].shape[1]
        pieces = -(-length // self.window)
        place = jnp.arange(pieces * self.window).reshape(pieces, self.window)
        index = jnp.minimum(place, length - 1)

        def total(carried: PyTree[Array], at: tuple[Array, Array, Array]) -> tuple[PyTree[Array], dict[str, Any]]:
            index, real, piece = at
            part = jax.tree.map(lambda leaf: leaf[:, index], lanes)
            run = Pass(key=jax.random.fold_in(key, piece))
            outputs, after = self.model.scan(  # type: ignore[attr-defined]
                state.variables, as_inputs(part.x), run, carried
            )
            weights = weights_of(part)
            weights = None if weights is None else _places(weights)
            measures = measure_rows(self.loss, _places(outputs), _places(part.y), weights)
            counted = _places(jnp.broadcast_to(real, (self.batch_size, self.window)))
            return after, {name: sum_of_rows(rows, counted) for name, rows in measures.items()}

        _, totals = jax.lax.scan(total, self._start, (index, place < length, jnp.arange(pieces)))
        places = self.batch_size * length
        means: dict[str, Any] = {
            name: value if isinstance(value, Mean) else Mean(value, places)
            for name, value in jax.tree.map(jnp.sum, totals).items()
        }
        if isinstance(self.loss, CrossEntropy):
            means["perplexity"] = jnp.exp(means["loss"].value)
        return means

    def judged(self, data: Dataset) -> dict[str, Any]:
        """The streams that are evaluated, by the name that their measures begin with; of the training one the first."""
        few = max(TRAINING_STEPS, self.batch_size * self.window)
        return super().judged(data) | {"train": first_rows(data.train, few)}

    def chance(self, data: Dataset) -> dict[str, float]:
        """The level of the best constant answer, on each stream."""
        levels = super().chance(data)
        if isinstance(self.loss, CrossEntropy):
            losses = {name: value for name, value in levels.items() if name.endswith("_loss")}
            levels |= {name.replace("_loss", "_perplexity"): math.exp(value) for name, value in losses.items()}
        return levels


def _begun(begins: Bool[Array, " lanes"], start: PyTree[Array], carried: PyTree[Array]) -> PyTree[Array]:
    """The carried state, and the start where a lane begins."""
    return jax.tree.map(
        lambda first, last: jnp.where(begins.reshape(-1, *[1] * (last.ndim - 1)), first.astype(last.dtype), last),
        start,
        carried,
    )


def _places(values: PyTree[Array]) -> PyTree[Array]:
    """(lanes, window, ...) as (lanes * window, ...): each place is a row of its own."""
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), values)
