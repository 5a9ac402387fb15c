"""The terminal's report: a table, and the verdicts in sentences."""

import xarray as xr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from waza.report.choices import choice_rows
from waza.report.summary import scalar_measures
from waza.report.words import Words, grounds, labels, number, sentence
from waza.study.claims import Finding
from waza.study.results import diverged, final
from waza.study.statistics import t_interval
from waza.study.sweep import condensed

COLOURS = {"holds": "green", "fails": "red", "depends": "yellow", "undecided": "cyan"}


def print_report(
    results: xr.Dataset, findings: tuple[Finding, ...], words: Words, language: str, console: Console
) -> None:
    """Print the title, a row a variant (means with their intervals' half-widths), and each claim's verdict."""
    label, texts = labels(language), words[language]
    console.print(f"\n[bold]{escape(texts.title)}[/bold]")
    measures = [name for name in scalar_measures(results) if name.startswith("test_")]
    if results.sizes["step"] > 1 and measures:
        console.print(_table(condensed(results), measures, words, language))
    for row in choice_rows(results, words, language):
        remark = f"  [yellow]{row.remark}[/]" if row.remark else ""
        console.print(
            f"[dim]{escape(words[language].tuned.format(row.variant))}: {row.settings}[/]{remark}", highlight=False
        )
    for finding in findings:
        claim, colour = texts.claims[finding.id], COLOURS[finding.verdict]
        verdict = label["verdicts"][finding.verdict]
        console.print(f"\n{finding.id} [bold {colour}]{verdict}[/]  {escape(claim.statement)}", highlight=False)
        for part in finding.parts:
            console.print(f"  [{COLOURS[part.verdict]}]•[/] {escape(sentence(part, claim, language))}", highlight=False)
            if part.verdict == "undecided":
                console.print(f"    [dim]{escape(grounds(part, language))}[/]", highlight=False)


def _table(results: xr.Dataset, measures: list[str], words: Words, language: str) -> Table:
    label = labels(language)
    table = Table(box=None, pad_edge=False)
    table.add_column(label["variant"])
    for measure in measures:
        table.add_column(label["measures"].get(measure, measure), justify="right")
    table.add_column(label["diverged"], justify="right")
    for variant in results["variant"].values:
        intervals = [t_interval(final(results, measure, variant).values) for measure in measures]
        cells = [f"{i.mean:.4f} ± {number(i.high - i.mean)}" for i in intervals]
        name = escape(words[language].variant(str(variant)))
        if variant == results.attrs.get("baseline"):
            name += f" [dim]({label['baseline']})[/]"
        stopped = label["of_trials"].format(diverged(results, variant), results.sizes["seed"])
        table.add_row(name, *cells, stopped)
    return table
