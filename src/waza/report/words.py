"""The texts of a study by language, and the fixed labels of all reports."""

import dataclasses
import functools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from waza.core.errors import Error
from waza.core.given_files import as_path
from waza.core.language import LANGUAGES, texts, unwrapped
from waza.report.outcome_table import OutcomeTable
from waza.study.claims import Finding, PartFinding
from waza.study.record import record_of
from waza.study.sweep import swept
from waza.study.tuning import tuned_name

DECIMALS = 4
FACTOR = "log10"  # the unit of effects that are powers of ten
SMALLEST_DECIMAL, LARGEST_DECIMAL = 0.001, 1e6


@dataclasses.dataclass(frozen=True)
class PartWords:
    """The statement of a part of a claim, and a sentence for each verdict."""

    statement: str
    holds: str
    fails: str
    undecided: str


@dataclasses.dataclass(frozen=True)
class ClaimWords:
    """A claim's texts.

    Args:
        statement: the claim in one sentence.
        notes_say: what the notes say.
        truth: what the trials show.
        why: the reason.
        rule: the conditions of the verdict, one a line.
        parts: the texts of its parts, by name.
        verdict: the published verdict, for which `answer`, `truth` and `why` were written; "" if they suit any.
        answer: one sentence with its number.
        history: how the rule changed, where it did.
        rule_changed: whether the rule is not the one that the run was made with; set by `waza.report.telling`.
        remarks: what a reader must know of the run, a line each; set by `waza.report.telling`.
    """

    statement: str
    notes_say: str
    truth: str
    why: str
    rule: tuple[str, ...]
    parts: Mapping[str, PartWords]
    verdict: str = ""
    answer: str = ""
    history: str = ""
    rule_changed: bool = False
    remarks: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class StudyWords:
    """A study's texts in one language.

    Args:
        title: of the study.
        lead: what is compared.
        variants: their names as they are shown.
        claims: the texts of its claims.
        language: of the texts.
        measures: the names of its measures that have no fixed label.
        answer: what came of a study that decides no claim, and the sentence that answers a comparison.
        outcomes: of a comparison; the table then stands first, and takes the place of the claims.
    """

    title: str
    lead: str
    variants: Mapping[str, str]
    claims: Mapping[str, ClaimWords]
    language: str = "en"
    measures: Mapping[str, str] = dataclasses.field(default_factory=dict)
    answer: str = ""
    outcomes: OutcomeTable | None = None

    def variant(self, name: str) -> str:
        """The variant's name as it is shown."""
        for given, shown in self.variants.items():
            if name == tuned_name(given):
                return str(labels(self.language)["tuned"].format(shown))
        for what, rates in swept([name]).items():
            at_rate = labels(self.language)["at_rate"]
            return str(at_rate.format(self.variants.get(what, what), number(next(iter(rates)))))
        return self.variants.get(name, name)

    def measure(self, name: str) -> str:
        """The measure's name as it is shown."""
        return str(self.measures.get(name) or labels(self.language)["measures"].get(name, name))


Words = Mapping[str, StudyWords]


def load_words(path: str | Path) -> dict[str, StudyWords]:
    """The texts in `<path>.en.toml` and `<path>.ja.toml`.

    Raises:
        Error: a file is missing, is no TOML, or lacks a text.
    """
    path = as_path(path)
    found = {}
    for language in LANGUAGES:
        try:
            found[language] = _study(texts(path, language), language)
        except (KeyError, TypeError, AttributeError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise Error(f"{path}.{language}.toml has not the texts of a study ({reason}): correct that") from error
    return found


def _study(texts: dict[str, Any], language: str) -> StudyWords:
    claims = {name: _claim(claim) for name, claim in texts["claims"].items()}
    return StudyWords(
        texts["title"],
        unwrapped(texts["lead"]),
        texts["variants"],
        claims,
        language,
        texts.get("measures", {}),
        unwrapped(texts.get("answer", "")),
    )


def _claim(claim: Mapping[str, Any]) -> ClaimWords:
    said: dict[str, Any] = {field: unwrapped(text) for field, text in claim.items() if isinstance(text, str)}
    parts = {part: PartWords(**words) for part, words in claim["parts"].items()}
    return ClaimWords(**{**said, "rule": _lines(claim["rule"]), "parts": parts})


def _lines(rule: str | list[str]) -> tuple[str, ...]:
    """The conditions of a rule."""
    return tuple(unwrapped(line) for line in ([rule] if isinstance(rule, str) else rule))


def plain_words(results: xr.Dataset, findings: tuple[Finding, ...]) -> dict[str, StudyWords]:
    """Words for a study without texts: names as they are, and general sentences."""

    def study(language: str) -> StudyWords:
        say = labels(language)["plain"]
        claims = {
            finding.id: ClaimWords(
                finding.id,
                "",
                "",
                "",
                (say["rule"],),
                {
                    part.name: PartWords(part.name, *(f"{part.name}: {say[v]}" for v in VERDICTS))
                    for part in finding.parts
                },
            )
            for finding in findings
        }
        return StudyWords(record_of(results).study, "", {}, claims, language)

    return {language: study(language) for language in LANGUAGES}


VERDICTS = ("holds", "fails", "undecided")


@functools.cache
def labels(language: str) -> dict[str, Any]:
    """The fixed labels of a language."""
    return texts(Path(__file__).parent / "labels", language)


def number(value: float) -> str:
    """A number with three significant digits.

    >>> number(0.123456), number(1234.5), number(float("nan"))
    ('0.123', '1230', '-')
    """
    if not math.isfinite(value):
        return "-" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    return f"{float(f'{value:.3g}'):.10g}" if abs(value) < 1e6 else f"{value:.3g}"


def mean_text(value: float) -> str:
    """A mean in a table: four decimals, or three significant digits where the value is very small or large.

    >>> mean_text(0.98765), mean_text(0.0), mean_text(1.23e-26), mean_text(228704413286.6), mean_text(float("nan"))
    ('0.9877', '0.0000', '1.23e-26', '2.29e+11', '-')
    """
    return f"{value:.4f}" if value == 0 or SMALLEST_DECIMAL <= abs(value) < LARGEST_DECIMAL else number(value)


def amount(value: float, unit: str) -> str:
    """An effect in its unit: a share in points is shown times 100, a power of ten as a factor with three digits.

    A value is rounded once, to three digits as `number` does, or to four decimals where these are fewer digits.

    >>> amount(0.50453, ""), amount(0.0012345, "")
    ('0.505', '0.0012')
    >>> amount(0.052, "points"), amount(1.49e-7, "points"), amount(-2.03e-5, "log10"), amount(-2.06, "log10")
    ('5.2', '0', '1', '0.00871')
    """
    if not math.isfinite(value):
        return number(value)
    if unit == FACTOR:
        return number(10.0**value)
    shown = float(value) * 100 if unit == "points" else float(value)
    return number(shown if abs(shown) >= 100 * 10**-DECIMALS else round(shown, DECIMALS) + 0.0)


def sentence(part: PartFinding, words: ClaimWords, language: str) -> str:
    """The verdict on a part in one sentence."""
    text = getattr(words.parts[part.name], part.verdict)
    if part.equivalent:
        margin = min(abs(bound) for bound in part.region)
        if part.unit == FACTOR:
            text += labels(language)["alike"].format(margin=amount(margin, part.unit))
        else:
            text += labels(language)["equivalent"].format(margin=with_unit(margin, part.unit, language))
    if part.near:
        text += labels(language)["near"]
    numbers = {name: amount(getattr(part, name), part.unit) for name in ("effect", "low", "high")}
    shown = with_unit(part.effect, part.unit, language)
    return text.format(**numbers, amount=shown, confidence=percent(part.confidence), seeds=part.seeds)


def percent(share: float) -> str:
    """A share as a percentage with three digits.

    >>> percent(0.95), percent(0.9875)
    ('95 %', '98.8 %')
    """
    return f"{share * 100:.3g} %"


def with_unit(value: float, unit: str, language: str) -> str:
    """An effect with its unit.

    >>> with_unit(0.052, "points", "en"), with_unit(-0.01, "points", "en"), with_unit(0.3, "", "en")
    ('5.2 points', '-1 point', '0.3')
    """
    say, shown = labels(language)["grounds"], amount(value, unit)
    name = say["one"].get(unit) if shown in ("1", "-1") else None
    return f"{shown} {name or say['units'].get(unit, unit)}".strip()


def p_text(part: PartFinding, language: str) -> str:
    """The p-value of a part with its test, and what it is about."""
    bound = with_unit(part.bound, part.unit, language)
    return str(labels(language)["grounds"]["tests"][part.kind].format(p=number(part.p), bound=bound))


def grounds(part: PartFinding, language: str) -> str:
    """The grounds of a verdict: interval, seeds, test, and the number of seeds that would decide."""
    say = labels(language)["grounds"]
    effect = with_unit(part.effect, part.unit, language)
    if part.kind == "exact":
        return str(say["exact"].format(effect=effect))
    said = [
        say["interval"].format(
            effect=effect,
            low=amount(part.low, part.unit),
            high=amount(part.high, part.unit),
            confidence=percent(part.confidence),
            seeds=part.seeds,
        )
    ]
    if part.left_out:
        said.append(say["left_out"].format(count=part.left_out))
    if math.isfinite(part.p):
        said.append(p_text(part, language))
    if math.isfinite(part.smallest):
        said.append(say["smallest"].format(smallest=with_unit(part.smallest, part.unit, language)))
    if part.reason:
        said.append(say["reasons"][part.reason])
    if part.needed:
        said.append(say["needed"].format(needed=part.needed))
    return str(say["joiner"].join(said))
