"""The page of a classifier of images: what is taken for what, and what the model looks at."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from waza.kinds.classifier.pictures import GAP, data_address, grid, heated, stretched
from waza.report.training_charts import heat_map
from waza.report.training_page import Training, render_training

MOST_FILTERS, MOST_MAPS = 64, 32
COLUMNS, PAGE = 16, 980
STRONGEST = 99  # percentile of the saliency that is white, so that a few pixels do not darken all others
CHARTED = ("loss", "accuracy")


@dataclasses.dataclass(frozen=True)
class Example:
    """A test image, its class, the most probable classes with their probabilities, and what each pixel counts."""

    image: np.ndarray
    true: str
    best: Sequence[tuple[str, float]]
    saliency: np.ndarray


@dataclasses.dataclass(frozen=True)
class ImagesShown:
    """What the page shows of a classifier.

    Args:
        classes: their names.
        matrix: the confusion matrix of the test images.
        pairs: the most confused: true class, predicted class, count, share.
        filters: of the first layer, (n, height, width, channels).
        maps: of each convolution for one image, (height, width, n), by the layer's name.
        examples: test images; the first is the one of the maps.
    """

    classes: Sequence[str]
    matrix: np.ndarray
    pairs: Sequence[tuple[str, str, int, float]]
    filters: np.ndarray
    maps: Mapping[str, np.ndarray]
    examples: Sequence[Example]


def render_images(training: Training, shown: ImagesShown, language: str = "en") -> str:
    """The page, in both languages; `language` is the one shown first."""
    return render_training(
        training,
        language,
        CHARTED,
        lambda say: {"confusion": heat_map(shown.matrix, shown.classes, say)},
        pairs=shown.pairs,
        filters=_picture(_filters(shown.filters[:MOST_FILTERS])),
        filter_size="x".join(map(str, shown.filters.shape[1:3])),
        maps={name: _picture(_maps(one)) for name, one in shown.maps.items()},
        examples=[_example(one) for one in shown.examples],
    )


def _filters(filters: np.ndarray) -> np.ndarray:
    """One grid: filters of three channels in colours, of one in shades, of others a shade for the channels' mean."""
    if filters.shape[3] not in (1, 3):
        filters = filters.mean(axis=3, keepdims=True)
    return grid(stretched(filters, symmetric=True), COLUMNS, _zoom(filters.shape[2]))


def _maps(maps: np.ndarray) -> np.ndarray:
    first = np.moveaxis(maps, -1, 0)[:MOST_MAPS, ..., None]
    return grid(stretched(first), COLUMNS, _zoom(first.shape[2]))


def _zoom(width: int) -> int:
    """How large a pixel is, so that `COLUMNS` pictures of this width fill the page."""
    return max(1, (PAGE // COLUMNS - GAP) // width)


def _example(one: Example) -> dict[str, Any]:
    most = np.percentile(one.saliency, STRONGEST)
    heat = heated(one.saliency / most if most > 0 else one.saliency)
    return {
        "image": _picture(one.image),
        "heat": _picture(heat),
        "true": one.true,
        "best": list(one.best),
        "right": one.best[0][0] == one.true,
    }


def _picture(picture: np.ndarray) -> dict[str, Any]:
    return {"address": data_address(picture), "height": picture.shape[0], "width": picture.shape[1]}
