"""What is said of word vectors' scores on the terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waza.core.language import texts
from waza.kinds.word2vec.scores import TOTAL

SETS = ("MEN-TR-3k", "WS-353-ALL", "SIMLEX-999")  # the others are in the report


def score_lines(result: Mapping[str, Any], language: str) -> list[str]:
    """A line for some sets of word pairs, and one for the analogies; or how to get the word tests."""
    say = texts(Path(__file__).parent / "texts", language)
    if result["tests"] == "missing":
        return [say["not_measured"]]
    lines = [say["similarity_line"].format(**_shown(one, 1, 3)) for one in result["similarity"] if one["name"] in SETS]
    return lines + [
        say["analogies_line"].format(**_shown(one, 100, 1)) for one in result["analogies"] if one["name"] == TOTAL
    ]


def _shown(score: Mapping[str, Any], factor: int, digits: int) -> dict[str, str]:
    """The numbers as texts; a dash where there is none."""
    values = {
        name: "–" if score[name] is None else f"{factor * score[name]:.{digits}f}" for name in ("value", "low", "high")
    }
    return {**values, "name": score["name"], "known": f"{score['known']:,}", "count": f"{score['asked']:,}"}
