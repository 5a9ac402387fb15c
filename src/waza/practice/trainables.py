"""The models that `waza fit` trains, by name: how each reads data, and what learner it becomes.

What `waza use` does with the trained model follows from the preparation that its data come with, and is kept with it.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

from waza import models, nn
from waza.core.errors import Error, nearest
from waza.core.vary import vary
from waza.learners import Supervised
from waza.practice import material
from waza.practice.material import Material, Told
from waza.practice.settings import OptimizerName, Settings, optimizer_of, settled

Image = tuple[int, int, int]
HIDDEN = (256, 128)
PHOTOGRAPH_PADDING, DRAWING_PADDING = 8, 14  # a pixel in so many of a side: 4 of 32, and 2 of a digit's 28


@dataclasses.dataclass(frozen=True)
class Trainable:
    """A model that can be trained on a user's data.

    Args:
        name: by which it is asked for.
        about: one line in each language.
        build: the model for inputs of a shape and so many outputs, as its paper or book has it.
        read: the data, for the settings.
        settle: the settings with nothing left open, for the data.
        learner: what learns, for settled settings and the data.
    """

    name: str
    about: Mapping[str, str]
    build: Callable[[Any, int], nn.Layer]
    read: Callable[[Settings, Told | None], Material]
    settle: Callable[[Settings, Material], Settings]
    learner: Callable[[Settings, Material], Supervised]


def image_learner(build: Callable[[Image, int], nn.Layer], settings: Settings, given: Material) -> Supervised:
    """A classifier of images, by what `build` makes for (height, width, channels) and so many classes."""
    model = build(given.preparation.shape, given.preparation.outputs)
    changes: dict[str, object] = {}
    if settings.dropout is not None:
        changes["dropout"] = nn.Dropout(settings.dropout) if settings.dropout else None
    if settings.norm:
        changes["norm"] = nn.BatchNorm()
    for name in changes:
        if name not in {field.name for field in dataclasses.fields(model)}:
            raise Error(f"{settings.model} takes no {name}: leave it out, or choose small-alexnet")
    assert settings.batch_size is not None and settings.precision != "auto"
    return Supervised(
        vary(model, **changes),
        optimizer_of(settings),
        batch_size=settings.batch_size,
        probes=False,
        augment=augmentation(given) if settings.augment else None,
        precision=settings.precision,
    )


def augmentation(given: Material) -> nn.Augmentation:
    """What training makes of images: random crops; photographs are mirrored too."""
    size = given.preparation.size
    one_in = PHOTOGRAPH_PADDING if given.photographs else DRAWING_PADDING
    crop = nn.RandomCrop(size, padding=max(1, min(size) // one_in))
    return nn.Augmentations((crop, nn.RandomFlip())) if given.photographs else nn.Augmentations((crop,))


def _of_images(
    name: str,
    build: Callable[[Image, int], nn.Layer],
    size: int,
    en: str,
    ja: str,
    optimizer: OptimizerName = "adam",
    rate_scale: float = 1.0,
) -> Trainable:
    """The entry of a classifier of images, for images of a usual size."""

    def read(settings: Settings, progress: Told | None) -> Material:
        return material.images(settings.data, settings.size, (size, size), progress)

    def settle(settings: Settings, given: Material) -> Settings:
        complete = settled(settings, len(given.dataset.train.y), optimizer, rate_scale)
        return dataclasses.replace(complete, size=given.preparation.size)

    def learner(settings: Settings, given: Material) -> Supervised:
        try:
            return image_learner(build, settings, given)
        except Error as error:
            height, width = given.preparation.size
            raise Error(f"{name} on images of {height} x {width} ({size} x {size} is usual): {error}") from error

    return Trainable(name, {"en": en, "ja": ja}, build, read, settle, learner)


def _mlp(image: Image, outputs: int) -> nn.Layer:
    return models.MLP((math.prod(image), *HIDDEN, outputs))


def _alexnet(image: Image, outputs: int) -> nn.Layer:
    return models.AlexNet(image, outputs)


TRAINABLES: dict[str, Trainable] = {
    one.name: one
    for one in (
        _of_images("mlp", _mlp, 32, "dense layers of 256 and 128 units", "256 と 128 ユニットの全結合層"),
        _of_images(
            "simple-convnet",
            models.simple_convnet,
            28,
            "one convolution, pooling, 100 hidden units",
            "畳み込み 1 層とプーリング、隠れ層 100 ユニット",
        ),
        _of_images(
            "double-convnet",
            models.double_convnet,
            28,
            "two convolutions with pooling, 100 hidden units",
            "畳み込み 2 層とプーリング、隠れ層 100 ユニット",
        ),
        _of_images(
            "deep-convnet",
            models.deep_convnet,
            28,
            "six convolutions, three poolings, dropout",
            "畳み込み 6 層とプーリング 3 層、ドロップアウト",
        ),
        _of_images(
            "alexnet",
            _alexnet,
            227,
            "the network of 2012, with 62 million parameters",
            "2012 年のネットワーク(パラメータ 6,200 万個)",
            optimizer="nesterov",
        ),
        _of_images(
            "small-alexnet",
            models.small_alexnet,
            64,
            "AlexNet for small images, with a million parameters",
            "小さな画像のための AlexNet(パラメータ約 100 万個)",
        ),
    )
}


def trainable(name: str) -> Trainable:
    """The model of this name.

    Raises:
        Error: there is none.

    >>> trainable("small-alexnet").about["en"]
    'AlexNet for small images, with a million parameters'
    """
    if name not in TRAINABLES:
        raise Error(f"no model is called {name!r}: {nearest(name, TRAINABLES)}")
    return TRAINABLES[name]
