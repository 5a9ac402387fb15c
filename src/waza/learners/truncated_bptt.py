"""Truncated backpropagation through time: a recurrent model on one long stream."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.recipe import later
from waza.core.variables import trained
from waza.data import Dataset, Split
from waza.learners.supervised import Supervised, SupervisedState, as_inputs
from waza.nn import CrossEntropy, Pass, named_key

TRAINING_STEPS = 20_000


class Window(NamedTuple):
    """A piece of each lane, x and y (lanes, window, ...), and which lanes begin here."""

    x: Array
    y: Array
    begins: Bool[Array, " lanes"]


class TruncatedBPTT(Supervised):
    r"""A recurrent model that reads a stream window by window; its state is carried over, its gradient is not.

    The training stream is cut into `batch_size` lanes of equal length, which are read side by side. A step learns from
    the next `window` places of each lane: the state comes from the window before, and the gradient

    $$\frac{\partial L}{\partial W} = \sum_{t} \sum_{k = t_0}^{t}
      \frac{\partial L_t}{\partial z_t} \frac{\partial z_t}{\partial z_k} \frac{\partial z_k}{\partial W}$$

    ends where the window begins, $t_0$. After the last whole window the lanes begin again, from a state of zeros.
    A window as long as the sequence is full backpropagation through time.

    In a long stream a lane seldom begins, so that a model learns little of how to read a text's first words, with no
    past before them. With `restart` some lanes begin anew within the stream; this is Melis, Kocisky and Blunsom's
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

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Window:
        """The window that this step has come to."""
        lanes = self._lanes(data.train, "training")
        place = step % (lanes.y.shape[1] // self.window)
        x, y = (jax.lax.dynamic_slice_in_dim(part, place * self.window, self.window, 1) for part in lanes)
        return Window(as_inputs(x), y, jnp.broadcast_to(place == 0, (self.batch_size,)))

    def _lanes(self, split: Split, name: str) -> Split:
        """The stream in lanes, (lanes, places, ...)."""
        length = split.y.shape[0] // self.batch_size
        if length < self.window:
            raise Error(
                f"the {name} stream has {split.y.shape[0]} places, too few for {self.batch_size} lanes and a window of "
                f"{self.window}: give at least {self.batch_size * self.window}, or fewer lanes (batch_size), or a "
                "shorter window"
            )
        used = self.batch_size * length
        x, y = (jnp.asarray(part)[:used].reshape(self.batch_size, length, *part.shape[1:]) for part in split)
        return Split(x, y)

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[Array, Array, Any]:
        """The outputs of a window, place by place, and the state after it."""
        anew = jax.random.bernoulli(named_key(key, "restart"), self.restart, batch.begins.shape)
        carried = _begun(batch.begins | anew, self._start, state.carried)
        outputs, after = self.model.scan(  # type: ignore[attr-defined]
            variables, self._narrowed(batch.x), run, carried
        )
        kept = jax.tree.map(lambda new, old: new.astype(old.dtype), after, carried)
        return _places(outputs), _places(batch.y), kept

    def mean_measures(self, state: SupervisedState, split: Split) -> dict[str, Float[Array, ""]]:
        """Each measure's mean over all places of the lanes, read in order."""
        lanes = self._lanes(split, "judged")
        length = lanes.y.shape[1]
        pieces = -(-length // self.window)
        place = jnp.arange(pieces * self.window).reshape(pieces, self.window)
        index = jnp.minimum(place, length - 1)

        def total(carried: PyTree[Array], at: tuple[Array, Array]) -> tuple[PyTree[Array], dict[str, Array]]:
            index, real = at
            outputs, after = self.model.scan(  # type: ignore[attr-defined]
                state.variables, as_inputs(lanes.x[:, index]), Pass(), carried
            )
            measures = self.loss(_places(outputs), _places(lanes.y[:, index]))
            counted = _places(jnp.broadcast_to(real, (self.batch_size, self.window)))
            return after, {name: jnp.sum(jnp.where(counted, value, 0)) for name, value in measures.items()}

        _, totals = jax.lax.scan(total, self._start, (index, place < length))
        means = {name: jnp.sum(values) / (self.batch_size * length) for name, values in totals.items()}
        return means | self._perplexity(means)

    def _perplexity(self, measures: dict[str, Any]) -> dict[str, Any]:
        return {"perplexity": jnp.exp(measures["loss"])} if isinstance(self.loss, CrossEntropy) else {}

    def judged(self, data: Dataset) -> dict[str, Split]:
        """The streams that are evaluated, by the name that their measures begin with; of the training one the first."""
        few = max(TRAINING_STEPS, self.batch_size * self.window)
        return super().judged(data) | {"train": Split(data.train.x[:few], data.train.y[:few])}

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


def _places(values: Array) -> Array:
    """(lanes, window, ...) as (lanes * window, ...): each place is a row of its own."""
    return values.reshape(-1, *values.shape[2:])
