"""Pieces of Markdown that the pages of evidence share."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from waza.core.language import LANGUAGES, texts
from waza.report.words import labels


def own_texts(language: str) -> dict[str, Any]:
    """The fixed texts of the pages."""
    return texts(Path(__file__).parent / "texts", language)


def file_name(page: str, language: str) -> str:
    """The name of a page's file.

    >>> file_name("valley", "en"), file_name("valley", "ja")
    ('valley.md', 'valley.ja.md')
    """
    return f"{page}.md" if language == "en" else f"{page}.{language}.md"


def head(title: str, page: str, language: str, *links: str) -> list[str]:
    """The title of a page, the link to the other language, and further links."""
    other = next(name for name in LANGUAGES if name != language)
    switch = f"[{labels(language)['other_language']}]({file_name(page, other)})"
    return [f"# {title}", "", " · ".join([switch, *links]), ""]


def anchored(claim: str, shown: str, study: str, language: str) -> str:
    """A link to a claim on the page of its study."""
    return f"[{shown}]({file_name(study, language)}#{claim.lower()})"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: int = 0) -> list[str]:
    """The lines of a table.

    Args:
        heads: of the columns.
        rows: cells.
        right: how many columns, from the right, hold numbers.
    """
    rules = ["---"] * (len(heads) - right) + ["---:"] * right
    return [_row(heads), _row(rules), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def folded(summary: str, lines: Sequence[str]) -> list[str]:
    """Lines that are shown when their summary is opened."""
    return ["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>", ""]
