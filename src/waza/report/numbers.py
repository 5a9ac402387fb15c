"""A measure over the number in which the names of variants differ, such as a width or a strength."""

import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import xarray as xr

from waza.report.bands import final_row, rounded
from waza.report.charts import spans
from waza.report.inline import Inline
from waza.report.style import HEIGHT, WIDTH, colours, dashes, scale_and_axis, titled
from waza.report.words import Words, labels
from waza.study.record import record_of
from waza.study.sweep import numbered, swept

FEW_LINES = 3
WIDE = 10.0
FEW_VALUES = 8


def over_numbers(
    results: xr.Dataset, words: Words, language: str, measure: str = "", variants: Sequence[str] = ()
) -> alt.LayerChart | None:
    """A measure at the last step over the number in the variants' names; None where the names hold no such sweep.

    Where there are few lines, those after the first evaluated steps are shown too. A variant without the number is a
    horizontal line. Sweeps over learning rates have a chart of their own (`over_rates`).

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        measure: the main measure by default.
        variants: by default all.

    Raises:
        Error: the results have no such measure.
    """
    measure = measure or record_of(results).main.name
    names = [name for name in map(str, results["variant"].values) if not variants or name in variants]
    at_rates = {name for rates in swept(names).values() for name in rates.values()}
    names = [name for name in names if name not in at_rates]
    families = numbered(names)
    if not families:
        return None
    label, shown = labels(language), words[language].variant
    told = {key: _told([shown(name) for name in same.values()]) for key, same in families.items()}
    things = {thing for _, thing in told.values()}
    agreed = len(things) == 1
    axis = things.pop() if agreed else label["numbers"].get(_field(results, next(iter(families.values()))), "")
    joiner = label["tuning"]["joiner"]
    called = {
        key: stays or thing if agreed else joiner.join(filter(None, [stays, thing]))
        for key, (stays, thing) in told.items()
    }
    ends = {"": results}
    if len(families) < FEW_LINES and results.sizes["step"] > 2:
        early, late = (label["at_step"].format(int(results["step"][i])) for i in (1, -1))
        ends = {f"{joiner}{early}": results.isel(step=slice(0, 2)), f"{joiner}{late}": results}
    numbers = sorted({number for same in families.values() for number in same})
    rows = [
        _row(f"{called[key]}{end}", number, some, measure, name)
        for key, same in families.items()
        for end, some in ends.items()
        for number, name in sorted(same.items())
    ]
    level = [name for name in names if not any(name in same.values() for same in families.values())]
    rows += [_row(shown(name), at, results, measure, name) for name in level for at in (numbers[0], numbers[-1])]
    return titled(_drawn(rounded(rows), numbers, axis), words[language].measure(measure))


def _drawn(rows: list[dict[str, Any]], numbers: list[float], axis: str) -> Any:
    wide = numbers[0] > 0 and numbers[-1] > WIDE * numbers[0]
    few = alt.Axis(values=numbers, format="~g") if len(numbers) <= FEW_VALUES else None
    x = scale_and_axis(numbers, wide)
    x |= {"axis": few} if few else {}
    y = scale_and_axis([row[key] for row in rows for key in ("low", "high")], spans(rows))
    base = alt.Chart(Inline(values=rows)).encode(x=alt.X("number:Q", title=axis, **x), color=colours(rows))
    at = {"y": alt.Y("mean:Q", title=None, **y), "tooltip": ["variant:N", "number:Q", "mean:Q", "low:Q", "high:Q"]}
    bars = base.mark_rule(strokeWidth=1.2).encode(y=alt.Y("low:Q", title=None, **y), y2="high:Q")
    lines = base.mark_line(strokeWidth=2.2).encode(strokeDash=dashes(rows), **at)
    dots = base.mark_point(filled=True, size=30, opacity=1).encode(**at)
    return alt.layer(bars, lines, dots).properties(width=WIDTH, height=HEIGHT)


def _row(variant: str, number: float, results: xr.Dataset, measure: str, name: str) -> dict[str, Any]:
    return {"variant": variant, "number": number, **final_row(results, measure, name)}


def _told(shown: list[str]) -> tuple[str, str]:
    """What names have in common, and what their number counts.

    >>> _told(["width 5, 300 images", "width 20, 300 images"])
    ('300 images', 'width')
    >>> _told(["幅 5、3,000 枚", "幅 20、3,000 枚"])
    ('3,000 枚', '幅')
    """
    split = [re.split("、|・|, ", name) for name in shown]
    common = [part for part in split[0] if all(part in other for other in split)]
    own = [part for part in split[0] if part not in common]
    return ", ".join(common), " ".join(re.sub(r"(?<![\w.])[-+\d.,e]*\d(?![\w.])", "", " ".join(own)).split())


def _field(results: xr.Dataset, same: dict[float, str]) -> str:
    """The name of the setting in which the variants differ."""
    settings = record_of(results).settings
    first, second = (settings.get(name, {}) for name in list(same.values())[:2])
    paths = _differing(first, second, "")
    return paths[0] if paths else ""


def _differing(one: Any, other: Any, name: str) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [found for key in one if key in other for found in _differing(one[key], other[key], key)]
    return [] if one == other else [name]
