"""The networks that classify images: their names, usual settings and descriptions. Building one imports JAX."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from waza.core.errors import Error, nearest
from waza.kinds.options import OptimizerName

HIDDEN = (256, 128)

# From images (height, width, channels) and the number of classes to the network, a `Layer`.
Build = Callable[[tuple[int, int, int], int], Any]


@dataclasses.dataclass(frozen=True)
class Network:
    """A network that classifies images.

    Args:
        name: by which it is asked for.
        build: the network as its paper or book has it.
        size: the usual side of its images.
        en, ja: one line about it.
        optimizer: the usual one.
        rate_scale: its usual learning rate, relative to the optimizer's.
    """

    name: str
    build: Build
    size: int
    en: str
    ja: str
    optimizer: OptimizerName = "adam"
    rate_scale: float = 1.0

    @property
    def about(self) -> dict[str, str]:
        """One line about it, by language."""
        return {"en": self.en, "ja": self.ja}


def _model(name: str) -> Build:
    """Builds a network of `waza.models`."""

    def build(image: tuple[int, int, int], outputs: int) -> Any:
        from waza import models

        return getattr(models, name)(image, outputs)

    return build


def _mlp(image: tuple[int, int, int], outputs: int) -> Any:
    from waza import models

    return models.MLP((math.prod(image), *HIDDEN, outputs))


NETWORKS: dict[str, Network] = {
    one.name: one
    for one in (
        Network("mlp", _mlp, 32, "dense layers of 256 and 128 units", "256 と 128 ユニットの全結合層"),
        Network(
            "simple-convnet",
            _model("simple_convnet"),
            28,
            "one convolution, pooling, 100 hidden units",
            "畳み込み 1 層とプーリング、隠れ層 100 ユニット",
        ),
        Network(
            "double-convnet",
            _model("double_convnet"),
            28,
            "two convolutions with pooling, 100 hidden units",
            "畳み込み 2 層とプーリング、隠れ層 100 ユニット",
        ),
        Network(
            "deep-convnet",
            _model("deep_convnet"),
            28,
            "six convolutions, three pooling layers, dropout",
            "畳み込み 6 層とプーリング 3 層、ドロップアウト",
        ),
        Network(
            "alexnet",
            _model("AlexNet"),
            227,
            "the network of 2012, with 62 million parameters",
            "2012 年のネットワーク(パラメータ 6,200 万個)",
            optimizer="nesterov",
        ),
        Network(
            "small-alexnet",
            _model("small_alexnet"),
            64,
            "AlexNet for small images, with a million parameters",
            "小さな画像のための AlexNet(パラメータ約 100 万個)",
        ),
    )
}


def network(name: str) -> Network:
    """The network of this name.

    Raises:
        Error: there is none.

    >>> network("small-alexnet").size
    64
    """
    if name not in NETWORKS:
        raise Error(f"no model for images is called {name!r}: {nearest(name, NETWORKS)}")
    return NETWORKS[name]
