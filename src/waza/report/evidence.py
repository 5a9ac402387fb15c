"""The pages of evidence: every claim with its verdict, grounds and figure, in both languages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.core.files import write_whole
from waza.core.language import LANGUAGES
from waza.report.figures import main_png
from waza.report.words import grounds, labels, load_words, sentence

NAMES = {"en": "evidence.md", "ja": "evidence.ja.md"}

SCALE = 1.2


def write_evidence(folder: Path, entries: Sequence[Any]) -> None:
    """Write `evidence.md`, `evidence.ja.md`, and a figure for each study and language in `evidence/`.

    Args:
        folder: of the pages.
        entries: claims in order, each with `id`, `exercise`, `results` and `finding`.
    """
    exercises = {entry.exercise.name: entry for entry in entries}
    for language in LANGUAGES:
        for name, entry in exercises.items():
            png = main_png(
                entry.results, load_words(entry.exercise.texts), language, SCALE, entry.exercise.figures_of()
            )
            write_whole(folder / "evidence" / f"{name}.{language}.png", png)
        write_whole(folder / NAMES[language], _page(entries, language).encode())


def _page(entries: Sequence[Any], language: str) -> str:
    """The page as Markdown: a table of all claims, then each claim with its parts, grounds and figure."""
    say = labels(language)
    told = say["evidence"]
    other = next(name for name in LANGUAGES if name != language)
    lines = [
        f"# {told['title']}",
        "",
        f"[{say['other_language']}]({NAMES[other]})",
        "",
        told["lead"],
        "",
        f"| {told['claim']} | {say['verdict']} | {told['statement']} | {told['study']} |",
        "|---|---|---|---|",
    ]
    for entry in entries:
        words = load_words(entry.exercise.texts)[language].claims[entry.id]
        verdict = say["verdicts"][entry.finding.verdict]
        lines.append(f"| [{entry.id}](#{entry.id.lower()}) | {verdict} | {words.statement} | {entry.exercise.name} |")
    for entry in entries:
        words = load_words(entry.exercise.texts)[language].claims[entry.id]
        lines += [
            "",
            f'<a id="{entry.id.lower()}"></a>',
            f"## {entry.id} {say['verdicts'][entry.finding.verdict]}: {words.statement}",
            "",
            f"**{say['notes_say']}** {words.notes_say.strip()}",
            "",
            f"**{say['truth']}** {words.truth.strip()}",
            "",
            f"**{say['why']}** {words.why.strip()}",
            "",
            f"**{say['rule']}** {' '.join(words.rule)}",
            "",
            *(f"- {sentence(part, words, language)} *{grounds(part, language)}*" for part in entry.finding.parts),
            "",
            f"![{entry.exercise.name}](evidence/{entry.exercise.name}.{language}.png)",
            "",
            told["again"].format(name=entry.exercise.name),
        ]
    return "\n".join(lines) + "\n"
