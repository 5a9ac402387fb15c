"""A measure at the last step, a dot a seed and a row a variant, with given and with tuned settings."""

import math
import re
from collections.abc import Sequence

import altair as alt
import numpy as np
import xarray as xr

from waza.report.rows import Row, barred, dotted
from waza.report.words import Words, labels, number
from waza.study.deciding import CONFIDENCE
from waza.study.record import record_of
from waza.study.results import diverged, final, measured
from waza.study.statistics import t_interval
from waza.study.sweep import unswept
from waza.study.tuning import tuned_name

MOST_ROWS = 10
MOST_LINES = 8
COUNTS, WIDE = 1000, 10.0


def tuned_variants(results: xr.Dataset) -> list[str]:
    """The variants for which settings were chosen."""
    return [choice.variant for choice in record_of(results).tuning]


def given_variants(results: xr.Dataset) -> list[str]:
    """The variants without those that tuning added, and without those of a sweep over learning rates."""
    chosen = {tuned_name(name) for name in tuned_variants(results)}
    return [str(name) for name in unswept(results)["variant"].values if str(name) not in chosen]


def tuned_alone(results: xr.Dataset) -> bool:
    """Whether variants were tuned and are not in the results as they were given: a nested tuning tunes each trial."""
    return not set(tuned_variants(results)) <= set(map(str, results["variant"].values))


def run_variants(results: xr.Dataset) -> set[str]:
    """The variants that were trained as trials: all but the reference rows of a comparison."""
    settings = record_of(results).settings
    names = set(map(str, results["variant"].values))
    return names & {one for name in settings for one in (name, tuned_name(name))} if settings else names


def main_variants(results: xr.Dataset) -> list[str]:
    """The variants of the main figure: all given ones where they are few, else those that were tuned."""
    given, tuned = given_variants(results), tuned_variants(results)
    if tuned_alone(results):
        return [*tuned, *given]
    return given if len(given) <= MOST_ROWS or not tuned else tuned


def curved_variants(results: xr.Dataset) -> list[str]:
    """The variants whose curves the main figure shows: those of `main_variants`, at most 8 where some were tuned."""
    if tuned_alone(results):
        return [tuned_name(name) for name in tuned_variants(results)][:MOST_LINES]
    trained = run_variants(results)
    names = [name for name in main_variants(results) if name in trained]
    return names[:MOST_LINES] if tuned_variants(results) else names


def side_by_side(
    results: xr.Dataset,
    words: Words,
    language: str,
    measure: str = "",
    variants: Sequence[str] = (),
    within: tuple[float, float] | None = None,
    shared: bool = False,
) -> alt.LayerChart | None:
    """A measure at the last step, a row a variant and a dot a seed: in one colour as given, in another tuned.

    A bar marks the median of the trials that did not diverge; the number of those that did stands behind a cross. None
    where no variant is in the results.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        measure: the main measure by default.
        variants: by default those of `main_variants`.
        within: the ends of the axis, where several charts share them.
        shared: whether the title is what the variants' names share, as that of one of several charts beside each other.

    Raises:
        Error: the results have no such measure.
    """
    record, label = record_of(results), labels(language)
    measure, tuned = measure or record.main.name, tuned_variants(results)
    there_are = set(map(str, results["variant"].values))
    places = [
        (name, how, there)
        for name in variants or main_variants(results)
        for how, there in (("given", name), ("tuned", tuned_name(name)))
        if there in there_are and (how == "given" or name in tuned)
    ]
    if not places:
        return None
    run = run_variants(results)
    common, names = shared_parts([words[language].variant(name) for name, _, _ in places])
    rows = []
    for shown, (name, how, there) in zip(names, places, strict=True):
        last, stopped = measured(results, measure).sel(variant=there).isel(step=-1), diverged(results, there)
        values = last.where(results["diverged_at"].sel(variant=there) < 0).values.astype(float)
        kind = label["how"][how if there in run else "reference"] if tuned else ""
        whole = words[language].variant(name)
        rows.append(Row(shown if shared else whole, values, kind, middle(values), stopped=stopped))
    known = [float(value) for row in rows for value in row.values if np.isfinite(value)]
    far = record.declared(measure).better == "lower" and known and min(known) > 0 and max(known) > WIDE * min(known)
    title = label["at_end"].format(words[language].measure(measure), int(results["step"][-1]))
    note = label["joiner"].join([label["dots"], *[label["crosses"]] * any(row.stopped for row in rows)])
    if shared:
        title, note = common, label["joiner"].join([title, note])
    return dotted(rows, title, note, logarithmic=bool(far) and not within, within=within)


def shared_parts(names: Sequence[str]) -> tuple[str, list[str]]:
    """What names share, and the rest of each: their first parts up to a comma, or else their last ones.

    >>> shared_parts(["ReLU, He, 10-5", "ReLU, He, 40-20"])
    ('ReLU, He', ['10-5', '40-20'])
    >>> shared_parts(["tanh, 40-20", "sigmoid, 40-20"])
    ('40-20', ['tanh', 'sigmoid'])
    """
    split = [re.split("(, |、)", name) for name in names]  # parts and commas alternate
    for way in (1, -1):
        turned = [parts[::way] for parts in split]
        least = min(len(parts) for parts in turned) - 2  # something is left of each
        count = 0
        while count < least and len({parts[count] for parts in turned}) == 1:
            count += 2
        if count:
            shared = "".join(turned[0][: count - 1][::way])
            return shared, ["".join(parts[count:][::way]) for parts in turned]
    return "", list(names)


def bars(results: xr.Dataset, words: Words, language: str, measure: str, layer: str = "") -> alt.LayerChart:
    """The median of a measure at the last step, a bar a variant: for counts, which are equal for all seeds.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        measure: what is shown.
        layer: the layer, where the measure has one value a layer.

    Raises:
        Error: the results have no such measure.
    """
    values = measured(results, measure).isel(step=-1)
    values = values.sel(layer=layer) if layer else values
    names = [str(name) for name in values["variant"].values]
    medians = {name: middle(values.sel(variant=name).values.astype(float)) for name in names}
    rows = [Row(words[language].variant(name), np.array([]), middle=one) for name, one in medians.items()]
    texts = [f"{one:,.0f}" if one >= COUNTS else number(one) for one in medians.values()]
    return barred(rows, words[language].measure(measure), texts)


def differences(
    results: xr.Dataset, words: Words, language: str, pairs: Sequence[tuple[str, str]], measure: str = ""
) -> alt.LayerChart | None:
    """A measure at the last step of one variant minus that of another, in points: a dot a seed, the mean, its interval.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        pairs: the variants, the second subtracted from the first; a pair that is not in the results is left out.
        measure: the main measure by default; a share.

    Raises:
        Error: the results have no such measure.
    """
    measure, label = measure or record_of(results).main.name, labels(language)
    measured(results, measure)
    known, rows = set(map(str, results["variant"].values)), []
    for one, other in (pair for pair in pairs if known.issuperset(pair)):
        name = label["difference"].format(*map(words[language].variant, (one, other)))
        rows.append(difference_row(name, results, measure, one, other))
    title = label["of_difference"].format(words[language].measure(measure))
    return dotted(rows, title, label["means"], level=0.0) if rows else None


def difference_row(name: str, results: xr.Dataset, measure: str, one: str, other: str) -> Row:
    """The row of a paired difference in points."""
    values = 100 * (final(results, measure, one) - final(results, measure, other)).values.astype(float)
    finite = values[np.isfinite(values)]
    if finite.size < 2:
        return Row(name, values)
    interval = t_interval(finite, CONFIDENCE, record_of(results).overlap)
    return Row(name, values, "", interval.mean, (interval.low, interval.high))


def middle(values: np.ndarray) -> float:
    """The median of the values that there are; NaN without any.

    >>> middle(np.array([3.0, np.nan, 1.0]))
    2.0
    """
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else math.nan
