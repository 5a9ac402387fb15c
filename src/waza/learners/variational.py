"""Variational learning: a VAE maximises a lower bound on the log-likelihood of its rows."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure
from waza.learners.reconstruction import SQUARED_ERROR, Reconstruction, weighted
from waza.learners.rows import weights_of
from waza.learners.supervised import SupervisedState
from waza.models import VAE, StandardNormal, importance_estimate
from waza.nn import Loss, Pass, VariationalBound, named_key

PLAIN = VariationalBound()
NLL = Measure("nll", "lower", "nats")
BY_DIMENSION = Measure("kl_by_dimension", None, "nats")
ACTIVE_UNITS = Measure("active_units", bounds=(0.0, float("inf")))
ACTIVE = 0.01


class Variational(Reconstruction):
    r"""Training of a `VAE`: minimises a `VariationalBound` over minibatches; targets are not used.

    Measures, on the test rows, the validation rows where the data have some, and the first 1,000 training rows, in nats
    a row:

    - "loss": the negative evidence lower bound, with one sample, without the loss's beta and free bits.
    - "reconstruction" and "kl": its two parts; "squared_error": that of the reconstruction.
    - "nll": the importance-weighted estimate of $-\log p(x)$, where `importance_samples` is given.
    - "kl_by_dimension": by latent dimension ("z0", "z1", ...), for a standard normal prior. A dimension near 0 has
      collapsed: its posterior is the prior, whatever the row.
    - "active_units": the number of dimensions whose posterior mean has a variance over the rows above 0.01.

    "batch_loss" is the objective, with beta and free bits.

    Sources: Kingma and Welling, "Auto-encoding variational Bayes", 2014; active units: Burda, Grosse and
    Salakhutdinov, "Importance weighted autoencoders", 2016.

    Args:
        model: the VAE.
        loss: the bound, with beta and free bits.
        samples: of the posterior in training; with more than one the bound is importance-weighted.
        importance_samples: of the measure "nll"; None omits it. Its cost is that of as many decoder passes.
    """

    model: VAE
    loss: Loss = PLAIN
    samples: int = 1
    importance_samples: int | None = None

    def __check_init__(self):
        for name in ("samples", "importance_samples"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise Error(f"Variational({name}={value!r}); expected a whole number of at least 1")
        if getattr(self.loss, "free_bits", None) is not None and (self.samples > 1 or not self._has_dimensions):
            raise Error(
                f"Variational with free bits, {self.samples} samples and the prior {type(self.model.prior).__name__}; "
                "expected one sample and a standard normal prior: leave free_bits out"
            )

    @property
    def _has_dimensions(self) -> bool:
        """Whether each latent dimension has a divergence of its own."""
        return isinstance(self.model.prior, StandardNormal)

    def split_measures(self) -> tuple[Measure, ...]:
        """The bound with its parts, the squared error, and what is asked for."""
        asked = (NLL,) if self.importance_samples else ()
        dimensions = (BY_DIMENSION,) if self._has_dimensions else ()
        return *PLAIN.measures(), SQUARED_ERROR, *asked, *dimensions, ACTIVE_UNITS

    def _terms(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass, key: PRNGKeyArray) -> Any:
        """The bound's terms."""
        return self.model.terms(variables, x, run, named_key(key, "latent"), self.samples)

    def row_measures(self, state: SupervisedState, rows: Any, key: PRNGKeyArray) -> dict[str, Any]:
        """The measures of each row; and "mean" and "square", the first two moments of the posterior's means."""
        model, variables, run = self.model, state.variables, Pass(key=key)
        x = self._binarised(self.plain(rows.x), key)
        posterior = model.posterior(variables, x, run)
        terms, outputs = model.terms_of(variables, x, posterior, run, named_key(key, "latent"))
        found = {**PLAIN(terms, None), "squared_error": self._squared_error(outputs[0], x)}
        if self.importance_samples:
            key = named_key(key, "importance")
            found["nll"] = -importance_estimate(model, variables, x, key, self.importance_samples)
        by_dimension = {"mean": posterior.mean, "square": posterior.mean**2}
        if terms.divergence is not None:
            by_dimension["kl_by_dimension"] = terms.divergence
        named = {name: {f"z{i}": values[:, i] for i in range(model.latent)} for name, values in by_dimension.items()}
        return weighted(found | named, weights_of(rows))

    def mean_measures(self, state: SupervisedState, split: Any, key: PRNGKeyArray) -> dict[str, Any]:
        """Each measure's mean over all rows, those of dimensions by name, and the active units."""
        found: dict[str, Any] = super().mean_measures(state, split, key)
        for name in ("mean", "square", "kl_by_dimension"):
            if isinstance(found.get(name), Mean):  # of a dict: totals of rows without weights, else Means
                totals, rows = found[name].total, found[name].weight
                found[name] = {z: one if isinstance(one, Mean) else Mean(one, rows) for z, one in totals.items()}
        mean, square = (jnp.stack([one.value for one in found.pop(name).values()]) for name in ("mean", "square"))
        return found | {"active_units": jnp.sum(square - mean**2 > ACTIVE).astype(jnp.float32)}
