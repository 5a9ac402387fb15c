"""The page of one training: curves, what is taken for what, and what the model looks at."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from waza.report.page import embedded
from waza.report.pictures import GAP, data_address, grid, heated, stretched
from waza.report.style import dressed
from waza.report.training_charts import curves, heat_map
from waza.report.words import LANGUAGES, labels, number

FOLDER = Path(__file__).parent
MOST_FILTERS, MOST_MAPS = 64, 32
COLUMNS, PAGE = 16, 980
STRONGEST = 99  # percentile of the saliency that is white, so that a few pixels do not darken all others


@dataclasses.dataclass(frozen=True)
class Example:
    """A test image, its class, the most probable classes with their probabilities, and what each pixel counts."""

    image: np.ndarray
    true: str
    best: Sequence[tuple[str, float]]
    saliency: np.ndarray


@dataclasses.dataclass(frozen=True)
class TrainingShown:
    """What the page shows of a training.

    Args:
        model, data: their names.
        result: best step, steps, ending, seconds and measures.
        history: the measures of each evaluation, with its step.
        settings: by name.
        notes: on the data, by language.
        classes: their names.
        matrix: the confusion matrix of the test images.
        pairs: the most confused: true class, predicted class, count, share.
        filters: of the first layer, (n, height, width, channels).
        maps: of each convolution for one image, (height, width, n), by the layer's name.
        examples: test images; the first is the one of the maps.
    """

    model: str
    data: str
    result: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    notes: Mapping[str, Sequence[str]]
    classes: Sequence[str]
    matrix: np.ndarray
    pairs: Sequence[tuple[str, str, int, float]]
    filters: np.ndarray
    maps: Mapping[str, np.ndarray]
    examples: Sequence[Example]


def training_words(language: str) -> dict[str, Any]:
    """The texts of the page and of the command's table."""
    return tomllib.loads((FOLDER / f"training.{language}.toml").read_text("utf-8"))


def render_training(shown: TrainingShown, language: str = "en") -> str:
    """The page, in both languages; `language` is the one shown first."""
    import vl_convert

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(number=number, zip=zip)
    template = environment.from_string((FOLDER / "training.html").read_text("utf-8"))
    words = {name: training_words(name) for name in LANGUAGES}
    figures = {name: _figures(shown, words[name]) for name in LANGUAGES}
    return template.render(
        first=language,
        languages=LANGUAGES,
        words=words,
        other={name: labels(name)["other_language"] for name in LANGUAGES},
        shown=shown,
        figures=figures,
        specs=embedded({f"{name}-{key}": spec for name, group in figures.items() for key, spec in group.items()}),
        vega=Markup(vl_convert.javascript_bundle()),  # type: ignore[call-arg]  # the stub forgets the default
        style=Markup((FOLDER / "page.css").read_text("utf-8")),
        script=Markup((FOLDER / "charts.js").read_text("utf-8")),
        more_style=Markup((FOLDER / "training.css").read_text("utf-8")),
        filters=_picture(_filters(shown.filters[:MOST_FILTERS])),
        filter_size="x".join(map(str, shown.filters.shape[1:3])),
        maps={name: _picture(_maps(one)) for name, one in shown.maps.items()},
        examples=[_example(one) for one in shown.examples],
    )


def _figures(shown: TrainingShown, say: Mapping[str, Any]) -> dict[str, Any]:
    charts = {name: curves(shown.history, name, shown.result["best_step"], say) for name in ("loss", "accuracy")}
    charts["confusion"] = heat_map(shown.matrix, shown.classes, say)
    return {name: dressed(chart).to_dict(validate=False) for name, chart in charts.items()}


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
