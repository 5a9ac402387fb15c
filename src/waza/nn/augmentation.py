"""Augmentation: random changes of the training images, drawn at every step inside the compiled program."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import Recipe, like
from waza.nn.passes import named_key

CHANNELS = 3
COUNTED_AT_ONCE = 1000


class Augmentation(Recipe):
    """A random change of images x, (n, height, width, channels) float in 0..1, that keeps their labels valid.

    `augmentation(x, key)` is used in training and draws independently for each image. `plain(x)` is used in evaluation
    and draws nothing.
    """

    def __call__(self, x: Float[Array, "n h w c"], key: PRNGKeyArray) -> Float[Array, "n new_h new_w c"]:
        """The augmented images for a training step."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(x, key)")

    def plain(self, x: Float[Array, "n h w c"]) -> Float[Array, "n new_h new_w c"]:
        """The images for an evaluation: unchanged, except by augmentations that change the size."""
        return x


class RandomCrop(Augmentation):
    """Crops each image at a random place; all places are equally likely.

    One dynamic slice per image is the fastest form on the CPU: 0.4 ms for 128 images of 32 x 32 padded by 4. Matrix
    products with one-hot rows took 1.7 ms, and a choice among shifted copies took 7.5 ms.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012
    (without padding); Lee et al., "Deeply-supervised nets", 2015 (CIFAR-10 padded by 4).

    Args:
        size: height and width of the crop.
        padding: black pixels added on each side of the image before the crop. In evaluation there is no padding, and
            the crop is the middle of the image.

    Raises:
        Error: the images are smaller than `size`.

    >>> x = jnp.ones((1, 2, 2, 1))
    >>> RandomCrop((2, 2), padding=1)(x, jax.random.key(5))[0, :, :, 0].tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    >>> RandomCrop((1, 1)).plain(x).shape
    (1, 1, 1, 1)
    """

    size: tuple[int, int]
    padding: int = 0

    def __check_init__(self):
        whole = isinstance(self.size, tuple) and len(self.size) == 2 and all(isinstance(n, int) for n in self.size)
        if not whole or min(self.size) < 1:
            raise Error(f"RandomCrop(size={self.size!r}); expected (height, width) in pixels, such as (32, 32)")
        if not isinstance(self.padding, int) or self.padding < 0:
            raise Error(f"RandomCrop(padding={self.padding!r}); expected a whole number of pixels, such as 4")

    def __call__(self, x: Float[Array, "n h w c"], key: PRNGKeyArray) -> Float[Array, "n new_h new_w c"]:
        """A random crop of each image."""
        around = (self.padding, self.padding)
        x = jnp.pad(x, ((0, 0), around, around, (0, 0)))
        places = jnp.array(self._room(x))[:, None] + 1
        offsets = jax.random.randint(key, (2, x.shape[0]), 0, places)

        def cut(image: Array, top: Array, left: Array) -> Array:
            return jax.lax.dynamic_slice(image, (top, left, 0), (*self.size, x.shape[3]))

        return jax.vmap(cut)(x, offsets[0], offsets[1])

    def plain(self, x: Float[Array, "n h w c"]) -> Float[Array, "n new_h new_w c"]:
        """The middle of each image."""
        top, left = (room // 2 for room in self._room(x))
        return x[:, top : top + self.size[0], left : left + self.size[1]]

    def _room(self, x: Array) -> tuple[int, int]:
        room = (x.shape[1] - self.size[0], x.shape[2] - self.size[1])
        if min(room) < 0:
            given = f"{x.shape[1]} x {x.shape[2]}"
            raise Error(
                f"RandomCrop(size={self.size}) cannot crop {given} pixels: choose a smaller size, or enlarge the images"
            )
        return room


class RandomFlip(Augmentation):
    """Mirrors each image left to right with probability 1/2.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.

    >>> x = jnp.arange(2.0).reshape(1, 1, 2, 1)
    >>> sorted({tuple(RandomFlip()(x, jax.random.key(i)).ravel().tolist()) for i in range(9)})
    [(0.0, 1.0), (1.0, 0.0)]
    """

    def __call__(self, x: Float[Array, "n h w c"], key: PRNGKeyArray) -> Float[Array, "n h w c"]:
        """Each image or its mirror image."""
        mirrored = jax.random.bernoulli(key, 0.5, (x.shape[0], 1, 1, 1))
        return jnp.where(mirrored, x[:, :, ::-1], x)


class ColourShift(Augmentation):
    r"""Adds a random colour to each image, $\sum_i \alpha_i \lambda_i p_i$ with $\alpha_i \sim N(0, \sigma)$.

    $p_i$ are the principal components of the training pixels' colours and $\lambda_i$ the standard deviations along
    them. The shift is mostly one of brightness, like a change of light. The paper calls $\lambda_i$ eigenvalues; its
    program (cuda-convnet) uses their square roots, and only these make the shift independent of the scale of the
    pixels. Results are clipped to 0..1.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.

    Args:
        deviation: $\sigma$.
        components: the $p_i$, three unit vectors of red, green and blue.
        spreads: the $\lambda_i$, for pixels in 0..1.

    The defaults of both were measured on CIFAR-10's training images (JPEG copy); `ColourShift.of(images)` measures them
    on other images.

    >>> x = jnp.full((2, 1, 1, 3), 0.5)
    >>> ColourShift(deviation=0.0)(x, jax.random.key(0)).tolist() == x.tolist()
    True
    """

    deviation: float = 0.1
    components: tuple[tuple[float, float, float], ...] = (
        (0.5576, 0.5767, 0.5971),
        (0.7030, 0.0545, -0.7091),
        (0.4415, -0.8151, 0.3750),
    )
    spreads: tuple[float, float, float] = (0.4145, 0.1119, 0.0515)

    def __check_init__(self):
        if [len(row) for row in self.components] != [CHANNELS] * CHANNELS or len(self.spreads) != CHANNELS:
            raise Error(
                f"ColourShift(components={self.components!r}, spreads={self.spreads!r}); expected three vectors of "
                "three numbers, and three numbers: use ColourShift.of(images)"
            )

    @classmethod
    def of(cls, images: Any, deviation: float = 0.1) -> "ColourShift":
        """A `ColourShift` measured on images (n, height, width, 3), uint8 or float in 0..1, read 1,000 at a time.

        Raises:
            Error: the images do not have three channels.

        >>> shades = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 16, 16, 3)
        >>> shift = ColourShift.of(shades)
        >>> [round(number, 4) for number in (*shift.components[0], shift.spreads[0])]
        [0.5774, 0.5774, 0.5774, 0.502]
        """
        if np.ndim(images) != 4 or np.shape(images)[3] != CHANNELS or not np.size(images):
            raise Error(f"images of shape {np.shape(images)} given; expected (n, height, width, 3)")
        sums, products, count = np.zeros(CHANNELS), np.zeros((CHANNELS, CHANNELS)), 0
        for start in range(0, len(images), COUNTED_AT_ONCE):
            piece = np.asarray(images[start : start + COUNTED_AT_ONCE])
            pixels = piece.reshape(-1, CHANNELS) / (255.0 if piece.dtype == np.uint8 else 1.0)
            sums += pixels.sum(0)
            products += pixels.T @ pixels
            count += len(pixels)
        mean = sums / count
        values, vectors = np.linalg.eigh(products / count - np.outer(mean, mean))
        components = vectors.T[::-1]
        components = components * np.where(components.sum(1, keepdims=True) < 0, -1, 1)  # a reproducible sign
        spreads = np.sqrt(values[::-1].clip(0))
        return cls(deviation, tuple(map(tuple, components.tolist())), tuple(spreads.tolist()))

    def __call__(self, x: Float[Array, "n h w 3"], key: PRNGKeyArray) -> Float[Array, "n h w 3"]:
        """Each image with its own colour shift."""
        if x.shape[3] != CHANNELS:
            raise Error(f"ColourShift was given images of {x.shape[3]} channels; expected 3, red, green and blue")
        draws = like(self.deviation, x) * jax.random.normal(key, (x.shape[0], CHANNELS), x.dtype)
        along = jnp.asarray(self.spreads, x.dtype)[:, None] * jnp.asarray(self.components, x.dtype)
        shifts = jnp.sum(draws[:, :, None] * along, axis=1)
        return jnp.clip(x + shifts[:, None, None, :], 0, 1)


class Augmentations(Augmentation):
    """Several augmentations, applied in order.

    The key of each part is derived from the name of its class: adding a part of another class does not change the draws
    of the others.

    Args:
        parts: the augmentations, in order.

    >>> both = Augmentations((RandomCrop((2, 2)), RandomFlip()))
    >>> both(jnp.zeros((5, 4, 4, 3)), jax.random.key(0)).shape, both.plain(jnp.zeros((5, 4, 4, 3))).shape
    ((5, 2, 2, 3), (5, 2, 2, 3))
    """

    parts: Sequence[Augmentation]

    def __check_init__(self):
        for part in self.parts:
            if not isinstance(part, Augmentation):
                raise Error(f"Augmentations were given {part!r}; expected augmentations such as RandomFlip()")

    def __call__(self, x: Float[Array, "n h w c"], key: PRNGKeyArray) -> Float[Array, "n new_h new_w c"]:
        """The images after all parts."""
        kinds = [type(part).__name__ for part in self.parts]
        for i, part in enumerate(self.parts):
            x = part(x, named_key(key, f"{kinds[i]}.{kinds[:i].count(kinds[i])}"))
        return x

    def plain(self, x: Float[Array, "n h w c"]) -> Float[Array, "n new_h new_w c"]:
        """The images for an evaluation, after all parts."""
        for part in self.parts:
            x = part.plain(x)
        return x
