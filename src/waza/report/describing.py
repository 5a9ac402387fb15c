"""A sentence on each chart, for screen readers: what it shows, and of which lines."""

from collections.abc import Iterator
from typing import Any

from waza.report.words import labels

NESTED = ("concat", "hconcat", "vconcat", "layer")


def described(spec: dict[str, Any], language: str) -> dict[str, Any]:
    """The specification with its description, which names the panels by their titles and the lines by the legend.

    >>> one = {"title": {"text": "loss"}, "encoding": {"color": {"scale": {"domain": ["a", "b"]}, "legend": {}}}}
    >>> described(one, "en")["description"]
    'Chart: loss; for a, b.'
    """
    say = labels(language)["described"]
    titles = list(dict.fromkeys(title for part in _parts(spec) if (title := _title(part))))
    names = next((domain for part in _parts(spec) if (domain := _names(part))), [])
    text = say["titles"].format(titles=say["joiner"].join(titles))
    if names:
        text += say["names"].format(names=say["joiner"].join(names))
    return {**spec, "description": text + say["end"]}


def _parts(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A chart, then its panels and layers."""
    yield spec
    for key in NESTED:
        for part in spec.get(key, ()):
            yield from _parts(part)


def _title(part: dict[str, Any]) -> str:
    title = part.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return " ".join(text) if isinstance(text, list) else str(text or "")


def _names(part: dict[str, Any]) -> list[str]:
    """The names in the legend of colours; none where colours are given as they are (a scale of None)."""
    colour = part.get("encoding", {}).get("color", {})
    if not isinstance(colour, dict) or colour.get("legend", True) is None:
        return []
    domain = (colour.get("scale") or {}).get("domain")
    return [name for name in domain if isinstance(name, str)] if isinstance(domain, list) else []
