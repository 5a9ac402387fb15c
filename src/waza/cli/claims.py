"""`waza claims`: the claims of the notes, with verdicts from stored runs."""

import argparse
import dataclasses
import json
import math
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.cli.keep import keep_compiled, writable
from waza.core.errors import Error, nearest
from waza.core.files import write_whole

NOT_RUN, STALE = "not run", "stale"
REASONS = {
    "en": {
        "stale": "stale",
        "version": "{name} {stored}, now {now}",
        "code": "{name} changed",
        "variant": "settings of variant {name} changed",
        "added": "variant {name} is new",
        "removed": "variant {name} was removed",
        "data": "data changed",
        "number": "{name} {stored}, now {now}",
        "tuning": "tuning changed",
    },
    "ja": {
        "stale": "要再実行",
        "version": "{name} {stored}(現在 {now})",
        "code": "{name} が変更されました",
        "variant": "条件 {name} の設定が変更されました",
        "added": "条件 {name} が追加されました",
        "removed": "条件 {name} が削除されました",
        "data": "データが変更されました",
        "number": "{name} {stored}(現在 {now})",
        "tuning": "ハイパーパラメータ探索の設定が変更されました",
    },
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """A claim and the exercise that decides it; the results and the finding, or why the stored run is stale."""

    id: str
    exercise: Any
    results: Any = None
    finding: Any = None
    stale_because: Any = None


def command(options: argparse.Namespace) -> None:
    """Print the table of claims; run what is missing or stale, write figures and pages of evidence where asked for."""
    from rich.console import Console

    ids = [one.upper() for one in options.run or ()]
    known = [claim for exercise in curriculum.exercises() for claim in exercise.claims]
    for one in ids:
        if one not in known:
            raise Error(f"no claim is called {one!r}: {nearest(one, sorted(known))}")
    for path in (options.json, options.evidence):
        if path:
            writable(Path(path) / "x" if path == options.evidence else Path(path))
    if options.run is not None:
        _run_missing(ids or known, options)
    entries = sorted(
        (entry for exercise in curriculum.exercises() for entry in _entries(exercise, Path(options.runs))),
        key=lambda entry: (entry.id[0], int(entry.id[1:])),  # those of the notes, C1 to C56, before a paper's
    )
    if options.json:
        rows = [_row(entry) for entry in entries]
        write_whole(Path(options.json), (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode())
    if options.evidence:
        from waza.report.evidence import write_evidence

        write_evidence(Path(options.evidence), [entry for entry in entries if entry.finding is not None])
    console = Console()
    console.print(_table(entries, options.lang))
    missing = list(dict.fromkeys(entry.exercise.name for entry in entries if entry.finding is None))
    if missing:
        say = {
            "en": "{} without a current run: `waza claims --run` runs what is missing or stale",
            "ja": "最新の記録がない実験が {} 件あります。`waza claims --run` で不足分や古くなった分を実行できます",
        }[options.lang]
        console.print("\n" + say.format(len(missing)), highlight=False)


def _entries(exercise: Any, runs: Path) -> list[Entry]:
    """An exercise's claims, decided by its newest run if that answers the study as it stands today."""
    if not any((runs / exercise.name).glob("*/results.nc")):
        return [Entry(claim, exercise) for claim in exercise.claims]
    from waza.study import decide
    from waza.study.evidence import answering

    answer = answering(exercise.study(), runs)
    if answer.folder is None or not answer.current:
        return [Entry(claim, exercise, stale_because=answer.stale_because) for claim in exercise.claims]
    results = answer.folder.results()
    findings = decide(exercise.claims_of(), results)
    return [Entry(finding.id, exercise, results, finding) for finding in findings]


def _run_missing(ids: list[str], options: argparse.Namespace) -> None:
    """Run each exercise that decides one of these claims and has no current run."""
    keep_compiled()
    from waza.cli.progress import Progress
    from waza.cli.run import write_report
    from waza.study import run
    from waza.study.evidence import answering

    for exercise in curriculum.exercises():
        if not set(ids) & set(exercise.claims):
            continue
        study = exercise.study()
        if answering(study, Path(options.runs)).current:
            continue
        with Progress(study.name) as watch:
            results = run(study, options.runs, watch)
        write_report(results, study, options.lang)


def _row(entry: Entry) -> dict[str, Any]:
    """One claim for `--json`: the leading part's effect; nulls where there is no current run, and why it is stale."""
    names = ("effect", "low", "high", "confidence", "seeds")
    because = None if entry.stale_because is None else _reason(entry.stale_because, "en")
    ends = {"study": entry.exercise.name, "stale_because": because}
    if entry.finding is None:
        return {"id": entry.id, "verdict": STALE if because else NOT_RUN, **dict.fromkeys(names), **ends}
    part = entry.finding.parts[0]
    values = {name: getattr(part, name) for name in names}
    finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
    return {"id": entry.id, "verdict": entry.finding.verdict, **finite, **ends}


def _reason(difference: Any, language: str) -> str:
    """Why a run is stale, such as "nn/dropout.py changed"."""
    return REASONS[language][difference.kind].format(**difference._asdict())


def _table(entries: list[Entry], language: str) -> Any:
    """A row for each claim: verdict, statement, the leading part's effect or why the run is stale, seeds and study."""
    from rich.markup import escape
    from rich.table import Table

    from waza import report
    from waza.report.terminal import COLOURS
    from waza.report.words import amount, labels

    heads = {
        "en": ("claim", "verdict", "statement", "effect", "seeds", "study"),
        "ja": ("番号", "判定", "主張", "効果", "シード", "実験"),
    }[language]
    table = Table(*heads, box=None, pad_edge=False)
    say = labels(language)
    units = say["grounds"]["units"]
    for entry in entries:
        statement = report.load_words(entry.exercise.texts)[language].claims[entry.id].statement
        if entry.finding is None:
            stale = entry.stale_because is not None
            verdict = REASONS[language]["stale"] if stale else say["not_run"]
            reason = escape(_reason(entry.stale_because, language)) if stale else ""
            table.add_row(entry.id, f"[dim]{verdict}[/]", statement, reason, "", entry.exercise.name)
            continue
        part, verdict = entry.finding.parts[0], entry.finding.verdict
        low, effect, high = (amount(value, part.unit) for value in (part.low, part.effect, part.high))
        table.add_row(
            entry.id,
            f"[bold {COLOURS[verdict]}]{say['verdicts'][verdict]}[/]",
            statement,
            f"{effect} [dim]({low} … {high})[/] {units.get(part.unit, part.unit)}",
            str(part.seeds),
            entry.exercise.name,
        )
    return table
