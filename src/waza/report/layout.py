"""The rows of a figure: panels of one width, and one legend for panels with the same lines."""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from waza.report.style import HEIGHT, WIDTH, width_of

GAP, AXIS = 36, 54
BETWEEN_SMALL, ROW_SMALL = 58, 96
SMALL_HEIGHT, MOST_SMALL = 190, 4
TALLEST = 430  # of a chart of lines beside one with many rows
BETWEEN = GAP + AXIS
FULL = 2 * WIDTH + BETWEEN
LETTER, SYMBOL, TITLE_LETTER = 6.5, 50, 7.6
MOST_IN_A_ROW = 3
APART: dict[str, Any] = {"color": "independent", "strokeDash": "independent", "shape": "independent"}


def arranged(charts: Sequence[Any]) -> list[Any]:
    """The rows of a figure.

    Neighbours with the same legend stand together above it; of the others, two stand in a row, above their legend if
    only one has any, and a last one has the row to itself. A chart that is already made of panels is a row.

    Args:
        charts: layered charts, or charts of panels.
    """
    alike: list[list[Any]] = []
    for chart in map(copy.deepcopy, charts):
        if alike and _is_panel(chart) and _is_panel(alike[-1][0]) and _key(alike[-1][0]) == _key(chart):
            alike[-1].append(chart)
        else:
            alike.append([chart])
    groups: list[list[Any]] = []
    for group in alike:
        if groups and len(group) == len(groups[-1]) == 1 and _is_panel(group[0]) and _is_panel(groups[-1][0]):
            groups[-1] += group
        else:
            groups.append(group)
    return [_together(group) for group in groups]


def small_panels(panels: Sequence[Any], title: str, subtitle: str = "", height: int = SMALL_HEIGHT) -> alt.ConcatChart:
    """At most four small panels in a row, with one legend below if they have the same lines; a row of a figure.

    Args:
        panels: layered charts with titles; their sizes are set here.
        title: of the whole.
        subtitle: what its marks are.
        height: of a panel.
    """
    columns = min(len(panels), MOST_SMALL)
    width = round((FULL - (columns - 1) * BETWEEN_SMALL) / columns)
    for panel in panels:
        panel.width, panel.height = width, height
        panel.title = alt.TitleParams(_broken(panel.title.text, width), fontSize=13, offset=8)
        for legend in _legends(panel):
            legend.columns = _legend_columns(_key(panel)[0], FULL)
    spacing = {"row": ROW_SMALL, "column": BETWEEN_SMALL}
    words = alt.TitleParams(title, subtitle=subtitle) if subtitle else alt.TitleParams(title)
    return alt.concat(*panels, columns=columns, spacing=spacing, bounds="flush").properties(title=words)


def _broken(title: str | list[str], width: float) -> list[str]:
    """The title, in two lines where it is too long for its panel and has a place to break.

    >>> _broken("test accuracy, after 1,000 steps", 200), _broken("テスト正解率(800 ステップ後)", 150)
    (['test accuracy,', 'after 1,000 steps'], ['テスト正解率', '(800 ステップ後)'])
    """
    if isinstance(title, list) or TITLE_LETTER * width_of(title) <= width:
        return [title] if isinstance(title, str) else title
    places = [match.end() for match in re.finditer("、|,? +|(?=[(])", title) if 0 < match.end() < len(title)]
    fitting = [place for place in places if TITLE_LETTER * width_of(title[:place].rstrip()) <= width]
    wanted = [place for place in fitting if title[:place].rstrip()[-1] in ",、:" or title[place] in "(("] or fitting
    return [title[: wanted[-1]].rstrip(), title[wanted[-1] :]] if wanted else [title]


def _together(panels: list[Any]) -> Any:
    """The panels in rows, the last of an odd number as wide as two, with one legend below where they share it."""
    if not _is_panel(panels[0]):
        return panels[0]
    shared = len({key for panel in panels if (key := _key(panel))[0]}) <= 1
    columns = len(panels) if len(panels) <= MOST_IN_A_ROW else 2
    rows = []
    for row in (panels[i : i + columns] for i in range(0, len(panels), columns)):
        width = round((FULL - (len(row) - 1) * BETWEEN) / len(row))
        tallest = min(max(panel.height for panel in row), TALLEST)
        for panel in row:
            panel.width = width
            panel.height = max(tallest, HEIGHT) if panel.height == HEIGHT else panel.height  # as tall as rows beside it
            panel.title.text = _broken(panel.title.text, width)
            for legend in _legends(panel):
                legend.columns = _legend_columns(_key(panel)[0], FULL if shared else width)
        rows.append(alt.concat(*row, columns=columns, spacing=BETWEEN, bounds="flush"))
    whole = rows[0] if len(rows) == 1 else alt.vconcat(*rows, spacing=GAP)
    return whole if shared else whole.resolve_scale(**APART)


def _is_panel(chart: Any) -> bool:
    return isinstance(chart, alt.LayerChart | alt.Chart)


def _key(chart: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names and looks in the legend of a panel; empty without one."""
    for channel in _channels(chart):
        scale = channel["scale"]
        return tuple(scale["domain"]), tuple(scale["range"])
    return (), ()


def _legends(chart: Any) -> Iterator[Any]:
    return (channel["legend"] for channel in _channels(chart))


def _channels(chart: Any) -> Iterator[Any]:
    """The encodings of a chart that have a legend of their own, colours first."""
    for part in getattr(chart, "layer", [chart]):
        if isinstance(part, alt.LayerChart):
            yield from _channels(part)
            continue
        for name in ("color", "strokeDash", "shape"):
            channel = part.encoding[name]
            if isinstance(channel, alt.SchemaBase) and isinstance(channel._get("legend"), alt.Legend):
                yield channel


def _legend_columns(names: Sequence[str], room: float) -> int:
    """As many columns as have room for the longest name."""
    widest = max(map(width_of, names), default=1)
    return max(1, min(len(names), int(room // (SYMBOL + LETTER * widest))))
