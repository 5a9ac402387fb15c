"""The table that answers the question, a row a technique, with the lines below it."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from waza.comparison.design import MARGIN
from waza.comparison.outcomes import Outcome
from waza.comparison.techniques import BASELINE, EARLY_STOPPING
from waza.core.language import texts
from waza.report.outcome_table import OutcomeRow, OutcomeTable
from waza.report.words import StudyWords, number, p_text, percent
from waza.study import Finding

ORDER = ("helps", "makes no difference", "does not help", "undecided", "diverges", "harms")
COLOUR = {"helps": "holds", "harms": "fails", "diverges": "fails", "undecided": "undecided"}
MOST_SEEDS, BLOCK = 200, 10  # beyond as many seeds a difference is too small to be worth the time


def comparison_texts(language: str) -> dict[str, Any]:
    """The texts beside this file."""
    return texts(Path(__file__).parent / "texts", language)


def outcome_table(
    findings: Sequence[Finding],
    outcomes: Sequence[Outcome],
    best: str,
    task: str,
    seeds: int,
    language: str,
    drawn: bool = False,
    images: bool = False,
) -> OutcomeTable:
    """The table, with lines on what is compared, which model is kept, and how many seeds would decide.

    Args:
        findings: the verdict on each technique.
        outcomes: the effect of each technique.
        best: the variant of the model that is kept.
        task: "classification" or "regression".
        seeds: how many were run.
        language: of the texts.
        drawn: whether each seed had a split of its own: then their number is fixed.
        images: whether the data are images.
    """
    say = comparison_texts(language)
    own, names = say["table"], say["techniques"]
    ordered = sorted(outcomes, key=lambda one: ORDER.index(one.effect))
    bound, unit = own["bounds"][task], own["units"][task]
    facts = {"bound": bound, "unit": unit, "seeds": seeds}
    confidence = percent(findings[0].parts[0].confidence)
    return OutcomeTable(
        tuple(head.format(short=own["short"][task], confidence=confidence) for head in own["heads"]),
        tuple(_row(one, own, names, seeds) for one in ordered),
        tuple(_remarks(findings, ordered, best, own, names, facts, language, drawn)),
        own["tests"]["title"],
        tuple(_tests(findings, own["tests"], names, bound, language, drawn)),
        own["details"],
        (own["footnotes"]["images" if images else task],),
    )


def needed_seeds(findings: Sequence[Finding], outcomes: Sequence[Outcome]) -> tuple[int | None, list[str], list[str]]:
    """The seeds in all that would decide, the undecided techniques that they would, and the others.

    A technique that seems to harm is decided by either bound; any other by that of "helps".
    """
    needed: dict[str, int | None] = {}
    for finding in findings:
        (outcome,) = (one for one in outcomes if one.technique == finding.id)
        if outcome.effect != "undecided":
            continue
        helps, harms = finding.parts
        parts = (helps, harms) if helps.effect < -MARGIN else (helps,)
        needed[finding.id] = min((part.needed for part in parts if part.needed), default=None)
    soon = {name: count for name, count in needed.items() if count is not None and count <= MOST_SEEDS}
    most = BLOCK * math.ceil(max(soon.values()) / BLOCK) if soon else None
    return most, list(soon), [name for name in needed if name not in soon]


def _row(one: Outcome, own: Mapping[str, Any], names: Mapping[str, str], seeds: int) -> OutcomeRow:
    name = names[one.technique].strip()
    if one.reference != BASELINE:
        name = own["against"].format(technique=name, reference=names[one.reference].strip())
    word = own["words"][one.effect].format(diverged=one.diverged, seeds=seeds)
    interval = own["interval"].format(low=_signed(one.low), high=_signed(one.high))
    return OutcomeRow(name, _signed(one.points), interval, word, COLOUR.get(one.effect, ""))


def _signed(points: float) -> str:
    """Points with their sign: "+0.5", "-2", "0"."""
    shown = number(round(points, 2) + 0.0)
    return f"+{shown}" if points > 0 and shown not in ("0", "∞") else shown


def _remarks(
    findings: Sequence[Finding],
    outcomes: Sequence[Outcome],
    best: str,
    own: Mapping[str, Any],
    names: Mapping[str, str],
    facts: Mapping[str, Any],
    language: str,
    drawn: bool,
) -> list[str]:
    """Which rows are compared, which model is kept and why, and how many seeds would decide."""
    lines = [own["compared"].format(**facts)]
    if any(one.technique == EARLY_STOPPING for one in outcomes):
        lines.append(own["stopping"])
    shown = StudyWords("", "", {name: one.strip() for name, one in names.items()}, {}, language)
    lines.append(own["kept"].format(variant=shown.variant(best), **facts))
    if drawn:
        return lines
    needed, soon, hopeless = needed_seeds(findings, outcomes)
    for key, some in {"more": soon, "hopeless": hopeless}.items():
        if some:
            together = own["joiner"].join(names[one].strip() for one in some)
            lines.append(own[key].format(techniques=together, needed=needed, **facts))
    return lines


def _tests(
    findings: Sequence[Finding],
    say: Mapping[str, Any],
    names: Mapping[str, str],
    bound: str,
    language: str,
    drawn: bool,
) -> list[str]:
    """The rule, and the p-values of both bounds for each technique."""
    lines = [line.format(bound=bound) for line in (*say["rule"], say["drawn" if drawn else "looks"])]
    for finding in findings:
        helps, harms = (p_text(part, language) for part in finding.parts)
        lines.append(say["line"].format(technique=names[finding.id].strip(), helps=helps, harms=harms))
    return lines
