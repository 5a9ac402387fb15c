"""The page of a campaign: the answer, then comparisons, budgets, deciles and details, in both languages."""

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from waza import report
from waza.core.language import LANGUAGES
from waza.kinds.campaign import telling
from waza.kinds.campaign.campaign import Campaign
from waza.kinds.campaign.charts import gain_chart, ranking_chart
from waza.report.chart_engine import vega
from waza.report.describing import described
from waza.report.page import embedded
from waza.report.style import dressed
from waza.report.words import labels, number

FOLDER, SHARED = Path(__file__).parent, Path(report.__file__).parent
NAMED = ("arm", "reward", "cost", "value", "control", "propensity", "exclude", "budget", "folds", "seed")


def render(found: Campaign, language: str) -> str:
    """The page's HTML; `language` is the one shown first."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
    )
    specs = {}
    for name in LANGUAGES:
        say = telling.words(name)
        charts = {"gain": gain_chart(found.findings, say, found.options.reward)}
        for curve in ("qini", "uplift"):
            if curves := getattr(found.findings, curve):
                charts[curve] = ranking_chart(curves, say, say["curve_titles"][curve])
        for key, chart in charts.items():
            specs[f"{name}-{key}"] = described(dressed(chart).to_dict(validate=False), name)
    return environment.get_template("page.html").render(
        first=language,
        languages=LANGUAGES,
        words={name: telling.words(name) for name in LANGUAGES},
        other={name: labels(name)["other_language"] for name in LANGUAGES},
        found=found,
        shown={name: shown(found, name) for name in LANGUAGES},
        reward=found.options.reward,
        settings=settings(found),
        figures=specs,
        specs=embedded(specs),
        vega=Markup(vega()),
        style=Markup((SHARED / "page.css").read_text("utf-8")),
        script=Markup((SHARED / "charts.js").read_text("utf-8")),
    )


def settings(found: Campaign) -> dict[str, str]:
    """The settings by name, with those that were left open as they were chosen."""
    used = {name: getattr(found.options, name) for name in NAMED}
    used |= {"control": found.arms[0], "steps": found.steps}
    many = {name: value if isinstance(value, tuple) else (value,) for name, value in used.items()}
    texts = {name: [f"{one:g}" if isinstance(one, float) else str(one) for one in many[name]] for name in used}
    return {name: ", ".join(texts[name]) or "-" for name in used}


def shown(found: Campaign, language: str) -> dict[str, Any]:
    """The sentences and the rows of the tables in a language."""
    say, options = telling.words(language), found.options
    values = {"rows": f"{found.rows:,}", "arm": options.arm, "reward": options.reward}
    amounts = {"value": number(options.value), "cost": number(options.cost)}
    return {
        "answer": telling.answer(found, language),
        "ranking": telling.ranking(found, language),
        "lead": say["lead"].format(arms=say["joiner"].join(found.arms), **values),
        "unit": say["unit"].format(**values, **amounts),
        "policies": telling.policy_rows(found, language),
        "budgets": telling.budget_rows(found, language),
        "deciles": telling.decile_rows(found, language),
        "estimates": telling.estimate_rows(found, language),
        "overlap": telling.overlap(found, language),
        "qini": qini(found, language),
        "defined": say["defined"].format(folds=options.folds, folds_less=options.folds - 1),
        "notes": [note.say(language) for note in found.notes],
    }


def qini(found: Campaign, language: str) -> str:
    """The Qini coefficients, or why there are none."""
    say, coefficients = telling.words(language), found.findings.qini_coefficients()
    if not coefficients:
        return str(say["no_qini"])
    return str(
        say["qini_coefficients"].format(**{name: telling.per_thousand(one) for name, one in coefficients.items()})
    )
