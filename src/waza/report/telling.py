"""What is said of each claim of a run: the filled answer, or the parts' sentences where it does not suit the run."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.report.filling import NotFinite, check_literals, filled, numbers_in
from waza.report.words import ClaimWords, StudyWords, Words, labels, sentence
from waza.study.claims import Finding

FILLED = ("answer", "truth", "why")  # what is written for the published verdict, with numbers of the results


def told(
    words: Words,
    findings: Sequence[Finding],
    values: Mapping[str, float],
    path: Path,
    changed: Collection[str] = (),
) -> dict[str, StudyWords]:
    """The texts as they are shown with a run: numbers filled in, and a remark where they do not suit the run.

    Where the verdict differs from the published one, or a number is not finite, the answer is empty: then the parts'
    sentences take its place (`answer_of`).

    Args:
        words: the study's texts by language.
        findings: of the run.
        values: the numbers of the texts, by name.
        path: of the texts, without `.en.toml`.
        changed: the claims whose rule is not the one that the run was made with.

    Raises:
        Error: a text names an unknown number.
    """

    def study(language: str, texts: StudyWords) -> StudyWords:
        claims = {}
        for finding in findings:
            claim = texts.claims[finding.id]
            place = f"{path.name}.{language}.toml, {finding.id}"
            filled, remarks = _filled(claim, finding, values, place, language)
            is_changed = finding.id in changed
            if is_changed:
                remarks = (labels(language)["rule_changed"], *remarks)
            claims[finding.id] = dataclasses.replace(claim, rule_changed=is_changed, remarks=remarks, **filled)
        answer = _study_answer(texts, values, f"{path.name}.{language}.toml")
        return dataclasses.replace(texts, claims={**texts.claims, **claims}, answer=answer)

    return {language: study(language, texts) for language, texts in words.items()}


def _filled(
    claim: ClaimWords, finding: Finding, values: Mapping[str, float], place: str, language: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The filled texts, or empty ones and the reason why."""
    say = labels(language)
    if claim.verdict and claim.verdict != finding.verdict:
        verdicts = {"verdict": say["verdicts"][finding.verdict], "published": say["verdicts"][claim.verdict]}
        return dict.fromkeys(FILLED, ""), (say["differs"].format(**verdicts),)
    try:
        return {name: filled(getattr(claim, name), values, f"{place}, {name}") for name in FILLED}, ()
    except NotFinite:
        return dict.fromkeys(FILLED, ""), (say["not_computable"],)


def _study_answer(texts: StudyWords, values: Mapping[str, float], file: str) -> str:
    """What came of a study without claims; the reason why that is not said where a number is not finite."""
    try:
        return filled(texts.answer, values, f"{file}, answer")
    except NotFinite:
        return str(labels(texts.language)["no_answer"])


def answer_of(finding: Finding, claim: ClaimWords, language: str) -> str:
    """The answer in one sentence; without one, the sentences of the necessary parts."""
    if claim.answer:
        return claim.answer
    spacer = labels(language)["spacer"]
    return str(spacer.join(sentence(part, claim, language) for part in finding.parts if not part.further))


def rule_head(claim: ClaimWords, language: str) -> str:
    """The heading of a claim's rule: whether it was fixed before the run."""
    return str(labels(language)["rule_now" if claim.rule_changed else "rule"])


def check_told(words: Words, claims: Collection[str], settings: Any, path: Path) -> None:
    """Refuse texts that have no answer, or digits that are neither placeholders nor settings.

    Args:
        words: the study's texts by language.
        claims: those that the study decides.
        settings: whatever holds the study's settings: its description, and its numbers.
        path: of the texts, without `.en.toml`.

    Raises:
        Error: it names the file, the claim and the number.
    """
    allowed = numbers_in([settings_texts(words), settings])
    for language, texts in words.items():
        file = f"{path.name}.{language}.toml"
        for name in claims:
            claim = texts.claims[name]
            if not claim.answer or not claim.verdict:
                raise Error(f"{file}: {name} has no answer, or no verdict that it was written for; write both")
            for field in FILLED:
                check_literals(getattr(claim, field), allowed, f"{file}, {name}, {field}")
        check_literals(texts.answer, allowed, f"{file}, answer")


def settings_texts(words: Words) -> list[Any]:
    """The texts that say what is compared and claimed, whose numbers are no results."""
    said: list[Any] = []
    for texts in words.values():
        said += [texts.title, texts.lead, texts.variants]
        said += [[claim.statement, claim.notes_say, claim.rule] for claim in texts.claims.values()]
    return said


def check_filled(words: Words, claims: Collection[str], values: Mapping[str, float], path: Path) -> None:
    """Refuse texts with an unknown number, or with one that is not finite.

    Raises:
        Error: it names the file, the claim and the number.
    """
    for language, texts in words.items():
        for name in claims:
            for field in FILLED:
                filled(getattr(texts.claims[name], field), values, f"{path.name}.{language}.toml, {name}, {field}")
        filled(texts.answer, values, f"{path.name}.{language}.toml, answer")
