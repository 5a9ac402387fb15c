"""Reconstructions of test images by autoencoders and by PCA."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray, UInt32

from waza.core.measure import Measure, Measures
from waza.curriculum.day3b_language.pictures import PICTURES, as_layers, first_of_each
from waza.data import Dataset
from waza.learners import Reconstruction, as_inputs
from waza.learners.rows import row_count
from waza.learners.supervised import SupervisedState
from waza.nn import Pass

SHOWN = (2, 3, 5, 7, 8)  # the digits whose first test images are shown
AT_ONCE = 1000  # rows


class Reconstructing(Reconstruction):
    """Training of an `Autoencoder` whose results contain some test images and their reconstructions.

    Measures: "test_squared_error", the mean squared difference of a test pixel from its reconstruction, and "pictures".

    Args:
        rows: train on the first ones alone; None for all.
    """

    rows: int | None = None

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """The squared error of the test images, first, and of the training images; the batches' loss; the pictures."""
        kept = ("test_squared_error", "train_squared_error", "batch_loss")
        return *(one for one in super().measures(data) if one.name in kept), PICTURES

    def rows_drawn(self, data: Dataset, key: PRNGKeyArray) -> UInt32[Array, " batch"]:
        """The rows of a batch, with replacement."""
        return jax.random.bits(key, (self.batch_size,)) % (self.rows or row_count(data.train))

    def evaluate(self, state: SupervisedState, data: Dataset, key: PRNGKeyArray) -> Any:
        """The squared errors; the shown images with their reconstructions go to `judge`."""
        found = super().evaluate(state, data, key)
        x = as_inputs(jnp.asarray(data.test.x)[first_of_each(data.test.y, SHOWN)])
        outputs = self.model.apply(state.variables, x, Pass())
        pictures = {"original": x, "decoded": jnp.clip(self.model.likelihood.mean(outputs), 0, 1)}
        return {name: found[name] for name in ("test_squared_error", "train_squared_error")}, pictures

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The pictures."""
        return {PICTURES.name: as_layers(outputs)}

    def chance(self, data: Dataset) -> dict[str, float]:
        """The error of the mean image."""
        levels = super().chance(data)
        return {name: levels[name] for name in ("test_squared_error", "train_squared_error")}


class PrincipalComponents(Reconstructing):
    r"""PCA as a linear autoencoder: $z = A^\top (x - \mu)$ and $\hat x = A z + \mu$ from the first step on.

    The columns of A are the eigenvectors of the training images' covariance with the largest eigenvalues. No other
    linear code of this size has a smaller squared error on these images (Pearson, 1901). Nothing is trained.
    """

    def init(self, key: PRNGKeyArray, data: Dataset) -> SupervisedState:
        """The principal axes of the training images."""
        state = super().init(key, data)
        x = data.train.x if self.rows is None else data.train.x[: self.rows]
        mean, covariance = moments(x)
        axes = jnp.linalg.eigh(covariance)[1][:, ::-1]
        encoder, decoder = (state.variables[name]["output"] for name in ("encoder", "decoder"))
        axes = axes[:, : len(encoder["bias"])]
        encoder = {"weight": axes.T.astype(encoder["weight"].dtype), "bias": -axes.T @ mean}
        decoder = {"weight": axes.astype(decoder["weight"].dtype), "bias": mean}
        variables = {**state.variables}
        for name, own in (("encoder", encoder), ("decoder", decoder)):
            variables[name] = {**variables[name], "output": own}
        return state._replace(variables=variables)

    def update(self, state: SupervisedState, batch: Any, key: PRNGKeyArray) -> tuple[SupervisedState, Measures]:
        """Nothing changes but the step; the loss is that of the first row."""
        x = as_inputs(batch.x[:1])
        loss = -self.model.likelihood.log_prob(self.model.apply(state.variables, x, Pass()), x)
        return state._replace(step=state.step + 1), {"loss": jnp.mean(loss)}


def moments(x: Any) -> tuple[Float[Array, " features"], Float[Array, "features features"]]:
    """The mean of images and their covariance (with 1/n), summed over parts of the rows."""
    rows, features = x.shape[0], int(np.prod(x.shape[1:]))
    size = min(AT_ONCE, rows)
    parts = -(-rows // size)
    places = jnp.arange(parts * size).reshape(parts, size)
    x = jnp.asarray(x)

    def part(at: Array) -> tuple[Array, Array]:
        piece = as_inputs(x[jnp.minimum(at, rows - 1)]).reshape(size, features) * (at < rows)[:, None]
        return jnp.sum(piece, axis=0), piece.T @ piece

    def add(totals: Any, at: Array) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, totals, part(at)), None

    zero = jnp.zeros(features), jnp.zeros((features, features))
    (total, square), _ = jax.lax.scan(add, zero, places)
    mean = total / rows
    return mean, square / rows - jnp.outer(mean, mean)
