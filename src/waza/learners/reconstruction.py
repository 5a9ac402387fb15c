"""Reconstruction: an autoencoder learns to compute its inputs from their codes."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure
from waza.core.recipe import at
from waza.data import Dataset
from waza.learners.rows import as_inputs, weights_of
from waza.learners.source import Source
from waza.learners.supervised import Supervised, SupervisedState
from waza.models import VAE, Autoencoder
from waza.nn import BernoulliLikelihood, Loss, NegativeLogLikelihood, Pass, named_key

SQUARED_ERROR = Measure("squared_error", "lower", bounds=(0.0, math.inf))


class Reconstruction(Supervised):
    r"""Training of an `Autoencoder`: minimises $-\log p(x \mid g(f(x)))$ over minibatches; targets are not used.

    Measures, on the test rows, the validation rows where the data have some, and the first 1,000 training rows:

    - "loss": $-\log p(x \mid g(f(x)))$ in nats a row; of grey pixels with a Bernoulli likelihood, their cross entropy.
    - "squared_error": the mean over the features of the squared difference from the reconstruction.

    Args:
        model: the autoencoder.
        dynamic_binarisation: whether each step draws binary features with the given ones, between 0 and 1, as their
            probabilities. Evaluations have one draw for a seed, the same at all steps. For one fixed draw also in
            training ("static"), give data of `waza.data.binarised`.
    """

    model: Autoencoder | VAE
    loss: Loss = NegativeLogLikelihood()
    probes: bool = False
    dynamic_binarisation: bool = False

    def source(self, data: Dataset) -> Source:
        """The data, or a stream where they are large.

        Raises:
            Error: features are not between 0 and 1, and the likelihood or the binarisation needs this.
        """
        if self.dynamic_binarisation or isinstance(self.model.likelihood, BernoulliLikelihood):
            _check_shares(data)
        return super().source(data)

    def split_measures(self) -> tuple[Measure, ...]:
        """The loss and the squared error."""
        return *self.loss.measures(), SQUARED_ERROR

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[PyTree[Array], Any, Any]:
        """What the loss is computed from, of a batch in training; there are no targets."""
        x = as_inputs(batch.x)
        if self.augment is not None:
            x = self.augment(x, named_key(key, "augment"))
        return self._terms(variables, self._binarised(x, key), run, key), None, None

    def _terms(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass, key: PRNGKeyArray) -> Any:
        """The log-likelihoods of rows given their reconstructions."""
        outputs = self.model.apply(variables, self._narrowed(x), run).astype(x.dtype)
        return self.model.likelihood.log_prob(outputs, x.reshape(outputs.shape))

    def row_measures(self, state: SupervisedState, rows: Any, key: PRNGKeyArray) -> dict[str, Any]:
        """The loss and the squared error of each row."""
        x = self._binarised(self.plain(rows.x), key)
        outputs = self.model.apply(state.variables, x, Pass(key=key))
        loss = -self.model.likelihood.log_prob(outputs, x.reshape(outputs.shape))
        return weighted({"loss": loss, "squared_error": self._squared_error(outputs, x)}, weights_of(rows))

    def _squared_error(
        self, outputs: Float[Array, "batch ..."], x: Float[Array, "batch ..."]
    ) -> Float[Array, " batch"]:
        error = (self.model.likelihood.mean(outputs) - x.reshape(outputs.shape)) ** 2
        return jnp.mean(error, axis=tuple(range(1, error.ndim)))

    def _binarised(self, x: Float[Array, "batch ..."], key: PRNGKeyArray) -> Float[Array, "batch ..."]:
        """Binary features with the given ones as probabilities, where this is asked for."""
        if not self.dynamic_binarisation:
            return x
        return (jax.random.uniform(named_key(key, "binarisation"), x.shape) < x).astype(x.dtype)

    def chance(self, data: Dataset) -> dict[str, float]:
        """The level of the best constant reconstruction, on each split."""
        levels: dict[str, float] = {}
        for name, split in self.judged(data).items():
            x = np.asarray(as_inputs(split.x))
            mean = np.mean(x, axis=0, dtype=np.float64)
            variance = mean * (1 - mean) if self.dynamic_binarisation else np.var(x, axis=0, dtype=np.float64)
            levels[f"{name}_loss"] = at(self.model.likelihood, 0).chance(x)
            levels[f"{name}_squared_error"] = float(np.mean(variance))
        return levels


def weighted(values: PyTree[Any], weights: Float[Array, " batch"] | None) -> PyTree[Any]:
    """The values of rows, as Means where the rows have weights."""
    if weights is None:
        return values
    return jax.tree.map(lambda value: Mean(jnp.where(weights == 0, 0, value) * weights, weights), values)


def _check_shares(data: Dataset) -> None:
    """Refuse features outside of 0 to 1; bytes are scaled to it."""
    for name in ("train", "validation", "test"):
        x = getattr(getattr(data, name), "x", None)
        if not isinstance(x, np.ndarray) or not np.issubdtype(x.dtype, np.floating):
            continue
        low, high = float(np.min(x)), float(np.max(x))
        if not (low >= 0 and high <= 1):
            raise Error(
                f"the {name} rows lie between {low:g} and {high:g}; expected features between 0 and 1 for a Bernoulli "
                "likelihood or binarisation: scale them, or use nn.GaussianLikelihood"
            )
