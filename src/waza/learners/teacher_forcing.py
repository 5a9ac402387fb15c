"""Teacher forcing: an encoder-decoder model learns to predict each target token after the true ones before it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Measure, Measures
from waza.core.recipe import Recipe
from waza.learners.parallel_stream import EVALUATED, SPLITS, ParallelStream
from waza.learners.rows import measure_rows, sum_of_rows, weights_of
from waza.learners.source import Source
from waza.learners.supervised import Supervised, SupervisedState
from waza.models.encoder_decoder import EncoderDecoder, Pair
from waza.nn import CrossEntropy, Loss, Pass, SmoothedCrossEntropy, named_key

PLAIN = CrossEntropy()


class ScheduledSampling(Recipe):
    r"""Some of the true tokens that a decoder is given in training are replaced by what the model itself predicts.

    In use a decoder reads its own predictions, and in training true tokens: errors that it has never met may add up.
    The predictions are those of a first pass over the true tokens, and all tokens are replaced at once, each with the
    probability `share`. So the second pass costs as much as training without, also for a decoder that computes all
    tokens together. No gradient flows through the predictions.

    Sources: Bengio et al., "Scheduled sampling for sequence prediction with recurrent neural networks", 2015; all
    tokens at once: Duckworth et al., "Parallel scheduled sampling", 2019.

    Args:
        share: of the tokens that are replaced; usually a schedule that rises from 0.
    """

    share: float

    def __check_init__(self):
        if isinstance(self.share, int | float) and not 0 <= self.share <= 1:
            raise Error(f"ScheduledSampling(share={self.share:g}); expected a share from 0 to 1, such as 0.25")

    def mixed(self, model: EncoderDecoder, variables: PyTree[Array], x: Pair, key: PRNGKeyArray) -> Pair:
        """The pair with some of its previous tokens replaced; the first is never replaced."""
        run = Pass(training=True, key=named_key(key, "predicted"))
        predicted = jnp.argmax(jax.lax.stop_gradient(model.apply(variables, x, run)), axis=-1)
        replaced: Bool[Array, "batch time"] = jax.random.bernoulli(
            named_key(key, "replaced"), self.share, x.previous[:, 1:].shape
        )
        rest: Int[Array, "batch time"] = jnp.where(replaced, predicted[:, :-1], x.previous[:, 1:])
        return x._replace(previous=jnp.concatenate([x.previous[:, :1], rest.astype(x.previous.dtype)], axis=1))


class TeacherForcing(Supervised):
    """Training of an `EncoderDecoder` on pairs of sentences; data are `ParallelTokens`.

    A step is a batch of pairs of similar lengths from a `ParallelStream`: an epoch has each pair once. Measures: the
    cross entropy of a target token in nats, with the token that ends a sentence, and the share of right tokens, each
    without label smoothing, on the test and validation pairs and the first 1,000 training pairs.

    Args:
        loss: of training, such as `CrossEntropy()` or with label smoothing.
        sampling: replaces true tokens by predictions; None for true tokens alone.
    """

    batch_size: int = 64
    probes: bool = False
    loss: Loss = SmoothedCrossEntropy(0.1)
    sampling: ScheduledSampling | None = None

    def source(self, data: Any) -> Source:
        """A stream of batches, each of one shape."""
        return ParallelStream(data, self.batch_size)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The cross entropy's measures on each split, and the batches' loss."""
        accuracy, loss = PLAIN.measures()
        on_splits = (self._on(name, measure) for name in SPLITS for measure in (loss, accuracy))
        return *on_splits, self._on("batch", loss)

    def evaluate(self, state: SupervisedState, data: Any, key: PRNGKeyArray) -> Measures:
        """The cross entropy and the right tokens of each split; `data` is a piece of the stream's."""
        found: Measures = {}
        for batch in data:
            rows = self.row_measures(state, batch, key)
            for number, name in enumerate(SPLITS):
                for measure, values in rows.items():
                    mean = sum_of_rows(values, batch.split == number)
                    known = found.get(f"{name}_{measure}")
                    found[f"{name}_{measure}"] = mean if known is None else known + mean
        return found

    def row_measures(self, state: SupervisedState, rows: Any, key: PRNGKeyArray) -> dict[str, Any]:
        """The cross entropy and the right tokens of each pair."""
        outputs = self.model.apply(state.variables, rows.x, Pass(key=key))
        return measure_rows(PLAIN, outputs, rows.y, weights_of(rows))

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[PyTree[Array], Any, Any]:
        """The logits of all target tokens."""
        x = batch.x
        if self.sampling is not None:
            x = self.sampling.mixed(self.model, variables, x, named_key(key, "sampling"))  # type: ignore[arg-type]
        return self.model.apply(variables, x, run), batch.y, None

    def chance(self, data: Any) -> dict[str, float]:
        """The entropy of the target's tokens, and the share of the most frequent one."""
        splits = {"test": (data.test, None), "validation": (data.validation, None), "train": (data.train, EVALUATED)}
        levels: dict[str, float] = {}
        for name, (pairs, most) in splits.items():
            starts = np.asarray(pairs.target.starts)[: None if most is None else most + 1]
            counts = np.bincount(pairs.target.tokens[: starts[-1]], minlength=data.ends[1] + 1)
            counts[data.ends[1]] += len(starts) - 1
            shares = counts[counts > 0] / counts.sum()
            levels |= {f"{name}_loss": float(-shares @ np.log(shares)), f"{name}_accuracy": float(shares.max())}
        return levels
