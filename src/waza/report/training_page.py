"""The report of a single training, with the parts that its kind of model adds."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from waza.core.language import LANGUAGES, texts
from waza.report.chart_engine import vega
from waza.report.describing import described
from waza.report.page import embedded
from waza.report.style import dressed
from waza.report.training_charts import SPLITS, curves, together
from waza.report.words import labels, number

FOLDER = Path(__file__).parent
LARGE, CURVES = 100, "curves"


@dataclasses.dataclass(frozen=True)
class Training:
    """The facts of a training.

    Args:
        model, data: their names.
        unit: of the data, "images" or "tokens".
        folder: of the kind of model, with its `page.html` and its texts.
        measures: their names without the split.
        result: best step, steps, ending, seconds and measures.
        history: the measures of each evaluation, with its step.
        settings: by name.
        notes: remarks on the data, by language.
    """

    model: str
    data: str
    unit: str
    folder: Path
    measures: Sequence[str]
    result: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    notes: Mapping[str, Sequence[str]]


def training_words(folder: Path, language: str) -> dict[str, Any]:
    """The texts of the page and of the command's table, for the kind of model in a folder."""
    shared, own = texts(FOLDER / "training", language), texts(folder / "texts", language)
    return {**shared, **own, "measures": {**shared["measures"], **own.get("measures", {})}}


def measured(value: float | None) -> str:
    """A measure as text in a table.

    >>> measured(0.98765), measured(27.5), measured(33278.0), measured(None)
    ('0.9877', '27.5000', '33,278.0', '-')
    """
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < LARGE else f"{value:,.1f}"


def render_training(
    training: Training,
    language: str,
    charted: Sequence[str],
    more_charts: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda say: {},
    **parts: Any,
) -> str:
    """The page's HTML in both languages, from the template of the kind of model.

    Args:
        training: the facts.
        language: the one shown first.
        charted: the measures with a chart.
        more_charts: returns further charts by name, given the texts of a language.
        parts: further variables of the template.
    """
    loader = jinja2.FileSystemLoader([training.folder, FOLDER])
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(number=number, measured=measured)
    words = {name: training_words(training.folder, name) for name in LANGUAGES}
    result = training.result
    specs = {}
    for name, say in words.items():
        panels = [curves(training.history, one, result["best_step"], say) for one in charted]
        for key, chart in {CURVES: together(panels), **more_charts(say)}.items():
            specs[f"{name}-{key}"] = described(dressed(chart).to_dict(validate=False), name)
    return environment.get_template("page.html").render(
        first=language,
        languages=LANGUAGES,
        words=words,
        other={name: labels(name)["other_language"] for name in LANGUAGES},
        shown=training,
        splits=[
            split for split in SPLITS if any(f"{split}_{name}" in result["measures"] for name in training.measures)
        ],
        figures=specs,
        specs=embedded(specs),
        vega=Markup(vega()),
        style=Markup((FOLDER / "page.css").read_text("utf-8")),
        script=Markup((FOLDER / "charts.js").read_text("utf-8")),
        more_style=Markup((FOLDER / "training.css").read_text("utf-8")),
        **parts,
    )
