"""The link from each page to the same page in the other language, and words that Furo has in English only."""

import gettext
from typing import Any

NAMES = {"en": "English", "ja": "日本語"}
WORDS = {
    "ja": {
        "Back to top": "先頭へ",
        "Home": "ホーム",
        "Made with ": "作成: ",
        "Next": "次",
        "On this page": "このページの内容",
        "Previous": "前",
        "Skip to content": "本文へ",
    }
}


class _Words(gettext.NullTranslations):
    """The words of a language by their English."""

    def __init__(self, words: dict[str, str]):
        super().__init__()
        self.words = words

    def gettext(self, message: str) -> str:
        return self.words.get(message, message)


def _link(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    other = next(language for language in NAMES if language != app.config.language)
    up = "../" * (page.count("/") + 1)
    context["other_language"] = {"code": other, "name": NAMES[other], "href": f"{up}{other}/{page}.html"}


def setup(app: Any) -> dict[str, Any]:
    """Give the templates `other_language`, and Sphinx's catalogue of messages the words that it lacks."""
    app.connect("html-page-context", _link)
    app.translator.add_fallback(_Words(WORDS.get(app.config.language, {})))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
