"""What is said of a translator's scores, on the terminal and on the page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from waza.core.language import texts
from waza.kinds.translator.options import BEAM

PARTS = ("validation", "test")


def score_rows(result: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Each score's name, its values in the order (validation greedy, validation beam, test greedy, test beam), its
    signature, and the interval of the last value, "" where there is none.
    """
    say = texts(Path(__file__).parent / "texts", language)
    return [
        {
            "name": say["score"].format(measure=one["measure"], case=say["cases"][one["case"]]),
            "values": [f"{one['values'][part][name]:.1f}" for part in PARTS for name in ("greedy", "beam")],
            "signature": one["signature"],
            "interval": _interval(one.get("intervals", {}).get("test"), say),
        }
        for one in result["scores"]
    ]


def score_lines(result: Mapping[str, Any], language: str) -> list[str]:
    """A line for each score, with its signature; without scores, how to get them."""
    say = texts(Path(__file__).parent / "texts", language)
    names = ("validation_greedy", "validation_beam", "test_greedy", "test_beam")
    rows = score_rows(result, language)
    return [
        say["score_line"].format(
            name=row["name"],
            signature=row["signature"],
            interval=row["interval"],
            beam=BEAM,
            **dict(zip(names, row["values"], strict=True)),
        )
        for row in rows
    ] or [say["not_measured"]]


def _interval(ends: Sequence[float] | None, say: Mapping[str, Any]) -> str:
    return "" if ends is None else say["score_interval"].format(low=f"{ends[0]:.1f}", high=f"{ends[1]:.1f}")
