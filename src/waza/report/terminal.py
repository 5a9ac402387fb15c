"""The report on the terminal: a table of results, and the verdicts."""

import math
from collections.abc import Mapping

import xarray as xr
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from waza.report.bands import final_interval
from waza.report.choices import choice_rows
from waza.report.summary import shown_measures
from waza.report.words import Words, grounds, labels, mean_text, number, sentence
from waza.study.claims import Finding
from waza.study.record import record_of
from waza.study.results import diverged
from waza.study.statistics import Interval
from waza.study.sweep import condensed

FEWEST_COLUMNS, WIDEST = 2, 10_000
COLOURS = {"holds": "green", "fails": "red", "depends": "yellow", "undecided": "cyan"}


def print_report(
    results: xr.Dataset, findings: tuple[Finding, ...], words: Words, language: str, console: Console
) -> None:
    """Print the title, a table with a row a variant (mean ± half the interval), and the verdict on each claim."""
    label, texts = labels(language), words[language]
    console.print(f"\n[bold]{escape(texts.title)}[/bold]")
    measures = shown_measures(results)
    if results.sizes["step"] > 1 and measures:
        console.print(_table(condensed(results), measures, words, language, console))
    for row in choice_rows(results, words, language):
        remark = f"  [yellow]{row.remark}[/]" if row.remark else ""
        console.print(f"[dim]{escape(label['tuned'].format(row.variant))}: {row.settings}[/]{remark}", highlight=False)
    for finding in findings:
        claim, colour = texts.claims[finding.id], COLOURS[finding.verdict]
        verdict = label["verdicts"][finding.verdict]
        console.print(f"\n{finding.id} [bold {colour}]{verdict}[/]  {escape(claim.statement)}", highlight=False)
        for part in finding.parts:
            console.print(f"  [{COLOURS[part.verdict]}]•[/] {escape(sentence(part, claim, language))}", highlight=False)
            if part.verdict == "undecided":
                console.print(f"    [dim]{escape(grounds(part, language))}[/]", highlight=False)


def _table(results: xr.Dataset, measures: list[str], words: Words, language: str, console: Console) -> Table:
    """A row a variant, with as many measures as the terminal is wide for; two at least."""
    names = [str(name) for name in results["variant"].values]
    cells = {name: [_cell(final_interval(results, measure, name)) for measure in measures] for name in names}
    unlimited = console.options.update(max_width=WIDEST)
    for count in range(len(measures), FEWEST_COLUMNS, -1):
        table = _columns(results, measures[:count], cells, words, language)
        if Measurement.get(console, unlimited, table).maximum <= console.width:
            return table
    return _columns(results, measures[:FEWEST_COLUMNS], cells, words, language)


def _columns(
    results: xr.Dataset, measures: list[str], cells: Mapping[str, list[str]], words: Words, language: str
) -> Table:
    label, baseline = labels(language), record_of(results).baseline
    table = Table(box=None, pad_edge=False)
    table.add_column(label["variant"])
    for measure in measures:
        table.add_column(words[language].measure(measure), justify="right")
    table.add_column(label["diverged"], justify="right")
    for variant, own in cells.items():
        name = escape(words[language].variant(variant))
        if variant == baseline:
            name += f" [dim]({label['baseline']})[/]"
        stopped = label["of_trials"].format(diverged(results, variant), results.sizes["seed"])
        table.add_row(name, *own[: len(measures)], stopped)
    return table


def _cell(interval: Interval) -> str:
    """Mean ± half the interval; "-" where nothing was counted."""
    mean = mean_text(interval.mean)
    return mean if math.isnan(interval.mean) else f"{mean} ± {number(interval.high - interval.mean)}"
