"""The report of a variational autoencoder: new images, reconstructions, its code, and when dimensions collapse."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from waza.core.language import LANGUAGES
from waza.kinds.vae.charts import PLANE, divergence_chart, plane_chart
from waza.kinds.vae.images import PlainImages
from waza.kinds.vae.model import VAEModel
from waza.kinds.vae.outcome import DIMENSION
from waza.kinds.vae.telling import remarks
from waza.kinds.vae.use import beside, zoom_of
from waza.report.pictures import GAP, data_address, grid
from waza.report.training_page import Training, render_training

CHARTED = ("loss", "reconstruction", "kl")
COLUMNS, ROWS, PAIRS, WIDEST = 16, 4, 2, 980
CODES, REACH, ACROSS = 2000, 3.0, 18  # test images in the plane; its axes; images of a row of the plane
CHANGED, STEPS = 8, 11  # dimensions that are varied, and images of each
AT_LEAST = 99  # percentile of the codes that lie within the plane


def vae_page(model: VAEModel, given: PlainImages, training: Training, language: str) -> str:
    """The report in both languages."""
    test = given.dataset.test
    columns = max(1, min(COLUMNS, WIDEST // (test.x.shape[2] + GAP)))
    originals = np.asarray(test.x[: PAIRS * columns])
    codes = model.outputs(test.x[:CODES])
    labels = [given.classes[label] for label in test.y[:CODES]] if given.classes else []
    reach = max(REACH, float(np.percentile(np.abs(codes), AT_LEAST)))
    flat = model.latent == 2

    def charts(say: Mapping[str, Any]) -> dict[str, Any]:
        found = {"divergence": divergence_chart(training.history, DIMENSION, say)}
        found["plane"] = plane_chart(codes, labels, reach, say) if flat else None
        return {name: chart for name, chart in found.items() if chart is not None}

    order = most_used(training.history, model.latent)
    return render_training(
        training,
        language,
        CHARTED,
        charts,
        remarks={one: remarks(training.result, one) for one in LANGUAGES},
        samples=_picture(model.sample(ROWS * columns), columns),
        reconstructed=_picture(beside(originals, model.decode(model.outputs(originals)), columns), columns),
        flat=flat,
        plane=_plane(model, reach) if flat else None,
        coloured=bool(labels),
        varied=_picture(varied(model, order), STEPS),
        order=[f"z{i}" for i in order],
        divided=any(name.startswith(DIMENSION) for name in training.history[-1]),
        reach=f"{REACH:g}",
    )


def most_used(history: Sequence[Mapping[str, Any]], latent: int) -> list[int]:
    """The dimensions with the largest divergence, the largest first; the first ones where none is measured."""
    last = [float(history[-1].get(f"{DIMENSION}z{i}", 0.0)) for i in range(latent)]
    return np.argsort(-np.nan_to_num(last), kind="stable")[:CHANGED].tolist()


def varied(model: VAEModel, dimensions: Sequence[int]) -> np.ndarray:
    """Images of codes that are zero but for one dimension: a row of each, from -3 to 3."""
    z = np.zeros((len(dimensions), STEPS, model.latent), np.float32)
    for row, dimension in enumerate(dimensions):
        z[row, :, dimension] = np.linspace(-REACH, REACH, STEPS)
    return model.decode(z.reshape(-1, model.latent))


def _plane(model: VAEModel, reach: float) -> dict[str, Any]:
    """The images of codes on a grid over the plane, the first dimension to the right and the second upwards."""
    edge = reach * (1 - 1 / ACROSS)  # the middle of the outermost cells
    right, up = np.meshgrid(np.linspace(-edge, edge, ACROSS), np.linspace(edge, -edge, ACROSS))
    pictures = model.decode(np.stack([right, up], axis=-1).reshape(-1, 2))
    return _picture(pictures, ACROSS, gap=0) | {"side": PLANE}


def _picture(pictures: np.ndarray, columns: int, gap: int = GAP) -> dict[str, Any]:
    """Images side by side, each pixel as large as the page's width allows."""
    width = pictures.shape[2]
    zoom = max(1, min(zoom_of(pictures), (WIDEST // columns - gap) // width))
    whole = grid(pictures / np.float32(255), columns, zoom, gap)
    return {"address": data_address(whole), "height": whole.shape[0], "width": whole.shape[1]}
