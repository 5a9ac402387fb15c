"""The table of answers on the terminal: claim, verdict, answer; it needs no results and starts at once."""

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from waza.cli.entries import NOT_RUN, PUBLISHED, RUN, Entry, claims_texts, reason
from waza.core.colours import COLOURS
from waza.core.console import Terminal, styled
from waza.core.language import texts, unwrapped
from waza.core.wrapping import wrapped
from waza.curriculum.catalogue import Exercise, exercise
from waza.curriculum.outcomes import StudyOutcome

BETWEEN, NARROWEST = 2, 24  # cells


def print_answers(entries: Sequence[Entry], runs: str, language: str) -> None:
    """Print a row a claim, and below where the answers come from."""
    console, say = Terminal(), claims_texts(language)
    verdicts = verdict_words(language)
    shown = [say["not_run"] if entry.claim is None else verdicts[entry.claim.verdict] for entry in entries]
    heads = (say["claim"], say["verdict"], say["answer"])
    first = max(map(cell_len, [heads[0], *(entry.id for entry in entries)]))
    second = max(map(cell_len, [heads[1], *shown]))
    width = max(console.width - first - second - 2 * BETWEEN, NARROWEST)
    table = Table(*heads, box=None, pad_edge=False)
    for entry, verdict in zip(entries, shown, strict=True):
        colour = "dim" if entry.claim is None else f"bold {COLOURS[entry.claim.verdict]}"
        table.add_row(entry.id, styled((verdict, colour)), styled("\n").join(_lines(entry, width, language)))
    console.print(table)
    console.print()
    for note in _notes(entries, runs, language):
        _print_lines(note, console)


def print_outcome(exercise: Exercise, outcome: StudyOutcome, runs: str, language: str) -> None:
    """Print what was published of a study: its title, where that is from, and its answers."""
    console, say, verdicts = Terminal(), claims_texts(language), verdict_words(language)
    own = texts(exercise.texts, language)
    console.print(f"\n{own['title']}", style="bold")
    facts = {"study": exercise.name, "runs": runs, "version": outcome.version, "date": outcome.date}
    _print_lines(say["published_show"].format(**facts, seeds=outcome.seeds), console)
    if not outcome.claims:
        _print_lines(outcome.answer[language] or unwrapped(own["lead"]), console)
    for claim, found in outcome.claims.items():
        verdict = (verdicts[found.verdict], f"bold {COLOURS[found.verdict]}")
        console.print(styled(f"\n{claim} ", verdict, f"  {own['claims'][claim]['statement']}"))
        for text in (found.answer[language], *found.remarks[language]):
            _print_lines(text, console)
    console.print()
    _print_lines(say["published_again"].format(study=exercise.name), console)


def _print_lines(text: str, console: Terminal) -> None:
    for line in wrapped(text, console.width):
        console.print(line, soft_wrap=True)


def verdict_words(language: str) -> dict[str, str]:
    """The verdicts' names. They are those of the reports, whose module would import JAX."""
    return dict(texts(Path(__file__).parents[1] / "report" / "labels", language)["verdicts"])


def _lines(entry: Entry, width: int, language: str) -> list[Text]:
    """The statement, the answer, and what a reader must know of its run."""
    statement = unwrapped(texts(exercise(entry.study).texts, language)["claims"][entry.id]["statement"])
    quoted = claims_texts(language)["statement"].format(statement.rstrip("。"))
    lines = [styled((line, "dim")) for line in wrapped(quoted, width)]
    if entry.claim is not None:
        lines += map(styled, wrapped(entry.claim.answer[language], width))
        for remark in entry.claim.remarks[language]:
            lines += [styled((line, "yellow")) for line in wrapped(remark, width)]
    if entry.stale_because is not None:
        said = claims_texts(language)["stale"].format(reason=reason(entry.stale_because, language))
        lines += [styled((line, "dim")) for line in wrapped(said, width)]
    return lines


def _notes(entries: Sequence[Entry], runs: str, language: str) -> list[str]:
    """Where the answers come from, what was not run, and the error that all studies together allow."""
    say = claims_texts(language)
    notes = []

    def listed(some: Sequence[Entry]) -> str:
        return str(say["joiner"].join(ranges([entry.id for entry in some])))

    by_version: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.source == PUBLISHED and entry.outcome is not None:
            by_version.setdefault(entry.outcome.version, []).append(entry)
    for version, some in by_version.items():
        dates = sorted({entry.outcome.date for entry in some if entry.outcome is not None})
        date = say["dates"].format(first=dates[0], last=dates[-1]) if len(dates) > 1 else dates[0]
        notes.append(say["published"].format(version=version, date=date, claims=listed(some)))
    own = [entry for entry in entries if entry.source == RUN]
    if own:
        notes.append(say["own"].format(runs=runs, claims=listed(own)))
    missing = [entry for entry in entries if entry.source == NOT_RUN]
    if missing:
        notes.append(say["missing"].format(claims=listed(missing)))
    elif by_version:
        notes.append(say["again"])
    sampled = {entry.study for entry in entries if entry.outcome and entry.outcome.sampled}
    if sampled:
        notes.append(say["error"].format(sampled=len(sampled), expected=f"{len(sampled) / 20:.2g}"))
    return notes


def ranges(ids: Sequence[str]) -> list[str]:
    """Ids with neighbours drawn together.

    >>> ranges(["C01", "C02", "C03", "C07", "G1"])
    ['C01-C03', 'C07', 'G1']
    """
    runs: list[list[str]] = []
    for one in ids:
        before = runs[-1][-1] if runs else ""
        if before and before[0] == one[0] and int(before[1:]) + 1 == int(one[1:]):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
