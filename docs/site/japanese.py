"""Search in Japanese by pairs of characters, in the index and in what a reader types.

Sphinx splits the pages into words, but not the reader's text: it finds 勾配, and not 勾配消失 or 勾配が消失.
"""

import itertools
import re
from typing import Any

from sphinx.search import SearchLanguage

_RUN = re.compile(r"[぀-ヿ一-鿿々ー]+|[A-Za-z0-9_]+")


class SearchJapanese(SearchLanguage):
    """Words of Latin letters as they are, and each pair of neighbouring Japanese characters."""

    lang = "ja"
    language_name = "Japanese"
    js_splitter_code = r"""
var splitQuery = (text) => (text.match(/[\u3040-\u30ff\u4e00-\u9fff々ー]+|[A-Za-z0-9_]+/g) || []).flatMap((run) =>
  /^[A-Za-z0-9_]/.test(run) || run.length < 3 ? [run] : [...run].slice(1).map((letter, i) => run[i] + letter));
"""

    def split(self, input: str) -> list[str]:
        """The words and pairs of a text."""
        return [part for run in _RUN.findall(input) for part in _parts(run)]

    def word_filter(self, stemmed_word: str) -> bool:
        """Whether a word is kept: single characters are not."""
        return len(stemmed_word) > 1


def _parts(run: str) -> list[str]:
    if run[0].isascii() or len(run) < 3:
        return [run]
    return [one + other for one, other in itertools.pairwise(run)]


def setup(app: Any) -> dict[str, Any]:
    """Register it instead of Sphinx's own."""
    app.add_search_language(SearchJapanese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
