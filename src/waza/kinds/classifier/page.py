"""The report of a classifier: confusion matrix, saliency, filters and feature maps on test images."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import softmax

from waza.kinds.classifier.confusion import confused, confusion
from waza.kinds.classifier.filters import feature_maps, first_filters
from waza.kinds.classifier.images import Images
from waza.kinds.classifier.saliency import saliency
from waza.kinds.model import Model
from waza.learners import as_inputs
from waza.report.pictures import GAP, data_address, grid, heated, stretched
from waza.report.training_charts import heat_map
from waza.report.training_page import Training, render_training

EXAMPLES, WRONG, BEST = 8, 3, 3
MOST_FILTERS, MOST_MAPS = 64, 32
COLUMNS, PAGE = 16, 980
STRONGEST = 99  # percentile of the saliency that is white, so that a few pixels do not darken all others
CHARTED = ("loss", "accuracy")


@dataclasses.dataclass(frozen=True)
class Example:
    """A test image, its class, the most probable classes with their probabilities, and the saliency of each pixel."""

    image: np.ndarray
    true: str
    best: Sequence[tuple[str, float]]
    saliency: np.ndarray


@dataclasses.dataclass(frozen=True)
class ImagesShown:
    """The contents of the page.

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


def image_page(model: Model, given: Images, training: Training, language: str) -> str:
    """The report: the confusion matrix of all test images; saliency, filters and feature maps of some."""
    test, classes = given.dataset.test, model.preparation.classes
    outputs = model.outputs(test.x)
    predicted = outputs.argmax(axis=1)
    matrix = confusion(test.y, predicted, len(classes))
    rows = chosen_rows(outputs, test.y)
    x = as_inputs(np.stack([test.x[row] for row in rows]))
    variables = jax.tree.map(jnp.asarray, model.variables)
    heat = saliency(model.model, variables, x, jnp.asarray(predicted[rows]), jax.random.key(0))
    shown = ImagesShown(
        classes,
        matrix,
        [(classes[one.true], classes[one.predicted], one.times, one.share) for one in confused(matrix)],
        of_grey(first_filters(variables, model.preparation.shape), test.x[rows]),
        feature_maps(model.model, variables, x[0]),
        [
            Example(np.asarray(test.x[row]), classes[test.y[row]], _best(outputs[row], classes), np.asarray(heat[i]))
            for i, row in enumerate(rows)
        ],
    )
    return render_images(training, shown, language)


def of_grey(filters: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The filters, summed over the channels where the images are grey in three equal channels.

    What such a filter answers depends on the sum alone; the differences between its channels are initial noise.
    """
    grey = images.shape[-1] > 1 and filters.shape[-1] == images.shape[-1] and (np.ptp(images, axis=-1) == 0).all()
    return filters.sum(axis=-1, keepdims=True) if grey else filters


def chosen_rows(outputs: np.ndarray, y: np.ndarray) -> list[int]:
    """Rows to show: correct ones, of different classes as far as possible, then the most confident mistakes.

    >>> chosen_rows(np.array([[9.0, 0.0], [8.0, 0.0], [7.0, 0.0]]), np.array([0, 1, 0]))
    [0, 2, 1]
    """
    predicted, sure = outputs.argmax(axis=1), softmax(outputs, axis=1).max(axis=1)
    wrong = np.flatnonzero(predicted != y)
    mistakes = wrong[np.argsort(-sure[wrong], kind="stable")].tolist()
    right = np.flatnonzero(predicted == y)
    firsts = np.sort(right[np.unique(y[right], return_index=True)[1]]).tolist()
    ordered = [*firsts, *(row for row in right.tolist() if row not in set(firsts))]
    shown = ordered[: EXAMPLES - min(WRONG, len(mistakes))]
    return [*shown, *mistakes[: EXAMPLES - len(shown)]]


def _best(outputs: np.ndarray, classes: Sequence[str]) -> list[tuple[str, float]]:
    shares = softmax(outputs)
    return [(classes[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")[:BEST]]


def render_images(training: Training, shown: ImagesShown, language: str = "en") -> str:
    """The page in both languages; `language` is shown first."""
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
    """One grid: filters of three channels in colour, others in grey (of the channels' mean where there are several)."""
    if filters.shape[3] not in (1, 3):
        filters = filters.mean(axis=3, keepdims=True)
    return grid(stretched(filters, symmetric=True), COLUMNS, _zoom(filters.shape[2]))


def _maps(maps: np.ndarray) -> np.ndarray:
    first = np.moveaxis(maps, -1, 0)[:MOST_MAPS, ..., None]
    return grid(stretched(first), COLUMNS, _zoom(first.shape[2]))


def _zoom(width: int) -> int:
    """The size of a pixel with which `COLUMNS` pictures of this width fill the page."""
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
