"""A trained variational autoencoder in use: codes, reconstructions, interpolations and new images."""

import dataclasses
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree, UInt8

from waza.core.errors import Error
from waza.data.given import array_of
from waza.kinds.model import Model
from waza.kinds.option import check_given
from waza.kinds.pieces import in_pieces
from waza.kinds.vae.options import VAEUseOptions
from waza.learners import as_inputs
from waza.models import VAE
from waza.nn import Pass

ROWS = 100  # images that are computed at once
MOST_BETWEEN = 10_000  # images of an interpolation


@dataclasses.dataclass(frozen=True, repr=False)
class VAEModel(Model):
    """A trained variational autoencoder of images; its preparation is a `VAEPreparation`.

    Images are given as an array (n, height, width[, channels]) uint8 or as a list of files, and are returned as
    (n, height, width, channels) uint8: the expected shade of each pixel.
    """

    @property
    def latent(self) -> int:
        """The number of dimensions of a code."""
        return int(self.model.latent)

    def encode(self, x: Any) -> np.ndarray:
        """The codes of images, (n, latent): the means of their posteriors.

        Raises:
            Error: the images do not fit the model.
        """
        return self.outputs(self.preparation.apply(self.preparation.given(x)))

    def decode(self, z: Any) -> np.ndarray:
        """The images of codes (n, latent).

        Raises:
            Error: the codes have another shape, or values that are not finite.
        """
        z = array_of("z", z)
        if z.ndim != 2 or z.shape[1] != self.latent or not len(z):
            raise Error(f"z has the shape {z.shape}; expected codes of {self.latent} numbers, (n, {self.latent})")
        if z.dtype.kind not in "fiub":
            raise Error(f"z has the type {z.dtype}; expected numbers")
        z = z.astype(np.float32)
        if not np.isfinite(z).all():
            raise Error("z has values that are not finite: leave them out")
        return self._in_pieces(self._decode, z)

    def reconstruct(self, x: Any) -> np.ndarray:
        """The images of the codes of images."""
        return self.decode(self.encode(x))

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """New images, whose codes are drawn from the prior. The first ones of a seed do not depend on their number.

        Args:
            count: how many.
            seed: of the codes.

        Raises:
            Error: the count is not positive.
        """
        check_given(VAEUseOptions, sample=count, seed=seed)
        key, pieces = jax.random.key(seed), range(-(-count // ROWS))
        found = [self._sample(self._variables, jax.random.fold_in(key, i)) for i in pieces]
        return np.concatenate(found)[:count]

    def interpolate(self, x: Any, count: int = 10) -> np.ndarray:
        """The images on the straight line between the codes of two images.

        Args:
            x: the two images.
            count: how many, with those of both ends.

        Raises:
            Error: there are not two images, or fewer than two are asked for.
        """
        ends = self.encode(x)
        if len(ends) != 2:
            raise Error(f"{len(ends)} images are given; expected two, between which others are drawn")
        if not isinstance(count, int) or not 2 <= count <= MOST_BETWEEN:
            raise Error(f"{count!r} images are asked for; expected a whole number from 2 to {MOST_BETWEEN}")
        shares = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        return self.decode((1 - shares) * ends[0] + shares * ends[1])

    def predict(self, x: Any) -> np.ndarray:
        """The reconstructions of images."""
        return self.reconstruct(x)

    def predict_proba(self, x: Any) -> np.ndarray:
        """Nothing: a variational autoencoder has no classes.

        Raises:
            Error: always.
        """
        raise Error("a VAE has no probabilities of classes: use encode(x), and a classifier on the codes")

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """The codes of inputs (n, height, width, channels)."""
        return self._in_pieces(self._encode, np.asarray(x))

    def check(self) -> None:
        """Apply the model to one image.

        Raises:
            ValueError: its network and its preparation do not fit each other.
        """
        if not isinstance(self.model, VAE):
            raise ValueError(f"{type(self.model).__name__} is not a variational autoencoder")
        if tuple(self.model.shape) != tuple(self.preparation.shape):
            raise ValueError(
                f"the model has images of {self.model.shape}, and the preparation {self.preparation.shape}"
            )
        self.outputs(np.zeros((1, *self.preparation.shape), np.uint8))

    def _in_pieces(self, compute: Any, rows: np.ndarray) -> np.ndarray:
        """What a compiled function gives for rows, in pieces of few sizes."""
        found = in_pieces(lambda piece: compute(self._variables, piece), np.asarray(rows), ROWS)
        return np.zeros((0, self.latent), np.float32) if found is None else found

    @cached_property
    def _variables(self) -> PyTree[Array]:
        return jax.device_put(self.variables)

    @cached_property
    def _encode(self) -> Any:
        return jax.jit(lambda variables, x: self.model.encode(variables, as_inputs(x), Pass()).mean)

    @cached_property
    def _decode(self) -> Any:
        def decode(variables: Any, z: Array) -> Array:
            return _bytes(self.model.likelihood.mean(self.model.decode(variables, z, Pass())))

        return jax.jit(decode)

    @cached_property
    def _sample(self) -> Any:
        return jax.jit(lambda variables, key: _bytes(self.model.sample(variables, key, ROWS)))


def _bytes(shades: Float[Array, "..."]) -> UInt8[Array, "..."]:
    """Shades in 0..1 as bytes."""
    return jnp.round(255 * jnp.clip(shades, 0, 1)).astype(jnp.uint8)
