"""Images among a study's results, as a measure with a value a pixel, so that figures can show them."""

import math
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Int

from waza.core.measure import Measure

PICTURES = Measure("pictures", bounds=(0.0, 1.0))


def as_layers(images: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The pixels of groups of images (n, height, width, 1) in 0..1, by group, image and pixel.

    >>> as_layers({"test": np.array([[[[0.0], [0.5]]]])})
    {'test-0.0': 0.0, 'test-0.1': 0.5}
    """
    return {
        f"{group}-{i}.{pixel}": float(value)
        for group, several in images.items()
        for i, image in enumerate(several)
        for pixel, value in enumerate(np.asarray(image).ravel())
    }


def from_layers(results: xr.Dataset, variant: str, group: str) -> np.ndarray:
    """The square images of a group that a variant's first seed has at the last step, (n, height, width, 1)."""
    values = results[PICTURES.name].sel(variant=variant).isel(seed=0, step=-1)
    by_image: dict[int, list[tuple[int, float]]] = {}
    for name, value in zip(map(str, values["layer"].values), values.values.tolist(), strict=True):
        image, _, pixel = name.partition(".")
        if image.rpartition("-")[0] == group:
            by_image.setdefault(int(image.rpartition("-")[2]), []).append((int(pixel), value))
    side = math.isqrt(len(by_image[0])) if by_image else 0
    rows = [[value for _, value in sorted(by_image[i])] for i in sorted(by_image)]
    return np.array(rows, np.float32).reshape(len(rows), side, side, 1)


def first_of_each(y: Int[Array, " rows"], classes: Sequence[int]) -> Int[Array, " classes"]:
    """The place of the first row of each class.

    >>> first_of_each(jnp.array([3, 0, 3, 1]), (0, 1, 3)).tolist()
    [1, 3, 0]
    """
    return jnp.argmax(jnp.asarray(y) == jnp.asarray(classes)[:, None], axis=1)
