"""The report on the terminal: a table of results, and the verdicts."""

import math
from collections.abc import Mapping
from typing import Any

import xarray as xr
from rich.measure import Measurement
from rich.table import Table

from waza.core.colours import COLOURS
from waza.core.console import Terminal, styled
from waza.core.wrapping import wrapped
from waza.report.bands import final_interval
from waza.report.choices import choice_rows
from waza.report.outcome_table import OutcomeTable
from waza.report.summary import shown_measures
from waza.report.trained import share_text, trained_note, trained_shares
from waza.report.words import Words, grounds, labels, mean_text, number, sentence
from waza.study.claims import Finding
from waza.study.record import record_of
from waza.study.results import diverged
from waza.study.statistics import Interval
from waza.study.sweep import condensed

FEWEST_COLUMNS, WIDEST, NARROWEST = 2, 10_000, 20


def print_report(
    results: xr.Dataset, findings: tuple[Finding, ...], words: Words, language: str, console: Terminal
) -> None:
    """Print the title, the answers, a table with a row a variant (mean ± half the interval), and each claim's parts."""
    label, texts = labels(language), words[language]
    if texts.outcomes is None:
        console.print(f"\n{texts.title}", style="bold")
        print_lines(texts.answer, console, indent="")
    else:
        print_answer(texts.answer, texts.outcomes, console)
        console.print(f"\n{texts.outcomes.details}: {texts.title}", style="bold")
        findings = ()  # the table of outcomes has said them
    for finding in findings:
        claim = texts.claims[finding.id]
        if claim.answer or claim.remarks:
            console.print(styled("\n", *_verdict(finding, label)))
            print_lines(claim.answer, console)
            for remark in claim.remarks:
                print_lines(remark, console, style="yellow")
    measures = shown_measures(results)
    if results.sizes["step"] > 1 and measures:
        console.print()
        console.print(_table(condensed(results), measures, words, language, console))
        covers = label["covers_drawn" if record_of(results).splits else "covers"]
        footnotes = () if texts.outcomes is None else texts.outcomes.footnotes
        for line in (covers, *footnotes, trained_note(results, words, language)):
            print_lines(line, console, style="dim", indent="")
    if texts.outcomes is not None and texts.outcomes.notes:
        console.print()
        for note in texts.outcomes.notes:
            print_lines(note, console, "dim", first="• ")
        console.print()
    for row in choice_rows(results, words, language):
        print_lines(f"{label['tuned'].format(row.variant)}: {row.settings}", console, "dim", first="")
        print_lines(row.remark, console, "yellow")
    for finding in findings:
        claim = texts.claims[finding.id]
        statement = "" if claim.statement == finding.id else f"  {claim.statement}"
        console.print(styled("\n", *_verdict(finding, label), statement))
        for part in finding.parts:
            said = f"({label['further']}) " if part.further else ""
            console.print(styled("  ", ("•", COLOURS[part.verdict])), end="")
            print_lines(said + sentence(part, claim, language), console, first=" ", indent="    ")
            if part.verdict == "undecided":
                print_lines(grounds(part, language), console, style="dim", indent="    ")


def print_answer(sentence: str, table: OutcomeTable, console: Terminal) -> None:
    """Print the sentence that answers a comparison, its table, and the remarks."""
    console.print()
    print_lines(sentence, console, style="bold", indent="")
    console.print()
    shown = Table(*table.heads, box=None, pad_edge=False)
    for column in shown.columns[1:3]:
        column.justify = "right"
    for row in table.rows:
        word = styled((row.word, f"bold {COLOURS.get(row.verdict, '')}"))
        shown.add_row(row.name, row.effect, row.interval, word)
    console.print(shown)
    console.print()
    if table.standing:
        print_lines(table.standing, console, indent="")
        console.print()
    for remark in table.remarks:
        print_lines(remark, console, style="dim", first="• ")


def _verdict(finding: Finding, label: Mapping[str, Any]) -> tuple[str, tuple[str, str]]:
    return f"{finding.id} ", (label["verdicts"][finding.verdict], f"bold {COLOURS[finding.verdict]}")


def print_lines(text: str, console: Terminal, style: str = "", indent: str = "  ", first: str | None = None) -> None:
    """Print a text, if there is any, in lines that fit; the first one may have another indent.

    Japanese is broken between its characters.
    """
    if not text:
        return
    lines = wrapped(text, max(console.width - len(indent), NARROWEST))
    head = indent if first is None else first
    console.print(
        f"{head}{lines[0]}",
        *(f"{indent}{line}" for line in lines[1:]),
        sep="\n",
        style=style,
        soft_wrap=True,
    )


def _table(results: xr.Dataset, measures: list[str], words: Words, language: str, console: Terminal) -> Table:
    """A row a variant, with as many measures as the terminal is wide for; two at least."""
    names = [str(name) for name in results["variant"].values]
    cells = {name: [_cell(final_interval(results, measure, name)) for measure in measures] for name in names}
    unlimited = console.options.update(max_width=WIDEST)
    fewest = FEWEST_COLUMNS if record_of(results).trained is None else FEWEST_COLUMNS - 1
    for count in range(len(measures), fewest, -1):
        table = _columns(results, measures[:count], cells, words, language)
        if Measurement.get(console, unlimited, table).maximum <= console.width:
            return table
    return _columns(results, measures[:fewest], cells, words, language)


def _columns(
    results: xr.Dataset, measures: list[str], cells: Mapping[str, list[str]], words: Words, language: str
) -> Table:
    label, baseline = labels(language), record_of(results).baseline
    trained = trained_shares(results)
    table = Table(box=None, pad_edge=False)
    table.add_column(label["variant"])
    for measure in measures:
        table.add_column(words[language].measure(measure), justify="right")
    if trained:
        table.add_column(label["trained"]["head"], justify="right")
    stopped = {variant: diverged(results, variant) for variant in cells}
    if any(stopped.values()):
        table.add_column(label["diverged"], justify="right")
    for variant, own in cells.items():
        name = styled(words[language].variant(variant))
        if variant == baseline and label["baseline"] not in name.plain:
            name.append_text(styled((f" ({label['baseline']})", "dim")))
        reached = [share_text(trained[variant], language)] if trained else []
        count = label["of_trials"].format(stopped[variant], results.sizes["seed"]) if stopped[variant] else ""
        table.add_row(name, *own[: len(measures)], *reached, *([count] if any(stopped.values()) else []))
    return table


def _cell(interval: Interval) -> str:
    """Mean ± half the interval; "-" where nothing was counted."""
    mean = mean_text(interval.mean)
    return mean if math.isnan(interval.mean) else f"{mean} ± {number(interval.high - interval.mean)}"
