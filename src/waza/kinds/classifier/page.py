"""What a trained classifier of images does on test images, made ready for its page."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import softmax

from waza.kinds.classifier.confusion import confused, confusion
from waza.kinds.classifier.filters import feature_maps, first_filters
from waza.kinds.classifier.material import Images
from waza.kinds.classifier.rendering import Example, ImagesShown, render_images
from waza.kinds.classifier.saliency import saliency
from waza.kinds.model import Model
from waza.learners import as_inputs
from waza.report.training_page import Training

EXAMPLES, WRONG, BEST = 8, 3, 3


def image_page(model: Model, given: Images, training: Training, language: str) -> str:
    """The report: the confusion matrix of all test images; saliency, filters and feature maps for some."""
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
        first_filters(variables, model.preparation.shape),
        feature_maps(model.model, variables, x[0]),
        [
            Example(np.asarray(test.x[row]), classes[test.y[row]], _best(outputs[row], classes), np.asarray(heat[i]))
            for i, row in enumerate(rows)
        ],
    )
    return render_images(training, shown, language)


def chosen_rows(outputs: np.ndarray, y: np.ndarray) -> list[int]:
    """Rows to be shown: the first right ones, each of another class if there are enough, then the surest mistakes.

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
