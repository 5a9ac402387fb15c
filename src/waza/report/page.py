"""The report of a run: one HTML file in both languages that works without a network."""

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import jinja2
import xarray as xr
from markupsafe import Markup

from waza.core.language import LANGUAGES
from waza.core.names import lookup
from waza.report.chart_engine import vega
from waza.report.charts import PROBES, by_layer
from waza.report.choices import choice_rows
from waza.report.describing import described
from waza.report.figures import Figure, further_charts, main_charts
from waza.report.filling import in_text
from waza.report.layout import arranged
from waza.report.style import dressed
from waza.report.summary import MOST_COLUMNS, as_json, scalar_measures
from waza.report.telling import rule_head
from waza.report.trained import share_text, trained_note, trained_shares
from waza.report.words import Words, grounds, labels, mean_text, number, sentence
from waza.study.claims import Finding
from waza.study.record import record_of

FOLDER = Path(__file__).parent


def render_page(
    results: xr.Dataset,
    findings: tuple[Finding, ...],
    words: Words,
    language: str = "en",
    figures: Sequence[Figure] = (),
) -> str:
    """The page's HTML; a button changes the language.

    Args:
        results: of a run.
        findings: the verdicts.
        words: the study's texts by language.
        language: the one shown first.
        figures: those of the study; without any, the usual ones.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(
        number=number,
        mean_text=mean_text,
        grounds=grounds,
        sentence=sentence,
        rule_head=rule_head,
        share_text=share_text,
        in_text=in_text,
    )
    template = environment.from_string((FOLDER / "page.html").read_text("utf-8"))
    charts = {name: _charts(results, words, name, figures) for name in LANGUAGES}
    record, summary = record_of(results), as_json(results, findings)
    return template.render(
        first=language,
        languages=LANGUAGES,
        labels={name: labels(name) for name in LANGUAGES},
        words=words,
        findings=findings,
        summary=summary,
        any_diverged=any(one["diverged"] for one in summary["variants"].values()),
        tables=_tables(scalar_measures(results)) if results.sizes["step"] > 1 else [],
        record=record,
        trained=results.sizes["step"] > 1,
        shares=trained_shares(results),
        notes={name: trained_note(results, words, name) for name in LANGUAGES},
        figures=charts,
        probes=PROBES,
        specs=embedded({f"{name}-{key}": spec for name, group in charts.items() for key, spec in group.items()}),
        vega=Markup(vega()),
        style=Markup((FOLDER / "page.css").read_text("utf-8")),
        script=Markup((FOLDER / "charts.js").read_text("utf-8")),
        choices={name: choice_rows(results, words, name) for name in LANGUAGES},
        settings={name: json.dumps(value, indent=1, ensure_ascii=False) for name, value in record.settings.items()},
        facts=[record.versions, record.machine, *record.machines],
        mappings=record.mapping,
        techniques=techniques(record.settings),
    )


def _charts(results: xr.Dataset, words: Words, language: str, figures: Sequence[Figure]) -> dict[str, Any]:
    """The specifications of all rows of charts by name: the main figure, further charts, then the probes."""
    main = main_charts(results, words, language, figures)
    shown = [*arranged(main), *arranged(further_charts(results, words, language))]
    charts: dict[str, Any] = {f"main{i}": row for i, row in enumerate(shown)}
    if results.sizes["step"] > 1 and "layer" in results.dims:
        charts |= {name: by_layer(results, words, language, name) for name in PROBES if name in results}
    return {name: described(dressed(chart).to_dict(validate=False), language) for name, chart in charts.items()}


def _tables(measures: Sequence[str]) -> list[Sequence[str]]:
    """The measures of each table of results, the main one first."""
    return [measures[i : i + MOST_COLUMNS] for i in range(0, len(measures), MOST_COLUMNS)]


def embedded(value: Any) -> Markup:
    """The value as JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def techniques(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every class and function that the settings name: its file, code, and source in the literature."""
    names: dict[str, None] = {}

    def walk(value: Any) -> None:
        if isinstance(value, Mapping):
            for key, item in value.items():
                if key in ("class", "function") and isinstance(item, str):
                    names[item] = None
                else:
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(settings)
    links = labels("links")
    found = []
    for name in names:
        thing = lookup(name)
        if thing is None:
            continue
        source = re.search(r"Source:\s*(.+?)(?:\n\s*\n|\n\s*>>>|\Z)", inspect.getdoc(thing) or "", re.S)
        cited = " ".join(source.group(1).split()) if source else ""
        link = next((address for words, address in links.items() if words in cited), "")
        found.append(
            {
                "name": thing.__name__,
                "file": thing.__module__.replace(".", "/") + ".py",
                "code": inspect.getsource(thing),
                "source": cited,
                "link": link,
            }
        )
    return found


alt.data_transformers.disable_max_rows()
