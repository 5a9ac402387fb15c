"""The source pages of one language: those of docs/ and of the API reference, with the site's navigation.

In docs/ a page has one file a language (`tutorial.md`, `tutorial.ja.md`; or `index.en.md`, `index.ja.md`), and links
name these files, so that they work where the folder is read as it is. In the site a page has the same name in each
language, in a folder of the language.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from reference import reference_pages

NAVIGATION = {
    "start": ("tutorial",),
    "how_to": (
        "own-study",
        "extending",
        "own-data",
        "translators",
        "dialogue",
        "autoencoders",
        "word2vec",
        "policies",
        "reinforcement",
        "export",
        "tensorflow",
        "scale",
    ),
    "evidence": ("evidence", "statistics"),
    "project": ("reliability", "benchmarks", "decisions"),
    "reference": ("reference",),
}
"""Pages, or folders with an index, by caption."""

WORDS = {
    "en": {
        "start": "Start",
        "how_to": "How to",
        "evidence": "Evidence",
        "project": "Project",
        "reference": "Reference",
    },
    "ja": {
        "start": "はじめに",
        "how_to": "使い方",
        "evidence": "検証結果",
        "project": "開発",
        "reference": "リファレンス",
        "only": "このページは英語のみです。",
    },
}
_NAME = re.compile(r"(?P<page>.+?)(?:\.(?P<language>en|ja))?\.md")
_OTHER_LANGUAGE = re.compile(r"^\[(?:English|日本語)\]\([^)]*\)(?: · )?", re.MULTILINE)
_WIDE = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
_BREAK = re.compile(rf"(?<=[{_WIDE}])\n(?=[{_WIDE}])|(?<=[、。)」])\n(?=[A-Za-z`\[(「])")
_LINK = re.compile(r"\]\((?P<page>[^)#:\s]+?)(?:\.(?P<language>en|ja))?\.md(?P<anchor>#[^)]*)?\)")


def write_pages(docs: Path, language: str, folder: Path) -> None:
    """Write the source pages of a language and what they show into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    written, reference = _pages(docs, language), reference_pages(language)
    for page, (path, its_language) in written.items():
        text = path.read_text("utf-8")
        if its_language != language:
            text = _with_note(text, WORDS[language]["only"])
        if language == "ja":
            text = joined(text)
        _write(folder / f"{page}.md", linked(text) + _contents(page, linked(text), [*written, *reference], language))
    for page, text in reference.items():
        _write(folder / f"{page}.rst", text)
    for path in docs.rglob("*.png"):
        if f".{_other(language)}." not in path.name:
            target = folder / path.relative_to(docs)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _pages(docs: Path, language: str) -> dict[str, tuple[Path, str]]:
    """Each page with its file in this language, or else in English, and that file's language."""
    found: dict[str, tuple[Path, str]] = {}
    for path in sorted(docs.rglob("*.md")):
        name = _NAME.fullmatch(path.relative_to(docs).as_posix())
        page, its_language = name["page"], name["language"] or "en"
        if its_language == language or (its_language == "en" and page not in found):
            found[page] = path, its_language
    return found


def linked(text: str) -> str:
    """The text with links to the pages of the site, and without the link to the other language, which each page has."""

    def link(found: re.Match[str]) -> str:
        return f"]({found['page']}.md{found['anchor'] or ''})"

    return _LINK.sub(link, _OTHER_LANGUAGE.sub("", text))


def joined(text: str) -> str:
    """Japanese with the line breaks removed that a browser would show as spaces: code and tables stay as they are."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else _BREAK.sub("", part) for part in parts)


def _with_note(text: str, note: str) -> str:
    title, _, rest = text.partition("\n")
    return f"{title}\n\n*{note}*\n{rest}"


def _contents(page: str, text: str, pages: Sequence[str], language: str) -> str:
    """The tree of pages below this one: the navigation below the front page, a folder's pages below its index.

    A folder's pages stand in the order in which the index links to them.
    """
    if page == "index":
        navigation = {
            caption: [f"{entry}/index" if f"{entry}/index" in pages else entry for entry in entries]
            for caption, entries in NAVIGATION.items()
        }
        return "".join(_toctree(entries, WORDS[language][caption]) for caption, entries in navigation.items())
    folder, _, name = page.rpartition("/")
    if name == "index":
        below = [other.rpartition("/")[2] for other in pages if other.startswith(f"{folder}/") and other != page]
        places = {other: text.find(f"]({other}.md") for other in below}
        return _toctree(sorted(below, key=lambda other: places[other] if places[other] >= 0 else len(text)))
    return ""


def _toctree(entries: Sequence[str], caption: str = "") -> str:
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "```{toctree}", *options, "", *entries, "```", ""])


def _other(language: str) -> str:
    return next(name for name in WORDS if name != language)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
