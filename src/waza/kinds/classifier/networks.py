"""The classifiers of images that `waza fit` trains: how each becomes a learner of a user's images."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

from waza import models, nn
from waza.core.errors import Error, nearest
from waza.core.vary import vary
from waza.kinds.classifier import material
from waza.kinds.classifier.material import Images, Told
from waza.kinds.classifier.page import image_page
from waza.kinds.settings import OptimizerName, Settings, optimizer_of, settled
from waza.kinds.trainable import Trainable
from waza.learners import Supervised

Image = tuple[int, int, int]
Build = Callable[[Image, int], nn.Layer]
OWN = frozenset(("size", "norm", "augment"))
MEASURES = ("loss", "accuracy")
HIDDEN = (256, 128)
PHOTOGRAPH_PADDING, DRAWING_PADDING = 8, 14  # a pixel in so many of a side: 4 of 32, and 2 of a digit's 28


@dataclasses.dataclass(frozen=True)
class Classifier:
    """A network that classifies images.

    Args:
        name: by which it is asked for.
        build: the network for images (height, width, channels) and so many classes, as its paper or book has it.
        size: the side of the images that it is usual for.
        en, ja: one line about it.
        optimizer: where none is asked for.
        rate_scale: what its usual rate is, over its optimiser's.
    """

    name: str
    build: Build
    size: int
    en: str
    ja: str
    optimizer: OptimizerName = "adam"
    rate_scale: float = 1.0

    def trainable(self) -> Trainable:
        """The network's entry in the registry."""
        about = {"en": self.en, "ja": self.ja}
        steps = (self._read, self._settle, self._learner, image_page)
        return Trainable(self.name, about, "images", "images", Path(__file__).parent, OWN, MEASURES, *steps)

    def _read(self, settings: Settings, progress: Told | None) -> Images:
        return material.images(settings.data, settings.size, (self.size, self.size), progress)

    def _settle(self, settings: Settings, given: Images) -> Settings:
        complete = settled(settings, len(given.dataset.train.y), self.optimizer, self.rate_scale)
        return dataclasses.replace(complete, size=given.preparation.size)

    def _learner(self, settings: Settings, given: Images) -> Supervised:
        try:
            return image_learner(self.build, settings, given)
        except Error as error:
            height, width = given.preparation.size
            usual = f"{self.size} x {self.size} is usual"
            raise Error(f"{self.name} on images of {height} x {width} ({usual}): {error}") from error


def image_learner(build: Build, settings: Settings, given: Images) -> Supervised:
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


def augmentation(given: Images) -> nn.Augmentation:
    """What training makes of images: random crops; photographs are mirrored too."""
    size = given.preparation.size
    one_in = PHOTOGRAPH_PADDING if given.photographs else DRAWING_PADDING
    crop = nn.RandomCrop(size, padding=max(1, min(size) // one_in))
    return nn.Augmentations((crop, nn.RandomFlip())) if given.photographs else nn.Augmentations((crop,))


def _mlp(image: Image, outputs: int) -> nn.Layer:
    return models.MLP((math.prod(image), *HIDDEN, outputs))


def _alexnet(image: Image, outputs: int) -> nn.Layer:
    return models.AlexNet(image, outputs)


CLASSIFIERS: dict[str, Classifier] = {
    one.name: one
    for one in (
        Classifier("mlp", _mlp, 32, "dense layers of 256 and 128 units", "256 と 128 ユニットの全結合層"),
        Classifier(
            "simple-convnet",
            models.simple_convnet,
            28,
            "one convolution, pooling, 100 hidden units",
            "畳み込み 1 層とプーリング、隠れ層 100 ユニット",
        ),
        Classifier(
            "double-convnet",
            models.double_convnet,
            28,
            "two convolutions with pooling, 100 hidden units",
            "畳み込み 2 層とプーリング、隠れ層 100 ユニット",
        ),
        Classifier(
            "deep-convnet",
            models.deep_convnet,
            28,
            "six convolutions, three poolings, dropout",
            "畳み込み 6 層とプーリング 3 層、ドロップアウト",
        ),
        Classifier(
            "alexnet",
            _alexnet,
            227,
            "the network of 2012, with 62 million parameters",
            "2012 年のネットワーク(パラメータ 6,200 万個)",
            optimizer="nesterov",
        ),
        Classifier(
            "small-alexnet",
            models.small_alexnet,
            64,
            "AlexNet for small images, with a million parameters",
            "小さな画像のための AlexNet(パラメータ約 100 万個)",
        ),
    )
}


def classifier(name: str) -> Classifier:
    """The classifier of images of this name.

    Raises:
        Error: there is none.

    >>> classifier("small-alexnet").size
    64
    """
    if name not in CLASSIFIERS:
        raise Error(f"no model for images is called {name!r}: {nearest(name, CLASSIFIERS)}")
    return CLASSIFIERS[name]
