"""Two short pages, "What surprised us" and "Where the notes are wrong", filled with the numbers of the studies.

Each entry of `<essay>.<language>.toml` names claims. Its text is filled with their numbers, as in `{C20.gap}`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.language import texts, unwrapped
from waza.curriculum.catalogue import Exercise, exercises
from waza.curriculum.evidence.markdown import anchored, file_name, head, own_texts
from waza.curriculum.outcomes import StudyOutcome
from waza.report.filling import check_literals, filled, numbers_in
from waza.report.telling import settings_texts
from waza.report.words import labels, load_words

ESSAYS = ("surprises", "corrections")


def essay_page(name: str, outcomes: Mapping[str, StudyOutcome], language: str) -> str:
    """The page as Markdown, with the entries whose claims have the verdicts that they were written for.

    Args:
        name: one of `ESSAYS`.
        outcomes: of the studies, by name.
        language: of the page.

    Raises:
        Error: an entry names an unknown claim or number, or holds a digit that is neither filled in nor a setting.
    """
    written, told, say = texts(Path(__file__).parent / name, language), own_texts(language), labels(language)
    deciding = {claim: exercise for exercise in exercises() for claim in exercise.claims}
    index = f"[{told['all_claims']}]({file_name('index', language)})"
    lines = [*head(written["title"], name, language, index), unwrapped(written["lead"]), ""]
    for entry in written["entries"]:
        place = f"{name}.{language}.toml, {entry['title']!r}"
        unknown = [claim for claim in entry["claims"] if claim not in deciding]
        if unknown:
            raise Error(f"{place} names {unknown[0]}, which is no claim of the notes")
        studies = {claim: deciding[claim] for claim in entry["claims"]}
        if not all(_as_written(claim, one, outcomes) for claim, one in studies.items()):
            continue
        lines += [f"## {entry['title']}", "", _text(entry, studies, outcomes, place), ""]
        for claim, one in studies.items():
            found = outcomes[one.name].claims[claim]
            verdict = f"**{say['verdicts'][found.verdict]}**{told['colon']}"
            statement = load_words(one.texts)[language].claims[claim].statement
            link = anchored(claim, claim, one.name, language)
            lines.append(f"- {link} {statement}<br>{verdict}{found.answer[language]}")
        lines.append("")
    return "\n".join(lines)


def _as_written(claim: str, exercise: Exercise, outcomes: Mapping[str, StudyOutcome]) -> bool:
    """Whether the claim has the verdict that the texts were written for."""
    outcome = outcomes.get(exercise.name)
    written = load_words(exercise.texts)["en"].claims[claim].verdict
    return outcome is not None and claim in outcome.claims and outcome.claims[claim].verdict == written


def _text(
    entry: Mapping[str, Any], studies: Mapping[str, Exercise], outcomes: Mapping[str, StudyOutcome], place: str
) -> str:
    """The text of an entry, checked and filled."""
    text = unwrapped(entry["text"])
    check_literals(text, numbers_in([settings_texts(load_words(one.texts)) for one in studies.values()]), place)
    values = {
        f"{claim}.{name}": value for claim, one in studies.items() for name, value in outcomes[one.name].numbers.items()
    }
    return filled(text, values, place)
